"""`Code` and its subclasses for each output language, with `join` and `indent`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar


class Code(str):
    """Text that is valid where it is output. Only this package calls the constructors; a test checks the syntax tree of the others."""

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
    """Markdown in which all texts of a spec are escaped."""

    __slots__ = ()


class Prose(Code):
    """Text of a docstring, which is no code: only a template of texts outputs it, and `python.docstring` makes a token of the whole."""

    __slots__ = ()


Kind = TypeVar("Kind", bound=Code)


def join(parts: Iterable[Kind], separator: str) -> Kind:
    """Join parts of one kind with a separator of punctuation and white space.

    Raises `ValueError` for a separator with letters or digits, and `TypeError` for no parts or parts of different kinds.
    """
    if any(character.isalnum() for character in separator):
        raise ValueError(
            f"invalid separator {separator!r}; expected punctuation and white space only"
        )
    pieces = list(parts)
    kinds = {type(part) for part in pieces}
    if len(kinds) != 1 or not all(_is_code(part) for part in pieces):
        raise TypeError("join expects at least one part, and parts of one kind of Code")
    return kinds.pop()(separator.join(pieces))


def indent(code: Kind, width: int) -> Kind:
    """Indent every line but the first by `width` spaces; blank lines stay empty."""
    if not _is_code(code):
        raise TypeError(f"indent expects Code, not {type(code).__name__}")
    if "\n" not in code:
        return code
    return type(code)(re.sub(r"\n(?=[^\n])", "\n" + " " * width, code))


def _is_code(value: object) -> bool:
    """Check at run time as well: templates are not type-checked."""
    return isinstance(value, Code)
