"""Makers of TOML strings and bare keys."""

from __future__ import annotations

import re

from .base import Toml


def key(name: str) -> Toml:
    """Return a bare key; raise `ValueError` if the name needs quotes."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ValueError(f"invalid bare key {name!r}")
    return Toml(name)


def string(value: str) -> Toml:
    """Return a basic string on one line, with the escapes of https://toml.io/en/v1.0.0#string."""
    return Toml('"' + "".join(_escaped(character) for character in value) + '"')


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
