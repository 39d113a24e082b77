"""Which type a JSON value is of, where a spec allows several."""

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
)


def is_kind(api: Api, type: Type, value: Json) -> bool:
    """Whether a value is of the JSON kind that the type has."""
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
    """The member of a union that a value is; None if it is none."""
    fitting = (
        member
        for member in members
        if is_kind(api, member, value) and (tag is None or has_tag(api, member, tag, value))
    )
    return next(fitting, None)


def has_tag(api: Api, member: Type, tag: str, value: Json) -> bool:
    """Whether a value carries this member's literal in the field that tells members apart."""
    structure = api.types[member.to] if isinstance(member, Named) else None
    if not isinstance(structure, Object) or not isinstance(value, dict):
        return False
    literals = [
        each.type.literals
        for each in structure.fields
        if each.wire == tag and isinstance(each.type, (String, Integer))
    ]
    return any(value.get(tag) in allowed for allowed in literals)
