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
            return not isinstance(type_, model.File | model.PlainText)
        case model.Nullable(type=inner), model.Nullable(type=outer):
            return within(inner, outer)
        case _, model.Nullable(type=outer):
            return within(type_, outer)
        case model.Union(members=members), _:
            return all(within(member, wider) for member in members)
        case _, model.Union(members=members):
            return any(within(type_, member) for member in members)
        case model.Named(to=name), model.Named(to=other):
            union = types.get(other)
            members = union.members if isinstance(union, model.UnionType) else ()
            return type_ in members or includes(name, other)
        case model.String(literals=literals), model.Named(to=name):
            return _is_listed(literals, types.get(name))
        case model.Integer(literals=literals), model.Named(to=name):
            return _is_listed(literals, types.get(name))
        case model.Named(to=name), model.String():
            return wider == model.String() and _is_of(types.get(name), str)
        case model.Named(to=name), model.Integer():
            return wider == model.Integer() and _is_of(types.get(name), int)
        case model.String() as string, model.String() as wider_string:
            return _string(string, wider_string)
        case model.Integer() as integer, model.Integer() as wider_integer:
            return _integer(integer, wider_integer)
        case model.Integer(range=range_), model.Number(exact=False, range=wider_range):
            return _range(range_, wider_range)
        case model.Number() as number, model.Number() as wider_number:
            return number.exact == wider_number.exact and _range(number.range, wider_number.range)
        case model.Boolean(), model.Boolean(literal=literal):
            return literal is None
        case model.Bytes(length=length), model.Bytes(length=wider_length):
            return _length(length, wider_length)
        case model.File() as file, model.File() as wider_file:
            is_listed = bool(file.media) and set(file.media) <= set(wider_file.media)
            return _length(file.length, wider_file.length) and (not wider_file.media or is_listed)
        case (
            model.ListOf(item=inner, length=length),
            model.ListOf(item=outer, length=wider_length),
        ) | (
            model.MapOf(value=inner, length=length),
            model.MapOf(value=outer, length=wider_length),
        ):
            return _length(length, wider_length) and within(inner, outer)
        case model.JsonText(type=inner), model.JsonText(type=outer):
            return within(inner, outer)
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


def _integer(type_: model.Integer, wider: model.Integer) -> bool:
    if wider.literals:
        return bool(type_.literals) and set(type_.literals) <= set(wider.literals)
    if type_.literals:
        return all(_range(NumberRange(value, value), wider.range) for value in type_.literals)
    return _range(type_.range, wider.range)


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
