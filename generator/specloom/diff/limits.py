"""Limits of two types of one kind: which values are allowed, and which no longer are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import ceil, floor
from typing import TypeAlias

from msgspec import Struct

from ..model import Boolean, File, Integer, LengthRange, Number, NumberRange, String
from .describing import names


class Difference(Struct, frozen=True):
    """A rule and the two values that it speaks of."""

    rule: str
    old: str
    new: str
    part: str = ""
    """Which part of the two types it is: `each item`; '' is all of them."""

    def of(self, what: str) -> str:
        """What differs, where the types are those of something: `each item of argument `ids``."""
        return " of ".join(part for part in (self.part, what) if part)


def texts(old: String, new: String, was: str, is_: str) -> Iterator[Difference]:
    """Literals, length and pattern. Literals that become any text have to keep to its limits."""
    if bool(old.literals) == bool(new.literals):
        yield from _literals(old.literals, new.literals, was, is_)
        yield from span(old.length, new.length, was, is_)
        yield from pattern(old, new)
    elif new.literals:
        yield Difference("type-narrowed", was, is_)
    else:
        lengths = [len(value) for value in old.literals]
        yield Difference("type-widened", was, is_)
        yield from _tightened(span(LengthRange(min(lengths), max(lengths)), new.length, was, is_))
        if new.pattern is not None and not all(
            re.fullmatch(new.pattern, value) for value in old.literals
        ):
            yield from pattern(old, new)


def numbers(
    old: Integer | Number, new: Integer | Number, was: str, is_: str
) -> Iterator[Difference]:
    """Literals and range. Python's `int` is a `float`, so integers that become numbers have to keep to their range."""
    before, now = _listed(old), _listed(new)
    if type(old) is type(new) and bool(before) == bool(now):
        yield from (
            _literals(before, now, was, is_)
            if before
            else range_(_range(old), _range(new), was, is_)
        )
    elif now or isinstance(old, Number):
        yield Difference("type-narrowed", was, is_)
    else:
        yield Difference("type-widened", was, is_)
        yield from _tightened(range_(_range(old), _range(new), was, is_))


def _literals(
    old: Iterable[str | int], new: Iterable[str | int], was: str, is_: str
) -> Iterator[Difference]:
    before, now = set(old), set(new)
    if before - now:
        yield Difference("literal-removed", was, is_)
    if now - before:
        yield Difference("literal-added", was, is_)


def _listed(type: Integer | Number) -> tuple[int, ...]:
    return type.literals if isinstance(type, Integer) else ()


def _range(type: Integer | Number) -> NumberRange:
    """Between what the values lie; of integers, with both ends included."""
    if isinstance(type, Number):
        return type.range
    if type.literals:
        return NumberRange(min(type.literals), max(type.literals))
    least, most = type.range.least, type.range.most
    return NumberRange(
        None if least is None else floor(least) + 1 if type.range.above else ceil(least),
        None if most is None else ceil(most) - 1 if type.range.below else floor(most),
    )


def _tightened(found: Iterable[Difference]) -> Iterator[Difference]:
    """What values that were right have lost; what others have won is said by the type that is another."""
    return (each for each in found if each.rule == "limit-tightened")


def literal(old: Boolean, new: Boolean, was: str, is_: str) -> Iterator[Difference]:
    if old.literal is not None and new.literal is not None:
        yield from _literals((old.literal,), (new.literal,), was, is_)
    elif old.literal != new.literal:
        yield Difference("type-narrowed" if old.literal is None else "type-widened", was, is_)


def pattern(old: String, new: String) -> Iterator[Difference]:
    if old.pattern != new.pattern:
        rule = "pattern-removed" if new.pattern is None else "pattern-changed"
        yield Difference(rule, old.pattern or "none", new.pattern or "none")


def media(old: File, new: File) -> Iterator[Difference]:
    """No media types at all: any will do."""
    before, now = set(old.media), set(new.media)
    was, is_ = names(old.media) or "any", names(new.media) or "any"
    if now and (before - now or not before):
        yield Difference("media-removed", was, is_)
    if before and (now - before or not now):
        yield Difference("media-added", was, is_)


def span(old: LengthRange, new: LengthRange, was: str, is_: str) -> Iterator[Difference]:
    yield from _ends(
        _end(old.least, 0), _end(new.least, 0), _end(old.most, 0), _end(new.most, 0), was, is_
    )


def range_(old: NumberRange, new: NumberRange, was: str, is_: str) -> Iterator[Difference]:
    yield from _ends(
        _end(old.least, int(old.above)),
        _end(new.least, int(new.above)),
        _end(old.most, -int(old.below)),
        _end(new.most, -int(new.below)),
        was,
        is_,
    )


_End: TypeAlias = "tuple[Decimal, int] | None"


def _end(at: int | Decimal | None, open_: int) -> _End:
    """An end, ordered: an excluded one lies a little inside."""
    return None if at is None else (Decimal(at), open_)


def _ends(
    least: _End, new_least: _End, most: _End, new_most: _End, was: str, is_: str
) -> Iterator[Difference]:
    if _higher(new_least, least) or _higher(_mirrored(new_most), _mirrored(most)):
        yield Difference("limit-tightened", was, is_)
    if _higher(least, new_least) or _higher(_mirrored(most), _mirrored(new_most)):
        yield Difference("limit-loosened", was, is_)


def _higher(one: _End, other: _End) -> bool:
    """Whether the first is the tighter lower end; None is no end at all."""
    return one is not None and (other is None or one > other)


def _mirrored(end: _End) -> _End:
    """An upper end as a lower one."""
    return None if end is None else (-end[0], -end[1])
