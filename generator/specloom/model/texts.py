"""What every part of the model is made of: places, texts, JSON values."""

from __future__ import annotations

from decimal import Decimal as Exact
from typing import TypeAlias

from msgspec import Struct

Json: TypeAlias = "bool | int | float | Exact | str | list[Json] | dict[str, Json] | None"
"""A JSON value; numbers with a fraction are `Exact` (decimal.Decimal), so that nothing is rounded."""


class SourceLocation(Struct, frozen=True):
    """Where in the spec something is written: a file as the user named it, line and column from 1."""

    path: str
    line: int
    column: int


class Text(Struct, frozen=True):
    """A text in the languages that the spec gives it in; false when it is given in none."""

    by_language: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.by_language)

    def get(self, language: str) -> str | None:
        """The text in this language, or None."""
        return dict(self.by_language).get(language)

    def is_missing(self, language: str) -> bool:
        """Whether it should be in this language and is not; a text that is free of words reads the same in all."""
        return (
            bool(self)
            and self.get(language) is None
            and any(character.isalpha() for character in self.by_language[0][1])
        )

    def best(self, language: str) -> str:
        """The text in this language, else in the first one given, else ''."""
        found = self.get(language)
        if found is not None:
            return found
        return self.by_language[0][1] if self.by_language else ""


class Value(Struct, frozen=True):
    """A JSON value that is there; `None` instead of a `Value` means that the spec gives none."""

    json: Json
