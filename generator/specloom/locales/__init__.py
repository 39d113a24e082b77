"""Texts of the generator itself, one TOML file per language; a further language is a further file.

All files have the same keys, lists of the same length and the same placeholders.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_FALLBACK = "en"


def languages() -> list[str]:
    """The languages that have a file."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


@lru_cache
def nearest(language: str) -> str:
    """The language of the texts for readers of a language: the same, its main language (`zh` for `zh-TW`), or English."""
    known = languages()
    return next((each for each in (language, language.split("-")[0]) if each in known), _FALLBACK)


def text(language: str, *keys: str) -> str:
    """One text, by the keys that lead to it."""
    found: str = _found(language, keys)
    return found


def texts(language: str, *keys: str) -> Sequence[str]:
    """A list of texts."""
    found: Sequence[str] = _found(language, keys)
    return found


def table(language: str, *keys: str) -> Mapping[str, Any]:
    """A table, by the keys that lead to it."""
    found: Mapping[str, Any] = _found(language, keys)
    return found


def _found(language: str, keys: Sequence[str]) -> Any:
    found: Any = _of(nearest(language))
    for key in keys:
        found = found[key]
    return found


@lru_cache
def _of(language: str) -> Mapping[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
