"""Lenient decoder of responses: typed values, and a report of each mismatch.

msgspec decodes nearly all responses. This module decodes those that it rejects, and
types with conversions. No data is lost: a missing field becomes None, a value of the
wrong type stays as received, and both are reported as a `Mismatch`. Limits are not
checked: they apply to requests only, because servers relax them without notice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache, cached_property
from itertools import islice
from typing import Annotated, Any, Final, Literal, get_args
from uuid import UUID

import msgspec
from msgspec.structs import fields

from .ciphertext import CipherText, decrypt_text
from .field_info import (
    Annotation,
    FieldInfo,
    extra_type,
    field_types,
    is_struct,
    is_union,
    origin_of,
    split_annotated,
    value_types,
)
from .json_types import NAMES
from .mismatches import Decoder, Mismatch, Mismatches, ValuePath
from .models import EXTRA, Tagged, Unknown, is_tagged
from .wire_formats import Conversion

_ALL_KINDS = frozenset(NAMES)
_DECIMAL: Final = frozenset({int, Decimal, str})
_MAX_DIGITS = 1000
"""Maximum number of digits of an integer with an exponent: 1e999999999 would exhaust the
memory."""


def decoder_for(annotation: Annotation) -> Decoder:
    """Return the decoder of this type."""
    kind, info = split_annotated(annotation)
    return (
        _encrypted_decoder(_annotated_decoder(kind, info))
        if info.encrypted
        else _annotated_decoder(kind, info)
    )


def _annotated_decoder(kind: Annotation, info: FieldInfo) -> Decoder:
    if info.conversion is not None:
        return _conversion_decoder(kind, info.conversion)
    if info.json_text:
        return _json_text_decoder(kind)
    return _type_decoder(kind)


def _type_decoder(kind: Annotation) -> Decoder:
    if is_union(kind):
        objects = _object_members(kind)
        members = [
            decoder_for(member)
            for member in get_args(kind)
            if len(objects) < 2 or member not in objects
        ]
        if len(objects) > 1:
            members.append(_object_union_decoder(objects))
        # Decimals come last: they accept strings, which another member may document.
        return _union_decoder(
            sorted(members, key=lambda member: member.kinds == _DECIMAL)
        )
    if is_tagged(kind):
        return _tagged_decoder(kind)
    if is_struct(kind):
        return _struct_decoder(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_decoder(kind)
    origin = origin_of(kind)
    if origin is Literal:
        return _literal_decoder(get_args(kind))
    if origin in (list, Sequence):
        return _list_decoder(decoder_for(*get_args(kind)))
    if origin in (dict, Mapping):
        return _map_decoder(decoder_for(get_args(kind)[1]))
    return _scalar_decoder(kind)


def _keep(value: object, path: ValuePath, mismatches: Mismatches) -> object:
    return value


def _scalar_decoder(kind: Annotation) -> Decoder:
    if kind is Any or kind is object:
        return Decoder(_ALL_KINDS, _keep)
    if kind is None or kind in (str, bool, type(None)):
        return Decoder(frozenset({type(None) if kind is None else kind}), _keep)
    if kind is int:
        return Decoder(frozenset({int, Decimal}), _decode_integer)
    if kind is float:
        return Decoder(frozenset({int, Decimal}), _decode_float)
    if kind is Decimal:
        return Decoder(_DECIMAL, _decode_decimal)
    if kind in (datetime, date, time, timedelta, bytes, UUID):
        return _parsing_decoder(kind)
    if kind is msgspec.UnsetType:
        return Decoder(frozenset(), _keep)
    raise TypeError(f"{kind!r} is not a response type")


def _decode_integer(
    value: int | Decimal, path: ValuePath, mismatches: Mismatches
) -> object:
    if isinstance(value, int):
        return value
    if value == value.to_integral_value() and value.adjusted() < _MAX_DIGITS:
        return int(value)  # 1.0 and 1e3 are integers in JSON
    mismatches.append(Mismatch(path, "expected an integer, got a number"))
    return value


def _decode_float(
    value: int | Decimal, path: ValuePath, mismatches: Mismatches
) -> object:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isinf(number):
        mismatches.append(Mismatch(path, "expected a smaller number"))
        return value
    return number


def _decode_decimal(
    value: int | Decimal | str, path: ValuePath, mismatches: Mismatches
) -> object:
    try:
        number = Decimal(value)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        mismatches.append(Mismatch(path, "expected a number, got a string"))
        return value
    return number


def _parsing_decoder(kind: Annotation) -> Decoder:
    target, name = kind, kind.__name__
    if kind is datetime:
        # Without a time zone a datetime is ambiguous.
        target, name = (
            Annotated[datetime, msgspec.Meta(tz=True)],
            f"{name} with a time zone",
        )

    def convert(value: str, path: ValuePath, mismatches: Mismatches) -> object:
        try:
            parsed: Any = msgspec.convert(value, target)
            return parsed
        except msgspec.ValidationError:
            mismatches.append(Mismatch(path, f"expected a {name}, got a string"))
            return value

    return Decoder(frozenset({str}), convert)


def _enum_decoder(kind: type[Enum]) -> Decoder:
    def convert(value: object, path: ValuePath, mismatches: Mismatches) -> object:
        try:
            return kind(value)
        except ValueError:
            mismatches.append(Mismatch(path, f"not a value of {kind.__name__}"))
            return value

    return Decoder(value_types(kind), convert)


def _literal_decoder(values: tuple[object, ...]) -> Decoder:
    def convert(value: object, path: ValuePath, mismatches: Mismatches) -> object:
        if value not in values:
            mismatches.append(Mismatch(path, "not a documented value"))
        return value

    return Decoder(frozenset(map(type, values)), convert)


def _list_decoder(item: Decoder) -> Decoder:
    def convert(value: list[object], path: ValuePath, mismatches: Mismatches) -> object:
        return [
            item.decode(entry, (path, at), mismatches) for at, entry in enumerate(value)
        ]

    return Decoder(frozenset({list}), convert)


def _map_decoder(item: Decoder) -> Decoder:
    def convert(
        value: dict[str, object], path: ValuePath, mismatches: Mismatches
    ) -> object:
        return {
            key: item.decode(entry, (path, key), mismatches)
            for key, entry in value.items()
        }

    return Decoder(frozenset({dict}), convert)


class _Object:
    """Decoder of the objects of a class. It reads the fields on first use, because a class
    may contain itself."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._kind = kind

    @cached_property
    def _fields(self) -> list[tuple[str, str, bool, Decoder]]:
        return [
            (field.name, field.encode_name, field.required, decoder_for(field.type))
            for field in fields(self._kind)
            if field.encode_name != EXTRA
        ]

    @cached_property
    def _extra(self) -> Decoder | None:
        """Decoder of the fields that the class does not list, if it keeps them."""
        annotation = extra_type(self._kind)
        return None if annotation is None else decoder_for(annotation)

    def __call__(
        self, value: dict[str, object], path: ValuePath, mismatches: Mismatches
    ) -> object:
        typed: dict[str, object] = {}
        for name, wire, required, decoder in self._fields:
            if wire in value:
                typed[name] = decoder.decode(value[wire], (path, wire), mismatches)
            elif required:
                mismatches.append(Mismatch((path, wire), "missing"))
                typed[name] = None
        if (extra := self._extra) is not None:
            listed = field_types(self._kind)
            typed["extra"] = {
                key: extra.decode(item, (path, key), mismatches)
                for key, item in value.items()
                if key not in listed
            }
        return self._kind(**typed)


