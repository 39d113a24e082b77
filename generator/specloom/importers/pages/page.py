"""A page as its readers see it: the text of a file with numbered lines, and its name."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from ... import bounded
from ...diagnostics import UsageError, display_path
from .html_text import text_of

_IS_HTML = re.compile(
    r"\s*(?:<!doctype html|<html\b|<(?:head|body|div|main|article|table|p|h[1-6])\b)", re.I
)
_FRONT_MATTER = re.compile(r"---\n(.*?\n)---\n", re.DOTALL)


class Page:
    """Text of a page with `\\n` at the ends of lines. Lines are counted from 1. The text of an HTML page is that which a browser copies."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        text = (
            text.removeprefix("\ufeff")
            .replace("\r\n", "\n")
            .replace("\r", "\n")
            .replace("\u00a0", " ")
        )
        self.text = text_of(text) if _IS_HTML.match(text) else text

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def front_matter(self) -> dict[str, tuple[str, int]]:
        """Return the plain `key: value` lines between `---` at the start, each with its line."""
        match = _FRONT_MATTER.match(self.text)
        rows: dict[str, tuple[str, int]] = {}
        for number, line in enumerate(match[1].split("\n") if match else [], 2):
            key, separator, value = line.partition(":")
            if separator:
                rows[key.strip()] = (value.strip().strip("'\""), number)
        return rows


def read_page(path: Path) -> Page:
    """Return a page; raises `UsageError` if the file cannot be read as UTF-8 text."""
    shown = display_path(path)
    try:
        return Page(shown, bounded.read(path, bounded.TEXT).decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{shown}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{shown} is not UTF-8; save the page as UTF-8 text or HTML") from None
