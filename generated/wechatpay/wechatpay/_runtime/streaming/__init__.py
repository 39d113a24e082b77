"""Streamed responses: server-sent events and JSON lines, as typed values."""
