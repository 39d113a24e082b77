"""Makers of the text of docstrings."""

from __future__ import annotations

from .base import Prose


def text(value: str) -> Prose:
    """Return a text of one or more lines."""
    return Prose(value)


def line(value: str) -> Prose:
    """Return a text on one line, because a line break would end its section of the docstring."""
    return Prose(" ".join(value.split()))
