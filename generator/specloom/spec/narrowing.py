"""Narrower types: whether each value of one type is also a value of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from .. import model
from ..model import LengthRange, NamedType, NumberRange, Type, TypeName

Includes: TypeAlias = Callable[[TypeName, TypeName], bool]
"""Whether an object includes another one."""


def is_narrower(
    type_: Type, wider: Type, types: Mapping[TypeName, NamedType], includes: Includes
) -> bool:
    """Return whether each value of a type is also a value of the wider one, or both are the same."""
    if type_ == wider:
        return True

    def within(inner: Type, outer: Type) -> bool:
        return is_narrower(inner, outer, types, includes)

    match type_, wider:
        case _, model.AnyJson():
            return not isinstance(type_, model.File)
        case model.Nullable(), model.Nullable():
            return within(type_.type, wider.type)
        case _, model.Nullable():
            return within(type_, wider.type)
        case model.Union(), _:
            return all(within(member, wider) for member in type_.members)
        case _, model.Union():
            return any(within(type_, member) for member in wider.members)
        case model.Named(), model.Named():
            union = types.get(wider.to)
            members = union.members if isinstance(union, model.UnionType) else ()
            return type_ in members or includes(type_.to, wider.to)
        case model.String(), model.Named():
            return _is_listed(type_.literals, types.get(wider.to))
        case model.Integer(), model.Named():
            return _is_listed(type_.literals, types.get(wider.to))
        case model.Named(), model.String():
            enumeration = types.get(type_.to)
            return wider == model.String() and _is_of(enumeration, str)
        case model.Named(), model.Integer():
            enumeration = types.get(type_.to)
            return wider == model.Integer() and _is_of(enumeration, int)
        case model.String(), model.String():
            return _string(type_, wider)
        case model.Integer(), model.Integer():
            if type_.literals:
                return _literals(type_.literals, wider)
            return not wider.literals and _range(type_.range, wider.range)
        case model.Integer(), model.Number(exact=False):
            return _range(type_.range, wider.range)
        case model.Number(), model.Number():
            return type_.exact == wider.exact and _range(type_.range, wider.range)
        case model.Boolean(), model.Boolean():
            return wider.literal is None
        case model.Bytes(), model.Bytes():
            return _length(type_.length, wider.length)
        case model.File(), model.File():
            return _length(type_.length, wider.length) and (
                not wider.media or (bool(type_.media) and set(type_.media) <= set(wider.media))
            )
        case model.ListOf(), model.ListOf():
            return _length(type_.length, wider.length) and within(type_.item, wider.item)
        case model.MapOf(), model.MapOf():
            return _length(type_.length, wider.length) and within(type_.value, wider.value)
        case model.JsonText(), model.JsonText():
            return within(type_.type, wider.type)
        case _:
            return False


def _string(type_: model.String, wider: model.String) -> bool:
    if type_.literals:
        return (not wider.literals or set(type_.literals) <= set(wider.literals)) and all(
            _has_length(len(literal), wider.length) for literal in type_.literals
        )
    return (
        not wider.literals
        and wider.pattern in (None, type_.pattern)
        and _length(type_.length, wider.length)
    )


def _literals(literals: tuple[int, ...], wider: model.Integer) -> bool:
    if wider.literals:
        return set(literals) <= set(wider.literals)
    return all(_range(NumberRange(value, value), wider.range) for value in literals)


def _is_listed(literals: tuple[object, ...], named: NamedType | None) -> bool:
    """Return whether an enumeration lists all literals."""
    return (
        bool(literals)
        and isinstance(named, model.Enumeration)
        and set(literals) <= {value.value for value in named.values}
    )


def _is_of(named: NamedType | None, kind: type) -> bool:
    """Return whether this is an enumeration whose values are of a kind."""
    return isinstance(named, model.Enumeration) and isinstance(named.values[0].value, kind)


def _has_length(length: int, limits: LengthRange) -> bool:
    return _length(LengthRange(length, length), limits)


def _length(length: LengthRange, wider: LengthRange) -> bool:
    return _range(
        NumberRange(length.minimum or 0, length.maximum),
        NumberRange(wider.minimum or 0, wider.maximum),
    )


def _range(range_: NumberRange, wider: NumberRange) -> bool:
    low, high = (range_.minimum, not range_.above), (range_.maximum, not range_.below)
    return _reaches(wider.minimum, not wider.above, low) and _reaches(
        _negated(wider.maximum), not wider.below, (_negated(high[0]), high[1])
    )


def _reaches(
    limit: int | Decimal | None, inclusive: bool, end: tuple[int | Decimal | None, bool]
) -> bool:
    """Return whether a lower limit lies at or below the lower end of a range."""
    value, included = end
    if limit is None:
        return True
    if value is None or value < limit:
        return False
    return value > limit or inclusive or not included


def _negated(number: int | Decimal | None) -> int | Decimal | None:
    return None if number is None else -number
