"""Type of a JSON value among the members of a union."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ...model import (
    AnyJson,
    Api,
    Boolean,
    DateTime,
    Duration,
    Enumeration,
    Integer,
    Json,
    ListOf,
    MapOf,
    Named,
    Nullable,
    Number,
    Object,
    String,
    Type,
    Union,
    UnionType,
    literals_of,
)


def is_kind(api: Api, type: Type, value: Json) -> bool:
    """Return whether a value has the JSON kind of the type."""
    match type:
        case Nullable():
            return value is None or is_kind(api, type.type, value)
        case Union(members=members):
            return any(is_kind(api, member, value) for member in members)
        case Named(to=to):
            match api.types[to]:
                case Object():
                    return isinstance(value, dict)
                case Enumeration(values=values):
                    return isinstance(
                        value, int if values and isinstance(values[0].value, int) else str
                    )
                case named:
                    return any(is_kind(api, member, value) for member in named.members)
        case Boolean():
            return isinstance(value, bool)
        case Integer():
            return isinstance(value, int) and not isinstance(value, bool)
        case Number():
            return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
        case ListOf():
            return isinstance(value, list)
        case MapOf():
            return isinstance(value, dict)
        case AnyJson():
            return True
        case DateTime(format="unix" | "unix-ms") | Duration(unit="s" | "ms"):
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return isinstance(value, str)


def member_of(api: Api, members: Sequence[Type], tag: str | None, value: Json) -> Type | None:
    """Return the member of a union that a value belongs to, or None."""
    candidates = [
        member
        for member in members
        if is_kind(api, member, value) and (tag is None or has_tag(api, member, tag, value))
    ]
    if isinstance(value, dict) and len(candidates) > 1:
        return min(candidates, key=lambda member: _distance(api, member, value))
    return next(iter(candidates), None)


def _distance(api: Api, member: Type, value: dict[str, Json]) -> tuple[int, int]:
    """Return how many fields contradict a member, and how many it does not list, as clients distinguish objects."""
    named = api.types[member.to] if isinstance(member, Named) else None
    if isinstance(named, UnionType):
        members = [
            each
            for each in named.members
            if named.tag is None or has_tag(api, each, named.tag, value)
        ]
        return min((_distance(api, each, value) for each in members), default=(len(value) + 1, 0))
    if not isinstance(named, Object):
        return 0, 0
    fields = {each.wire: each for each in named.fields}
    missing = [each for each in named.fields if each.required and each.wire not in value]
    other = [
        wire
        for wire, item in value.items()
        if wire in fields and not _suits(api, fields[wire].type, item)
    ]
    return len(missing) + len(other), len(value.keys() - fields.keys())


def _suits(api: Api, type: Type, value: Json) -> bool:
    """Return whether a value has the JSON kind, or is one of the constants, of a type."""
    match type:
        case Nullable():
            return value is None or _suits(api, type.type, value)
        case String(literals=literals) if literals:
            return value in literals
        case Integer(literals=literals) if literals:
            return value in literals and not isinstance(value, bool)
        case Boolean(literal=bool(literal)):
            return value is literal
        case _:
            return is_kind(api, type, value)


def has_tag(api: Api, member: Type, tag: str, value: Json) -> bool:
    """Return whether the tag of a value belongs to this member."""
    object_type = api.types[member.to] if isinstance(member, Named) else None
    if not isinstance(object_type, Object) or not isinstance(value, dict):
        return False
    literals = [
        literal
        for each in object_type.fields
        if each.wire == tag
        for literal in literals_of(each.type)
    ]
    own = value.get(tag)
    return any(own == literal and isinstance(own, type(literal)) for literal in literals)
