"""Limits of two types of one kind: which values are allowed, and which no longer are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from ..model import Boolean, File, Range, Span, String
from .written import expression, names


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule and the two values that it speaks of."""

    rule: str
    old: str
    new: str


def literals(old: Iterable[str | int], new: Iterable[str | int], was: str, is_: str) -> Iterator[Difference]:
    before, now = set(old), set(new)
    if bool(before) != bool(now):
        yield Difference("type-narrowed" if now else "type-widened", was, is_)
        return
    if before - now:
        yield Difference("literal-removed", was, is_)
    if now - before:
        yield Difference("literal-added", was, is_)


def literal(old: Boolean, new: Boolean) -> Iterator[Difference]:
    """Python's type is `bool` either way."""
    if old.literal != new.literal:
        if new.literal is not None:
            yield Difference("limit-tightened", expression(old), expression(new))
        else:
            yield Difference("limit-loosened", expression(old), expression(new))


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


def span(old: Span, new: Span, was: str, is_: str) -> Iterator[Difference]:
    yield from _ends(
        _end(old.least, 0), _end(new.least, 0), _end(old.most, 0), _end(new.most, 0), was, is_
    )


def range_(old: Range, new: Range, was: str, is_: str) -> Iterator[Difference]:
    yield from _ends(
        _end(old.least, int(old.above)), _end(new.least, int(new.above)), _end(old.most, -int(old.below)), _end(new.most, -int(new.below)), was, is_
    )


_End: TypeAlias = "tuple[Decimal, int] | None"


def _end(at: int | Decimal | None, open_: int) -> _End:
    """An end, ordered: an excluded one lies a little inside."""
    return None if at is None else (Decimal(at), open_)


def _ends(least: _End, new_least: _End, most: _End, new_most: _End, was: str, is_: str) -> Iterator[Difference]:
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
