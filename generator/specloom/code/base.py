"""The kinds of `Code`, and how texts of one kind are put together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar


class Code(str):
    """Text that is valid in its place. Only this package calls the constructors; a test over the syntax tree holds that."""

    __slots__ = ()


class Python(Code):
    """One or more whole Python tokens, statements or lines."""

    __slots__ = ()


class Toml(Code):
    """Whole TOML tokens or lines."""

    __slots__ = ()


class Json(Code):
    """Whole JSON values."""

    __slots__ = ()


class Markdown(Code):
    """Markdown in which everything that came from a spec is text."""

    __slots__ = ()


Kind = TypeVar("Kind", bound=Code)


def join(parts: Iterable[Kind], separator: str) -> Kind:
    """The parts, all of one kind, with a separator between them that holds punctuation and white space only.

    Needs at least one part, because the kind of nothing is unknown.
    """
    if any(character.isalnum() for character in separator):
        raise ValueError(f"{separator!r} is more than punctuation")
    found = list(parts)
    kinds = {type(part) for part in found}
    if len(kinds) != 1 or not all(_is_code(part) for part in found):
        raise TypeError("join takes parts of one kind of Code")
    return kinds.pop()(separator.join(found))


def indent(code: Kind, width: int) -> Kind:
    """The code with every line but the first moved right; blank lines stay empty."""
    if not _is_code(code):
        raise TypeError(f"indent takes Code, not {type(code).__name__}")
    return type(code)(re.sub(r"\n(?=[^\n])", "\n" + " " * width, code))


def _is_code(value: object) -> bool:
    """Asked at run time too, because templates know no types."""
    return isinstance(value, Code)
