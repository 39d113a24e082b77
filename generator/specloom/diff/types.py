"""Comparison of two types, for programs that pass their values or for programs that read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from ..model import (
    AnyJson,
    Api,
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enumeration,
    File,
    Integer,
    JsonText,
    ListOf,
    MapOf,
    Named,
    Nullable,
    Number,
    PlainText,
    String,
    Type,
    Union,
    UnionType,
)
from ..runtime.datetime_formats import datetime_format
from .changes import Direction
from .describing import expression
from .limits import Difference, literal, media, numbers, span, texts
from .matching import Matching

_INVARIANT = {
    "type-widened": "type-changed",
    "type-narrowed": "type-changed",
    "union-member-removed": "type-changed",
    "no-longer-nullable": "type-changed",
}
"""Rules within invariant containers: neither of `list[float]` and `list[int]` contains the other."""

UNKNOWN = "an unknown one"
"""The member of a tagged union for unlisted tags."""


class TypeComparison(Struct, frozen=True):
    """Compares types. `in_list` is true if a list in a response is a `list`, as a whole body is; a field is a `Sequence`, whose items may get narrower."""

    matching: Matching
    side: Direction
    in_list: bool
    within: frozenset[tuple[Type, Type]] = frozenset()
    """Types that are being compared already: a union may contain itself."""

    def differences(self, old: Type, new: Type, *, invariant: bool = False) -> Iterator[Difference]:
        """Yield the differences of two types, null included; `invariant` applies within a `list` or a `dict`."""
        before, after = _without_null(old), _without_null(new)
        if isinstance(old, Nullable) != isinstance(new, Nullable):
            rule = "became-nullable" if isinstance(new, Nullable) else "no-longer-nullable"
            yield Difference(
                _INVARIANT.get(rule, rule) if invariant else rule, expression(old), expression(new)
            )
        for difference in self._compare_expanded(before, after):
            yield (
                replace(difference, rule=_INVARIANT.get(difference.rule, difference.rule))
                if invariant
                else difference
            )

    def compare_members(
        self, old: Iterable[Type], new: Iterable[Type], *, old_text: str, new_text: str
    ) -> Iterator[Difference]:
        """Yield the differences of two unions by member; members of a union have different kinds."""
        before = {_kind(self._renamed(member)): member for member in old}
        after = {_kind(member): member for member in new}
        if not before.keys() & after.keys():
            yield Difference("type-changed", old_text, new_text)
            return
        if before.keys() - after.keys():
            yield Difference("union-member-removed", old_text, new_text)
        if after.keys() - before.keys():
            yield Difference("union-member-added", old_text, new_text)
        for kind, member in before.items():
            if kind in after:
                yield from self._compare_one(member, after[kind])

    def is_matched_name(self, old: Type, new: Type) -> bool:
        """Return whether the types are matched named types."""
        return (
            isinstance(old, Named)
            and isinstance(new, Named)
            and self.matching.types.get(old.to) == new.to
        )

    def _compare_expanded(self, old: Type, new: Type) -> Iterator[Difference]:
        if self.is_matched_name(old, new) or (old, new) in self.within:
            return
        before, after = _union_members(self.matching.old, old), _union_members(
            self.matching.new, new
        )
        if len(before) == len(after) == 1:
            yield from self._compare_one(before[0], after[0])
        else:
            inside = replace(self, within=self.within | {(old, new)})
            yield from inside.compare_members(
                before, after, old_text=expression(old), new_text=expression(new)
            )

    def _compare_one(self, old: Type, new: Type) -> Iterator[Difference]:
        old_text, new_text = expression(old), expression(new)
        match old, new:
            case Named(), Named():
                if not self.is_matched_name(old, new):
                    yield Difference("type-changed", old_text, new_text)
            case (String(), String()):
                yield from texts(old, new, old_text, new_text)
            case (Integer() | Number(exact=False), Integer() | Number(exact=False)) | (
                Number(exact=True),
                Number(exact=True),
            ):
                yield from numbers(old, new, old_text, new_text)
            case (
                Named(),
                String(literals=()) | Integer(literals=()) | Number(exact=False),
            ) if _kind(values := _values(self.matching.old, old)) == _kind(new):
                yield from (
                    replace(difference, old=old_text)
                    for difference in self._compare_one(values, new)
                )
            case (
                String(literals=()) | Integer(literals=()) | Number(exact=False),
                Named(),
            ) if _kind(values := _values(self.matching.new, new)) == _kind(old):
                yield from (
                    replace(difference, new=new_text)
                    for difference in self._compare_one(old, values)
                )
            case (Boolean(), Boolean()):
                yield from literal(old, new, old_text, new_text)
            case (Bytes(), Bytes()):
                yield from span(old.length, new.length, old_text, new_text)
            case (File() | PlainText(), File() | PlainText()) if type(old) is type(new):
                yield from span(old.length, new.length, old_text, new_text)
                yield from media(old, new)
            case (DateTime(), DateTime()) if old != new:
                yield Difference(
                    "format-changed" if _zoned(old) == _zoned(new) else "zone-changed",
                    old_text,
                    new_text,
                )
            case (Date(), Date()) | (Duration(), Duration()) if old != new:
                yield Difference("format-changed", old_text, new_text)
            case (ListOf(item=old_inner, length=before), ListOf(item=new_inner, length=after)) | (
                MapOf(value=old_inner, length=before),
                MapOf(value=new_inner, length=after),
            ):
                part = "each item" if isinstance(old, ListOf) else "each value"
                yield from (
                    replace(difference, part=difference.within(part))
                    for difference in self.differences(
                        old_inner, new_inner, invariant=self._is_invariant
                    )
                )
                yield from span(before, after, old_text, new_text)
            case (JsonText(type=old_inner), JsonText(type=new_inner)):
                yield from self.differences(old_inner, new_inner)
            case (JsonText(type=inner), _):
                yield Difference("format-changed", old_text, new_text)
                yield from self.differences(inner, new)
            case (_, JsonText(type=inner)):
                yield Difference("format-changed", old_text, new_text)
                yield from self.differences(old, inner)
            case _:
                if old != new:
                    rule = (
                        "type-opened"
                        if isinstance(new, AnyJson)
                        else "type-closed" if isinstance(old, AnyJson) else "type-changed"
                    )
                    yield Difference(rule, old_text, new_text)

    @property
    def _is_invariant(self) -> bool:
        return self.side == "response" and self.in_list

    def _renamed(self, old: Type) -> Type:
        return Named(self.matching.types.get(old.to, old.to)) if isinstance(old, Named) else old


def bare(type: Type, matching: Matching | None = None) -> Type:
    """Return the type as Python sees it, without limits and wire formats; with `matching`, names of old types are replaced by the new ones."""
    match type:
        case String() | Integer():
            return (
                String(literals=type.literals)
                if isinstance(type, String)
                else Integer(literals=type.literals)
            )
        case Number():
            return Number(exact=type.exact)
        case Boolean() | DateTime() | Date() | Duration():
            return type.__class__()
        case Bytes() | File():
            return Bytes()
        case PlainText():
            return String()
        case ListOf():
            return ListOf(bare(type.item, matching))
        case MapOf():
            return MapOf(bare(type.value, matching))
        case JsonText():
            return bare(type.type, matching)
        case Union():
            return Union(tuple(bare(member, matching) for member in type.members))
        case Nullable():
            return Nullable(bare(type.type, matching))
        case Named() if matching is not None:
            return Named(matching.types.get(type.to, type.to))
        case _:
            return type


def _without_null(type: Type) -> Type:
    return type.type if isinstance(type, Nullable) else type


def _union_members(api: Api, type: Type) -> tuple[Type, ...]:
    """Return the members of a union, named or not; any other type alone."""
    match type:
        case Union(members=members):
            return members
        case Named(to=name):
            named = api.types[name]
            return named.members if isinstance(named, UnionType) else (type,)
        case _:
            return (type,)


def _kind(type: Type) -> object:
    """Return the property that distinguishes the members of a union."""
    match type:
        case Named(to=name):
            return name
        case Integer() | Number():
            return Number
        case _:
            return type.__class__


def _values(api: Api, type: Named) -> Type:
    """Return the values of an enumeration as an unnamed type; any other type unchanged."""
    named = api.types[type.to]
    if not isinstance(named, Enumeration):
        return type
    listed = [value.value for value in named.values]
    words = tuple(value for value in listed if isinstance(value, str))
    return (
        String(literals=words)
        if words
        else Integer(literals=tuple(value for value in listed if isinstance(value, int)))
    )


def _zoned(type: DateTime) -> bool:
    return (
        type.format is None
        or type.format in ("unix", "unix-ms")
        or datetime_format(type.format).zoned
    )
