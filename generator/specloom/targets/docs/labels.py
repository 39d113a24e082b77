"""Labels of pages: headings, column titles, cells and fixed sentences of the locales."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ... import locales
from ...code import Markdown, markdown

NAMES: Mapping[str, str] = {
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


def name_of(language: str) -> str:
    """Return the name of a language in that language."""
    return NAMES.get(language.split("-")[0], language)


def label(key: str, language: str, *values: Markdown) -> Markdown:
    """Return a label with its placeholders filled in."""
    if not values:
        return headings(language)[key]
    return markdown.sentence(locales.text(language, "labels", key), *values)


@lru_cache
def headings(language: str) -> Mapping[str, Markdown]:
    """Return the labels without placeholders, for templates."""
    return {
        key: markdown.sentence(text)
        for key, text in locales.table(language, "labels").items()
        if "{" not in text
    }
