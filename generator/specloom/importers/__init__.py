"""Importers: other descriptions of HTTP APIs, converted to specs. One folder for each format."""
