"""Reading answers with care: what fits its type is typed, what does not is kept.

msgspec reads nearly every answer, in one go. This module takes over where that fails, and
for types with conversions. It loses nothing: a field that is missing reads as None, a value
of the wrong kind stays as it came, and each such place is reported as a `Mismatch`. Limits
are not checked: they bind requests, and servers loosen them without notice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache, cached_property
from typing import Annotated, Any, Final, Literal, get_args
from uuid import UUID

import msgspec
from msgspec.structs import fields

from .ciphertext import CipherText, opened
from .field_info import (
    Annotation,
    FieldInfo,
    is_struct,
    is_union,
    kinds_of,
    origin_of,
    unfold,
)
from .json_types import NAMES
from .mismatches import Decoder, Mismatch, Mismatches, ValuePath
from .models import Tagged, Unknown, is_tagged
from .wire_formats import Conversion

_EVERY = frozenset(NAMES)
_DECIMAL: Final = frozenset({int, Decimal, str})
_MOST_DIGITS = 1000
"""Of an integer written with an exponent: 1e999999999 would fill the memory."""


def reader(annotation: Annotation) -> Decoder:
    """How to read this type."""
    kind, marks = unfold(annotation)
    return _sealed(_marked(kind, marks)) if marks.encrypted else _marked(kind, marks)


def _marked(kind: Annotation, marks: FieldInfo) -> Decoder:
    if marks.conversion is not None:
        return _converted(kind, marks.conversion)
    if marks.json_text:
        return _json_text(kind)
    return _plain(kind)


def _plain(kind: Annotation) -> Decoder:
    if is_union(kind):
        members = [reader(member) for member in get_args(kind)]
        # A decimal may come as a text, but where texts are allowed a text is one.
        return _union(sorted(members, key=lambda one: one.kinds == _DECIMAL))
    if is_tagged(kind):
        return _tagged(kind)
    if is_struct(kind):
        return _struct(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind)
    origin = origin_of(kind)
    if origin is Literal:
        return _literal(get_args(kind))
    if origin in (list, Sequence):
        return _list(reader(*get_args(kind)))
    if origin in (dict, Mapping):
        return _map(reader(get_args(kind)[1]))
    return _scalar(kind)


def _untouched(value: object, place: ValuePath, misfits: Mismatches) -> object:
    return value


def _scalar(kind: Annotation) -> Decoder:
    if kind is Any or kind is object:
        return Decoder(_EVERY, _untouched)
    if kind is None or kind in (str, bool, type(None)):
        return Decoder(frozenset({type(None) if kind is None else kind}), _untouched)
    if kind is int:
        return Decoder(frozenset({int, Decimal}), _integer)
    if kind is float:
        return Decoder(frozenset({int, Decimal}), _float)
    if kind is Decimal:
        return Decoder(_DECIMAL, _decimal)
    if kind in (datetime, date, time, timedelta, bytes, UUID):
        return _parsed(kind)
    if kind is msgspec.UnsetType:
        return Decoder(frozenset(), _untouched)
    raise TypeError(f"{kind!r} is not a type of answers")


def _integer(value: int | Decimal, place: ValuePath, misfits: Mismatches) -> object:
    if isinstance(value, int):
        return value
    if value == value.to_integral_value() and value.adjusted() < _MOST_DIGITS:
        return int(value)  # 1.0 and 1e3 are integers too, in JSON
    misfits.append(Mismatch(place, "expected an integer, got a number"))
    return value


def _float(value: int | Decimal, place: ValuePath, misfits: Mismatches) -> object:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isinf(number):
        misfits.append(Mismatch(place, "expected a smaller number"))
        return value
    return number


def _decimal(
    value: int | Decimal | str, place: ValuePath, misfits: Mismatches
) -> object:
    try:
        number = Decimal(value)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        misfits.append(Mismatch(place, "expected a number, got a text"))
        return value
    return number


def _parsed(kind: Annotation) -> Decoder:
    wanted, name = kind, kind.__name__
    if kind is datetime:
        # Without a zone it is no moment: each reader would take it for another.
        wanted, name = (
            Annotated[datetime, msgspec.Meta(tz=True)],
            f"{name} with a time zone",
        )

    def make(value: str, place: ValuePath, misfits: Mismatches) -> object:
        try:
            parsed: Any = msgspec.convert(value, wanted)
            return parsed
        except msgspec.ValidationError:
            misfits.append(Mismatch(place, f"expected a {name}, got a text"))
            return value

    return Decoder(frozenset({str}), make)


def _enum(kind: type[Enum]) -> Decoder:
    def make(value: object, place: ValuePath, misfits: Mismatches) -> object:
        try:
            return kind(value)
        except ValueError:
            misfits.append(Mismatch(place, f"not a value of {kind.__name__}"))
            return value

    return Decoder(kinds_of(kind), make)


def _literal(values: tuple[object, ...]) -> Decoder:
    def make(value: object, place: ValuePath, misfits: Mismatches) -> object:
        if value not in values:
            misfits.append(Mismatch(place, "not a documented value"))
        return value

    return Decoder(frozenset(map(type, values)), make)


def _list(item: Decoder) -> Decoder:
    def make(value: list[object], place: ValuePath, misfits: Mismatches) -> object:
        return [item.read(one, (place, at), misfits) for at, one in enumerate(value)]

    return Decoder(frozenset({list}), make)


def _map(item: Decoder) -> Decoder:
    def make(value: dict[str, object], place: ValuePath, misfits: Mismatches) -> object:
        return {
            key: item.read(one, (place, key), misfits) for key, one in value.items()
        }

    return Decoder(frozenset({dict}), make)


class _Object:
    """Reads the objects of one class; its fields are looked up when the first one comes,
    so that classes may contain themselves."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._kind = kind

    @cached_property
    def _fields(self) -> list[tuple[str, str, bool, Decoder]]:
        return [
            (field.name, field.encode_name, field.required, reader(field.type))
            for field in fields(self._kind)
        ]

    def __call__(
        self, value: dict[str, object], place: ValuePath, misfits: Mismatches
    ) -> object:
        typed: dict[str, object] = {}
        for name, wire, required, one in self._fields:
            if wire in value:
                typed[name] = one.read(value[wire], (place, wire), misfits)
            elif required:
                misfits.append(Mismatch((place, wire), "missing"))
                typed[name] = None
        return self._kind(**typed)


