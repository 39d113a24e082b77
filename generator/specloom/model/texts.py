"""Source locations, localized texts and JSON values, which all parts of the model use."""

from __future__ import annotations

from decimal import Decimal as Exact
from typing import TypeAlias

from msgspec import Struct

Json: TypeAlias = "bool | int | float | Exact | str | list[Json] | dict[str, Json] | None"
"""A JSON value. Numbers with a fraction are `Exact` (decimal.Decimal), to avoid rounding."""


class SourceLocation(Struct, frozen=True):
    """Location in a spec: a file as the user named it, line and column from 1."""

    path: str
    line: int
    column: int


class Text(Struct, frozen=True):
    """A localized text; false if it has no language."""

    by_language: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.by_language)

    def get(self, language: str) -> str | None:
        """Return the text in a language, or None."""
        return dict(self.by_language).get(language)

    def is_missing(self, language: str) -> bool:
        """Return whether a translation is missing. A text without letters needs none."""
        return (
            bool(self)
            and self.get(language) is None
            and any(character.isalpha() for character in self.by_language[0][1])
        )

    def best(self, language: str) -> str:
        """Return the text in a language, or else in its first language, or an empty string."""
        text = self.get(language)
        if text is not None:
            return text
        return self.by_language[0][1] if self.by_language else ""


class Value(Struct, frozen=True):
    """A documented JSON value, possibly null; None in place of a `Value` means that there is none."""

    json: Json
