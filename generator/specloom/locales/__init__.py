"""Texts of the generated docstrings and pages, in a TOML file for each language; to add a language, add a file.

All files have the same keys, lists of the same length, and the same placeholders.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_FALLBACK = "en"
_NAMES = {
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ja": "日本語",
    "ko": "한국어",
    "pt": "Português",
    "ru": "Русский",
    "zh": "中文",
}


def languages() -> list[str]:
    """Return the languages that have a file."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def language_name(language: str) -> str:
    """Return the name of a language in that language."""
    return _NAMES.get(language.split("-")[0], language)


@lru_cache
def nearest(language: str) -> str:
    """Return the closest language that has a file: the language itself, its main language (`zh` for `zh-TW`), or English."""
    known = languages()
    return next(
        (candidate for candidate in (language, language.split("-")[0]) if candidate in known),
        _FALLBACK,
    )


def text(language: str, *keys: str) -> str:
    """Return the text at a path of keys."""
    value: str = _lookup(language, keys)
    return value


def texts(language: str, *keys: str) -> Sequence[str]:
    """Return the list of texts at a path of keys."""
    value: Sequence[str] = _lookup(language, keys)
    return value


def table(language: str, *keys: str) -> Mapping[str, Any]:
    """Return the table at a path of keys."""
    value: Mapping[str, Any] = _lookup(language, keys)
    return value


def _lookup(language: str, keys: Sequence[str]) -> Any:
    value: Any = _load(nearest(language))
    for key in keys:
        value = value[key]
    return value


@lru_cache
def _load(language: str) -> Mapping[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
