"""Labels of pages: headings, column titles, cells and fixed sentences, from the locales."""

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
    """The name of a language in that language."""
    return NAMES.get(language.split("-")[0], language)


def words(key: str, language: str, *values: Markdown) -> Markdown:
    """A label with its placeholders filled in."""
    return markdown.sentence(locales.text(language, "labels", key), *values)


@lru_cache
def headings(language: str) -> Mapping[str, Markdown]:
    """The labels without placeholders, for templates."""
    return {
        key: words(key, language)
        for key, text in locales.table(language, "labels").items()
        if "{" not in text
    }
