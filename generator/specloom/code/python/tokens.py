"""Makers of names and strings, the smallest tokens of Python."""

from __future__ import annotations

import keyword

from ..base import Python

ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def identifier(name: str) -> Python:
    """Return a name unchanged; raise `ValueError` if it is not an ASCII identifier, or is a keyword."""
    if not (name.isascii() and name.isidentifier()) or keyword.iskeyword(name):
        raise ValueError(f"invalid Python name {name!r}")
    return Python(name)


def dotted(*names: str) -> Python:
    """Return names joined by dots: `a.b.C`."""
    return Python(".".join(identifier(part) for name in names for part in name.split(".")))


def string(value: str) -> str:
    """Return a string literal on one line, in the quotes that black would choose."""
    if value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    quote = "'" if value.count('"') > value.count("'") else '"'
    return (
        quote
        + "".join("\\" + c if c == quote else ESCAPES.get(c) or visible(c) for c in value)
        + quote
    )


def visible(character: str) -> str:
    """Return the character, or its escape if it is not printable."""
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
