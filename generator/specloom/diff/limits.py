"""Comparison of the limits of two types of the same kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import ceil, floor
from typing import TypeAlias

from msgspec import Struct

from ..model import (
    Boolean,
    File,
    Integer,
    LengthRange,
    Number,
    NumberRange,
    PlainText,
    String,
)
from .describing import comma_list


class Difference(Struct, frozen=True):
    """A difference between two types: a rule and the descriptions of both types."""

    rule: str
    old: str
    new: str
    part: str = ""
    """The part of the types: `each item`; '' for the whole."""

    def within(self, owner: str) -> str:
        """Return the part with its owner: `each item of argument `ids``."""
        return " of ".join(name for name in (self.part, owner) if name)


def texts(old: String, new: String, old_text: str, new_text: str) -> Iterator[Difference]:
    """Compare literals, length and pattern. If literals become any string, they must be within its limits."""
    if bool(old.literals) == bool(new.literals):
        yield from _literals(old.literals, new.literals, old_text, new_text)
        yield from span(old.length, new.length, old_text, new_text)
        yield from pattern(old, new)
    elif new.literals:
        yield Difference("type-narrowed", old_text, new_text)
    else:
        lengths = [len(value) for value in old.literals]
        yield Difference("type-widened", old_text, new_text)
        yield from _tightened(
            span(LengthRange(min(lengths), max(lengths)), new.length, old_text, new_text)
        )
        if new.pattern is not None and not all(
            re.fullmatch(new.pattern, value) for value in old.literals
        ):
            yield from pattern(old, new)


def numbers(
    old: Integer | Number, new: Integer | Number, old_text: str, new_text: str
) -> Iterator[Difference]:
    """Compare literals and range. Python accepts an `int` as a `float`, so integers that become numbers must be within their range."""
    before, after = _listed(old), _listed(new)
    if type(old) is type(new) and bool(before) == bool(after):
        yield from (
            _literals(before, after, old_text, new_text)
            if before
            else range_(_range(old), _range(new), old_text, new_text)
        )
    elif after or isinstance(old, Number):
        yield Difference("type-narrowed", old_text, new_text)
    else:
        yield Difference("type-widened", old_text, new_text)
        yield from _tightened(range_(_range(old), _range(new), old_text, new_text))


def _literals(
    old: Iterable[str | int], new: Iterable[str | int], old_text: str, new_text: str
) -> Iterator[Difference]:
    before, after = set(old), set(new)
    if before - after:
        yield Difference("literal-removed", old_text, new_text)
    if after - before:
        yield Difference("literal-added", old_text, new_text)


def _listed(type: Integer | Number) -> tuple[int, ...]:
    return type.literals if isinstance(type, Integer) else ()


def _range(type: Integer | Number) -> NumberRange:
    """Return the range of the values; for integers, with inclusive bounds."""
    if isinstance(type, Number):
        return type.range
    if type.literals:
        return NumberRange(min(type.literals), max(type.literals))
    minimum, maximum = type.range.minimum, type.range.maximum
    return NumberRange(
        None if minimum is None else floor(minimum) + 1 if type.range.above else ceil(minimum),
        None if maximum is None else ceil(maximum) - 1 if type.range.below else floor(maximum),
    )


def _tightened(found: Iterable[Difference]) -> Iterator[Difference]:
    """Return the tightened limits only: the changed type itself reports that other values are allowed now."""
    return (each for each in found if each.rule == "limit-tightened")


def literal(old: Boolean, new: Boolean, old_text: str, new_text: str) -> Iterator[Difference]:
    if old.literal is not None and new.literal is not None:
        yield from _literals((old.literal,), (new.literal,), old_text, new_text)
    elif old.literal != new.literal:
        yield Difference(
            "type-narrowed" if old.literal is None else "type-widened", old_text, new_text
        )


def pattern(old: String, new: String) -> Iterator[Difference]:
    if old.pattern != new.pattern:
        rule = "pattern-removed" if new.pattern is None else "pattern-changed"
        yield Difference(rule, old.pattern or "none", new.pattern or "none")


def media(old: File | PlainText, new: File | PlainText) -> Iterator[Difference]:
    """Compare media types; an empty list accepts any."""
    before, after = set(old.media), set(new.media)
    old_text, new_text = comma_list(old.media) or "any", comma_list(new.media) or "any"
    if after and (before - after or not before):
        yield Difference("media-removed", old_text, new_text)
    if before and (after - before or not after):
        yield Difference("media-added", old_text, new_text)


def span(old: LengthRange, new: LengthRange, old_text: str, new_text: str) -> Iterator[Difference]:
    yield from _ends(
        _end(old.minimum, 0),
        _end(new.minimum, 0),
        _end(old.maximum, 0),
        _end(new.maximum, 0),
        old_text,
        new_text,
    )


def range_(
    old: NumberRange, new: NumberRange, old_text: str, new_text: str
) -> Iterator[Difference]:
    yield from _ends(
        _end(old.minimum, int(old.above)),
        _end(new.minimum, int(new.above)),
        _end(old.maximum, -int(old.below)),
        _end(new.maximum, -int(new.below)),
        old_text,
        new_text,
    )


_End: TypeAlias = "tuple[Decimal, int] | None"


def _end(at: int | Decimal | None, open_: int) -> _End:
    """Return a bound for comparison; an exclusive bound is slightly inside the inclusive one."""
    return None if at is None else (Decimal(at), open_)


def _ends(
    minimum: _End, new_minimum: _End, maximum: _End, new_maximum: _End, old_text: str, new_text: str
) -> Iterator[Difference]:
    if _higher(new_minimum, minimum) or _higher(_mirrored(new_maximum), _mirrored(maximum)):
        yield Difference("limit-tightened", old_text, new_text)
    if _higher(minimum, new_minimum) or _higher(_mirrored(maximum), _mirrored(new_maximum)):
        yield Difference("limit-loosened", old_text, new_text)


def _higher(first: _End, second: _End) -> bool:
    """Return whether the first lower bound is tighter than the second; None is unbounded."""
    return first is not None and (second is None or first > second)


def _mirrored(end: _End) -> _End:
    """Return an upper bound as a lower bound."""
    return None if end is None else (-end[0], -end[1])