@cache
def _struct_decoder(kind: type[msgspec.Struct]) -> Decoder:
    return Decoder(frozenset({dict}), _Object(kind))


def _tagged_decoder(union: Tagged) -> Decoder:
    def convert(
        value: dict[str, Any], path: ValuePath, mismatches: Mismatches
    ) -> object:
        tag = value.get(union.tag)
        member = union.members().get(tag) if isinstance(tag, str | int) else None
        if member is None:
            mismatches.append(Mismatch((path, union.tag), "not a documented value"))
            return Unknown(tag, value)
        return _struct_decoder(member).decode(value, path, mismatches)

    return Decoder(frozenset({dict}), convert)


def _union_decoder(members: list[Decoder]) -> Decoder:
    def convert(value: object, path: ValuePath, mismatches: Mismatches) -> object:
        first: tuple[object, Mismatches] | None = None
        for member in members:
            if type(value) in member.kinds:
                own = Mismatches(mismatches.decrypt)
                typed = member.convert(value, path, own)
                if not own:
                    return typed
                first = first or (typed, own)
        assert first is not None, "a member accepts each kind of the union"
        mismatches.extend(first[1])
        return first[0]

    return Decoder(
        frozenset[type]().union(*(member.kinds for member in members)), convert
    )


# --- objects without a tag ------------------------------------------------------------


def union_member(kind: Annotation, value: dict[str, Any]) -> Annotation | None:
    """Return the member of a union that an object belongs to; None if it has none."""
    objects = _object_members(kind)
    if len(objects) > 1:
        return objects[_closest(objects, value)[0]]
    maps = (member for member in get_args(kind) if dict in decoder_for(member).kinds)
    return next(iter((*objects, *maps)), None)


def _object_members(kind: Annotation) -> tuple[Annotation, ...]:
    return tuple(
        member for member in get_args(kind) if is_struct(member) or is_tagged(member)
    )


