"""Two types of one place: how they differ, for programs that pass such values or for those that read them."""

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
    String,
    Type,
    Union,
    UnionType,
)
from ..runtime.datetime_formats import datetime_format
from .changes import Direction
from .describing import expression
from .limits import Difference, literal, media, numbers, span, texts
from .matching import Pairs

_RIGID = {
    "type-widened": "type-changed",
    "type-narrowed": "type-changed",
    "member-removed": "type-changed",
    "no-longer-nullable": "type-changed",
}
"""`list[float]` and `list[int]` do not contain each other, whatever their items do."""

UNKNOWN = "an unknown one"
"""The member that a tagged union has for tags that it does not list."""


class Types(Struct, frozen=True):
    """Compares types. `lists`: whether a list that is read is a `list`, as a whole response is (a field is a `Sequence`, whose items may get narrower)."""

    pairs: Pairs
    side: Direction
    lists: bool
    within: frozenset[tuple[Type, Type]] = frozenset()
    """What is being compared further out: a union may contain itself."""

    def differences(self, old: Type, new: Type, *, rigid: bool = False) -> Iterator[Difference]:
        """How the types differ, null included; `rigid`: within a `list` or a `dict`."""
        before, now = _bare(old), _bare(new)
        if isinstance(old, Nullable) != isinstance(new, Nullable):
            rule = "became-nullable" if isinstance(new, Nullable) else "no-longer-nullable"
            yield Difference(
                _RIGID.get(rule, rule) if rigid else rule, expression(old), expression(new)
            )
        for found in self._of_members(before, now):
            yield replace(found, rule=_RIGID.get(found.rule, found.rule)) if rigid else found

    def members(
        self, old: Iterable[Type], new: Iterable[Type], *, was: str, is_: str
    ) -> Iterator[Difference]:
        """How two unions differ, member by member; members of one union are of different kinds."""
        before = {_kind(self._renamed(member)): member for member in old}
        now = {_kind(member): member for member in new}
        if not before.keys() & now.keys():
            yield Difference("type-changed", was, is_)
            return
        if before.keys() - now.keys():
            yield Difference("member-removed", was, is_)
        if now.keys() - before.keys():
            yield Difference("member-added", was, is_)
        for kind, member in before.items():
            if kind in now:
                yield from self._of_one(member, now[kind])

    def same(self, old: Type, new: Type) -> bool:
        """Whether the types are paired names."""
        return (
            isinstance(old, Named)
            and isinstance(new, Named)
            and self.pairs.types.get(old.to) == new.to
        )

    def _of_members(self, old: Type, new: Type) -> Iterator[Difference]:
        if self.same(old, new) or (old, new) in self.within:
            return
        before, now = _expanded(self.pairs.old, old), _expanded(self.pairs.new, new)
        if len(before) == len(now) == 1:
            yield from self._of_one(before[0], now[0])
        else:
            inside = replace(self, within=self.within | {(old, new)})
            yield from inside.members(before, now, was=expression(old), is_=expression(new))

    def _of_one(self, old: Type, new: Type) -> Iterator[Difference]:
        was, is_ = expression(old), expression(new)
        match old, new:
            case Named(), Named():
                if not self.same(old, new):
                    yield Difference("type-changed", was, is_)
            case (String(), String()):
                yield from texts(old, new, was, is_)
            case (Integer() | Number(exact=False), Integer() | Number(exact=False)) | (
                Number(exact=True),
                Number(exact=True),
            ):
                yield from numbers(old, new, was, is_)
            case (
                Named(),
                String(literals=()) | Integer(literals=()) | Number(exact=False),
            ) if _kind(values := _values(self.pairs.old, old)) == _kind(new):
                yield from (replace(found, old=was) for found in self._of_one(values, new))
            case (
                String(literals=()) | Integer(literals=()) | Number(exact=False),
                Named(),
            ) if _kind(values := _values(self.pairs.new, new)) == _kind(old):
                yield from (replace(found, new=is_) for found in self._of_one(old, values))
            case (Boolean(), Boolean()):
                yield from literal(old, new, was, is_)
            case (Bytes(), Bytes()):
                yield from span(old.length, new.length, was, is_)
            case (File(), File()):
                yield from span(old.length, new.length, was, is_)
                yield from media(old, new)
            case (DateTime(), DateTime()) if old != new:
                yield Difference(
                    "format-changed" if _zoned(old) == _zoned(new) else "zone-changed", was, is_
                )
            case (Date(), Date()) | (Duration(), Duration()) if old != new:
                yield Difference("format-changed", was, is_)
            case (ListOf(item=one, length=before), ListOf(item=other, length=now)) | (
                MapOf(value=one, length=before),
                MapOf(value=other, length=now),
            ):
                part = "each item" if isinstance(old, ListOf) else "each value"
                yield from (
                    replace(found, part=found.of(part))
                    for found in self.differences(one, other, rigid=self._is_rigid)
                )
                yield from span(before, now, was, is_)
            case (JsonText(type=one), JsonText(type=other)):
                yield from self.differences(one, other)
            case (JsonText(type=inner), _):
                yield Difference("format-changed", was, is_)
                yield from self.differences(inner, new)
            case (_, JsonText(type=inner)):
                yield Difference("format-changed", was, is_)
                yield from self.differences(old, inner)
            case _:
                if old != new:
                    rule = (
                        "type-opened"
                        if isinstance(new, AnyJson)
                        else "type-closed" if isinstance(old, AnyJson) else "type-changed"
                    )
                    yield Difference(rule, was, is_)

    @property
    def _is_rigid(self) -> bool:
        return self.side == "answer" and self.lists

    def _renamed(self, old: Type) -> Type:
        return Named(self.pairs.types.get(old.to, old.to)) if isinstance(old, Named) else old


def bare(type: Type, pairs: Pairs | None = None) -> Type:
    """What Python sees of a type: without limits and forms on the wire; of an old one, by its new names, if `pairs` are given."""
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
        case ListOf():
            return ListOf(bare(type.item, pairs))
        case MapOf():
            return MapOf(bare(type.value, pairs))
        case JsonText():
            return bare(type.type, pairs)
        case Union():
            return Union(tuple(bare(member, pairs) for member in type.members))
        case Nullable():
            return Nullable(bare(type.type, pairs))
        case Named() if pairs is not None:
            return Named(pairs.types.get(type.to, type.to))
        case _:
            return type


def _bare(type: Type) -> Type:
    return type.type if isinstance(type, Nullable) else type


def _expanded(api: Api, type: Type) -> tuple[Type, ...]:
    """The members of a union, named or not; any other type alone."""
    match type:
        case Union(members=members):
            return members
        case Named(to=name):
            named = api.types[name]
            return named.members if isinstance(named, UnionType) else (type,)
        case _:
            return (type,)


def _kind(type: Type) -> object:
    """By what members of one union are told apart."""
    match type:
        case Named(to=name):
            return name
        case Integer() | Number():
            return Number
        case _:
            return type.__class__


def _values(api: Api, type: Named) -> Type:
    """What an enumeration lists, as a type without a name; any other type as it is."""
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