@cache
def _struct(kind: type[msgspec.Struct]) -> Decoder:
    return Decoder(frozenset({dict}), _Object(kind))


def _tagged(union: Tagged) -> Decoder:
    def make(value: dict[str, Any], place: ValuePath, misfits: Mismatches) -> object:
        tag = value.get(union.tag)
        member = union.members().get(tag) if isinstance(tag, str | int) else None
        if member is None:
            misfits.append(Mismatch((place, union.tag), "not a documented value"))
            return Unknown(tag, value)
        return _struct(member).read(value, place, misfits)

    return Decoder(frozenset({dict}), make)


def _union(members: list[Decoder]) -> Decoder:
    def make(value: object, place: ValuePath, misfits: Mismatches) -> object:
        first: tuple[object, Mismatches] | None = None
        for member in members:
            if type(value) in member.kinds:
                own = Mismatches(misfits.unseal)
                made = member.make(value, place, own)
                if not own:
                    return made
                first = first or (made, own)
        assert first is not None, "the union takes this kind, so a member does"
        misfits.extend(first[1])
        return first[0]

    return Decoder(frozenset[type]().union(*(one.kinds for one in members)), make)


def _converted(kind: Annotation, conversion: Conversion) -> Decoder:
    def make(value: object, place: ValuePath, misfits: Mismatches) -> object:
        try:
            return conversion.read(value, kind)
        except ValueError as error:
            misfits.append(Mismatch(place, str(error)))
            return value

    return Decoder(_EVERY - {type(None)}, make)


def _sealed(inner: Decoder) -> Decoder:
    def make(value: object, place: ValuePath, misfits: Mismatches) -> object:
        plain = opened(value, place, misfits) if isinstance(value, str) else value
        if isinstance(plain, CipherText):
            return plain
        return inner.read(plain, place, misfits)

    return Decoder(inner.kinds | {str}, make)


def _json_text(kind: Annotation) -> Decoder:
    inner = reader(kind)

    def make(value: str, place: ValuePath, misfits: Mismatches) -> object:
        from .codec import Unreadable, decode

        try:
            held, damages = decode(value.encode())
        except Unreadable:
            misfits.append(Mismatch(place, "expected a text that holds JSON"))
            return value
        misfits += (Mismatch(place, str(damage)) for damage in damages)
        return inner.read(held, place, misfits)

    return Decoder(frozenset({str}), make)
