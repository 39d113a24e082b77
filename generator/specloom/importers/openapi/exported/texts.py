"""Localized texts of a document, and its extensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ..documents import At

PREFIX = "x-specloom-"


class NotExact(Exception):
    """The document has something that no export has; `at` is its position."""

    def __init__(self, at: At, what: str) -> None:
        super().__init__(what)
        self.at = at
        self.what = what


def extension(at: At, key: str) -> object:
    """Return the value of an extension, or None."""
    return at.raw(PREFIX + key)


def extensions(at: At, keys: tuple[str, ...]) -> dict[str, object]:
    """Return those of these extensions that a node has, as keys of a spec."""
    return {
        key.replace("-", "_"): value for key in keys if (value := extension(at, key)) is not None
    }


def require_only(at: At, known: frozenset[str]) -> None:
    """Raise `NotExact` for a keyword that an export does not use here."""
    for key in at.map:
        if key not in known and not key.startswith("x-"):
            raise NotExact(at, f"`{key[:60]}`")


class Texts:
    """Reads texts in all languages of a document."""

    def __init__(self, languages: list[str], language: str) -> None:
        self.languages = languages
        self.language = language

    def of(self, at: At, **keys: str) -> dict[str, object]:
        """Return texts by key of the spec; `keys` has the key of the document for each."""
        written = extension(at, "texts")
        rows = cast("Mapping[str, Mapping[str, object]]", written or {})
        found: dict[str, object] = {}
        for key, theirs in keys.items():
            own = rows.get(self.language, {})
            by_language = {
                language: (
                    own[theirs]
                    if language == self.language and theirs in own
                    else (
                        at.raw(theirs)
                        if language == self.language
                        else rows.get(language, {}).get(theirs)
                    )
                )
                for language in self.languages
            }
            texts = {language: text for language, text in by_language.items() if text is not None}
            if texts:
                found[key] = texts[self.languages[0]] if [*texts] == self.languages[:1] else texts
        return found