def _closest(
    objects: Sequence[Annotation], value: dict[str, Any]
) -> tuple[int, Mapping[str, Sequence[str]]]:
    """Return the index of the member that an object fits best; if none fits, also the
    fields that contradict each.

    Only the fields of the object itself are compared, not those nested in it, so that
    the time is linear: required fields, constants and kinds of values. Of the members
    that fit, it is the one that lists most of the fields, or else the first.
    """
    best, best_distance = 0, (math.inf, math.inf)
    contradictions: dict[str, Sequence[str]] = {}
    for at, member in enumerate(objects):
        wrong, unlisted = _differences(member, value)
        contradictions[member.__name__] = wrong
        if (len(wrong), unlisted) < best_distance:
            best, best_distance = at, (len(wrong), unlisted)
    return best, contradictions if best_distance[0] else {}


def _differences(member: Any, value: dict[str, Any]) -> tuple[list[str], int]:
    """Return the fields that contradict a member, and how many it does not list."""
    if is_tagged(member):
        tag = value.get(member.tag)
        tagged = member.members().get(tag) if isinstance(tag, str | int) else None
        if tagged is None:
            return [member.tag], len(value)
        member = tagged
    wrong: list[str] = []
    listed = 0
    for wire, (required, accepts) in _profile(member).items():
        if wire in value:
            listed += 1
        if not accepts(value[wire]) if wire in value else required:
            wrong.append(wire)
    return wrong, len(value) - listed


@cache
def _profile(
    kind: type[msgspec.Struct],
) -> Mapping[str, tuple[bool, Callable[[object], bool]]]:
    """Return for each field whether it is required, and the check of its values."""
    return {
        field.encode_name: (field.required or field.default not in _ABSENT, accepts)
        for field in fields(kind)
        if field.encode_name != EXTRA
        for accepts in (_value_check(field.type),)
    }


_MAX_NAMED: Final = 5
"""Maximum number of members, and of fields of each, in a message."""
_ABSENT: Final = (None, msgspec.UNSET)
"""Defaults of fields that may be absent; any other is a constant."""


def _value_check(annotation: Annotation) -> Callable[[object], bool]:
    """Return a check of the JSON type of a value, and of constants."""
    kind, _ = split_annotated(annotation)
    if is_union(kind):
        checks = [_value_check(member) for member in get_args(kind)]
        return lambda value: any(check(value) for check in checks)
    if origin_of(kind) is Literal:
        literals: tuple[object, ...] = get_args(kind)
        known = frozenset((type(each), each) for each in literals)
        return (
            lambda value: isinstance(value, str | int)
            and (
                type(value),
                value,
            )
            in known
        )
    kinds = decoder_for(annotation).kinds
    return lambda value: type(value) in kinds


def _object_union_decoder(objects: tuple[Annotation, ...]) -> Decoder:
    members = [decoder_for(member) for member in objects]

    def convert(
        value: dict[str, Any], path: ValuePath, mismatches: Mismatches
    ) -> object:
        at, contradictions = _closest(objects, value)
        if contradictions:
            tried = "; ".join(
                f"{name} because of {', '.join(wires[:_MAX_NAMED])}"
                for name, wires in islice(contradictions.items(), _MAX_NAMED)
            )
            first = contradictions[objects[at].__name__][0]
            problem = f"fits none of the documented objects: not {tried}"
            mismatches.append(Mismatch((path, first), problem))
        return members[at].convert(value, path, mismatches)

    return Decoder(frozenset({dict}), convert)


def _conversion_decoder(kind: Annotation, conversion: Conversion) -> Decoder:
    def convert(value: object, path: ValuePath, mismatches: Mismatches) -> object:
        try:
            return conversion.decode(value, kind)
        except ValueError as error:
            mismatches.append(Mismatch(path, str(error)))
            return value

    return Decoder(_ALL_KINDS - {type(None)}, convert)


def _encrypted_decoder(inner: Decoder) -> Decoder:
    def convert(value: object, path: ValuePath, mismatches: Mismatches) -> object:
        plaintext = (
            decrypt_text(value, path, mismatches) if isinstance(value, str) else value
        )
        if isinstance(plaintext, CipherText):
            return plaintext
        return inner.decode(plaintext, path, mismatches)

    return Decoder(inner.kinds | {str}, convert)


def _json_text_decoder(kind: Annotation) -> Decoder:
    inner = decoder_for(kind)

    def convert(value: str, path: ValuePath, mismatches: Mismatches) -> object:
        from .codec import InvalidJson, decode

        try:
            json, invalid = decode(value.encode())
        except InvalidJson:
            mismatches.append(Mismatch(path, "expected JSON in a string"))
            return value
        mismatches += (Mismatch(path, str(character)) for character in invalid)
        return inner.decode(json, path, mismatches)

    return Decoder(frozenset({str}), convert)
