"""Names and texts: the smallest whole pieces of Python."""

from __future__ import annotations

import keyword

from ..base import Python

WIDTH = 88
"""Columns of a line; wide characters count two."""

ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def identifier(name: str) -> Python:
    """A name as it is; it must be an ASCII identifier and no keyword."""
    if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} is no Python name")
    return Python(name)


def dotted(*names: str) -> Python:
    """Names joined by dots: `a.b.C`."""
    return Python(".".join(identifier(part) for name in names for part in name.split(".")))


def string(value: str) -> str:
    if value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    quote = "'" if value.count('"') > value.count("'") else '"'
    return (
        quote
        + "".join("\\" + c if c == quote else ESCAPES.get(c) or visible(c) for c in value)
        + quote
    )


def visible(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def columns(text: str) -> int:
    """The width of a text, never less than black's own count."""
    return len(text) if text.isascii() else len(text) + sum(not c.isascii() for c in text)
