"""Descriptions of APIs in other languages, written from the model."""
