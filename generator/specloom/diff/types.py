"""Two types of one place: how they differ, for programs that pass such values or for those that read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

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
    TypeName,
    Union,
    UnionType,
)
from .changes import Side
from .limits import Difference, literal, literals, media, pattern, range_, span
from .pairs import Pairs
from .written import expression

_RIGID = {"type-widened": "type-changed", "type-narrowed": "type-changed", "member-removed": "type-changed", "no-longer-nullable": "type-changed"}
"""`list[float]` and `list[int]` do not contain each other, whatever their items do."""

UNKNOWN = "an unknown one"
"""The member that a tagged union has for tags that it does not list."""


@dataclass(frozen=True, slots=True)
class Types:
    """Compares types. `lists`: whether a list that is read is a `list` (else a `Sequence`, whose items may get narrower)."""

    pairs: Pairs
    side: Side
    lists: bool
    within: frozenset[tuple[Type, Type]] = frozenset()
    """What is being compared further out: a union may contain itself."""

    def differences(self, old: Type, new: Type, *, rigid: bool = False) -> Iterator[Difference]:
        """How the types differ, null included; `rigid`: within a `list` or a `dict`."""
        before, now = _bare(old), _bare(new)
        if isinstance(old, Nullable) != isinstance(new, Nullable):
            rule = "became-nullable" if isinstance(new, Nullable) else "no-longer-nullable"
            yield Difference(_RIGID.get(rule, rule) if rigid else rule, expression(old), expression(new))
        for found in self._of_members(before, now):
            yield Difference(_RIGID.get(found.rule, found.rule), found.old, found.new) if rigid else found

    def members(self, old: Iterable[Type], new: Iterable[Type], *, was: str, is_: str) -> Iterator[Difference]:
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
        return isinstance(old, Named) and isinstance(new, Named) and self.pairs.types.get(old.to) == new.to

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
                yield from literals(old.literals, new.literals, was, is_)
                yield from span(old.length, new.length, was, is_)
                yield from pattern(old, new)
            case (Integer(), Integer()):
                yield from literals(old.literals, new.literals, was, is_)
                yield from range_(old.range, new.range, was, is_)
            case (Number(), Number()) if old.exact == new.exact:
                yield from range_(old.range, new.range, was, is_)
            case (Boolean(), Boolean()):
                yield from literal(old, new)
            case (Bytes(), Bytes()):
                yield from span(old.length, new.length, was, is_)
            case (File(), File()):
                yield from span(old.length, new.length, was, is_)
                yield from media(old, new)
            case (DateTime(), DateTime()) if old != new:
                yield Difference("format-changed" if _zoned(old) == _zoned(new) else "zone-changed", was, is_)
            case ((Date(), Date()) | (Duration(), Duration())) if old != new:
                yield Difference("format-changed", was, is_)
            case (ListOf(item=one, length=before), ListOf(item=other, length=now)) | (MapOf(value=one, length=before), MapOf(value=other, length=now)):
                yield from self.differences(one, other, rigid=self._is_rigid)
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
                    yield Difference(self._of_kinds(old, new), was, is_)

    @property
    def _is_rigid(self) -> bool:
        return self.side == "answer" and self.lists

    def _of_kinds(self, old: Type, new: Type) -> str:
        """The rule for types of two kinds: Python's `int` is a `float`, and an enumeration's members are texts or integers."""
        match old, new:
            case (_, AnyJson()):
                return "type-opened"
            case (AnyJson(), _):
                return "type-closed"
            case (Integer(), Number(exact=False)):
                return "type-widened"
            case (Number(exact=False), Integer(literals=())):
                return "type-narrowed"
            case (Named(to=name), _) if _values(self.pairs.old, name) == _kind(new) and not _has_literals(new):
                return "type-widened"
            case (_, Named(to=name)) if _values(self.pairs.new, name) == _kind(old) and not _has_literals(old):
                return "type-narrowed"
            case _:
                return "type-changed"

    def _renamed(self, old: Type) -> Type:
        return Named(self.pairs.types.get(old.to, old.to)) if isinstance(old, Named) else old


def bare(type: Type, pairs: Pairs | None = None) -> Type:
    """What Python sees of a type: without limits and forms on the wire; of an old one, by its new names, if `pairs` are given."""
    match type:
        case String() | Integer():
            return String(literals=type.literals) if isinstance(type, String) else Integer(literals=type.literals)
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


def _values(api: Api, name: TypeName) -> object:
    """The kind of an enumeration's values; None for other named types."""
    named = api.types[name]
    if not isinstance(named, Enumeration):
        return None
    return String if isinstance(named.values[0].value, str) else Number


def _has_literals(type: Type) -> bool:
    return not isinstance(type, String | Integer) or bool(type.literals)


def _zoned(type: DateTime) -> bool:
    return type.format in (None, "unix", "unix-ms") or "%z" in (type.format or "")
