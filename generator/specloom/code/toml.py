"""Makers of TOML: strings and bare keys."""

from __future__ import annotations

import re

from .base import Toml


def key(name: str) -> Toml:
    """A bare key."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ValueError(f"{name!r} is no bare key")
    return Toml(name)


def string(value: str) -> Toml:
    """A basic string, on one line; what TOML does not allow in one is escaped (https://toml.io/en/v1.0.0#string)."""
    return Toml('"' + "".join(_escaped(character) for character in value) + '"')


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
