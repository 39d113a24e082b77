"""Checking arguments and turning them into JSON values, in one walk.

The result is what `encode` makes bytes of: JSON values, and a few others that msgspec
encodes by itself (datetimes, bytes, Decimal). Whatever cannot be sent, or would not arrive
as it was meant, is an `EncodeError` that knows its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from functools import cache, cached_property
from typing import Any, Final, Literal, get_args

import msgspec
from msgspec.structs import fields

from .ciphertext import CipherText
from .constraints import within_limits
from .encode_errors import (
    EmbeddedJson,
    Encode,
    EncodeError,
    Encoder,
    EncryptedValue,
    too_deep,
    wrong_type,
)
from .field_info import (
    Annotation,
    FieldInfo,
    is_struct,
    is_union,
    origin_of,
    split_annotated,
    value_types,
)
from .models import Tagged, Unknown, is_tagged
from .scalars import SCALARS, encode_text, instance_encoder
from .wire_formats import Conversion


def encoder_for(annotation: Annotation) -> Encoder:
    """How to write this type."""
    kind, marks = split_annotated(annotation)
    return _encrypted(_marked(kind, marks)) if marks.encrypted else _marked(kind, marks)


def _marked(kind: Annotation, marks: FieldInfo) -> Encoder:
    if marks.conversion is not None:
        return _converted(kind, marks.conversion)
    if marks.json_text:
        return _json_text(encoder_for(kind))
    plain = _plain(kind)
    return within_limits(plain, kind, marks.limits) if marks.limits else plain


def _plain(kind: Annotation) -> Encoder:
    if is_union(kind):
        return _union([encoder_for(member) for member in get_args(kind)])
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
        return _list(encoder_for(*get_args(kind)))
    if origin in (dict, Mapping):
        return _map(encoder_for(get_args(kind)[1]))
    return _scalar(kind)


def _checked(one: Encoder) -> Encode:
    """As `one.write`, for values that may be of any type."""

    def encode(value: Any) -> object:
        if not one.accepts(value):
            raise wrong_type(one.name, value)
        try:
            return one.encode(value)
        except RecursionError:
            raise too_deep() from None

    return encode


def _scalar(kind: Annotation) -> Encoder:
    if kind is Any or kind is object:
        return _ANY
    found = SCALARS.get(type(None) if kind is None else kind)
    if found is None:
        raise TypeError(f"{kind!r} is not a type of requests")
    return found


def _enum(kind: type[Enum]) -> Encoder:
    values = tuple(value_types(kind))

    def accepts(value: object) -> bool:
        # A member of another enumeration is a mistake, and so is a boolean for a number.
        return isinstance(value, kind) or (
            isinstance(value, values) and not isinstance(value, Enum | bool)
        )

    def encode(value: object) -> object:
        try:
            return _simple(kind(value).value)
        except ValueError:
            known = ", ".join(repr(member.value) for member in kind)
            raise EncodeError(f"must be one of {known}") from None

    return Encoder(accepts, encode, kind.__name__)


def _simple(value: Any) -> object:
    return encode_text(value) if isinstance(value, str) else value


def _literal(values: tuple[object, ...]) -> Encoder:
    kinds = frozenset(map(type, values))
    known = ", ".join(map(repr, values))

    def accepts(value: object) -> bool:
        return type(value) in kinds

    def encode(value: object) -> object:
        if value not in values:
            raise EncodeError(
                f"must be one of {known}" if values[1:] else f"must be {known}"
            )
        return value

    return Encoder(accepts, encode, known)


def _converted(kind: Annotation, conversion: Conversion) -> Encoder:
    def encode(value: object) -> object:
        try:
            return conversion.encode(value)
        except ValueError as error:
            raise EncodeError(str(error)) from None

    return Encoder(_scalar(kind).accepts, encode, kind.__name__)


def _json_text(held: Encoder) -> Encoder:
    def encode(value: object) -> object:
        return EmbeddedJson(held.encode(value))

    return Encoder(held.accepts, encode, held.name)


def _encrypted(plain: Encoder) -> Encoder:
    def encode(value: object) -> object:
        if isinstance(value, CipherText):
            raise EncodeError(
                "could not be decrypted when it came; give the plain text"
            )
        encoded = plain.encode(value)
        return None if encoded is None else EncryptedValue(encoded)

    return Encoder(plain.accepts, encode, plain.name)


# --- values that hold others ----------------------------------------------------------


def _list(item: Encoder) -> Encoder:
    encode_item = _checked(item)

    def encode(value: Sequence[Any]) -> object:
        encoded: list[object] = []
        try:
            for one in value:
                encoded.append(encode_item(one))
        except EncodeError as error:
            error.keys.append(len(encoded))
            raise
        return encoded

    return Encoder(_is_list, encode, "a list")


def _is_list(value: object) -> bool:
    # A lone text is a sequence of texts too, and never what was meant.
    return isinstance(value, Sequence) and not isinstance(
        value, str | bytes | bytearray
    )


def _map(item: Encoder) -> Encoder:
    encode_item = _checked(item)

    def encode(value: Mapping[Any, Any]) -> object:
        encoded: dict[object, object] = {}
        for key, one in value.items():
            if not isinstance(key, str):
                raise EncodeError("must have keys of str")
            try:
                encoded[encode_text(key)] = encode_item(one)
            except EncodeError as error:
                error.keys.append(key)
                raise
        return encoded

    return instance_encoder(Mapping, encode, "a mapping")


_NO_VALUE: Final = object()


class _Object:
    """Writes the objects of one class; its fields are looked up when the first one comes,
    so that classes may contain themselves."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._kind = kind

    @cached_property
    def _fields(self) -> list[tuple[str, str, object, Encode]]:
        """Name, wire name, the value that means absent if there is one, how to write."""
        return [
            (
                field.name,
                field.encode_name,
                field.default if field.default in (None, msgspec.UNSET) else _NO_VALUE,
                _checked(encoder_for(field.type)),
            )
            for field in fields(self._kind)
        ]

    def __call__(self, value: msgspec.Struct) -> object:
        encoded: dict[str, object] = {}
        name = ""
        try:
            for name, wire, absent, encode in self._fields:
                item = getattr(value, name)
                if item is not absent:
                    encoded[wire] = encode(item)
        except EncodeError as error:
            error.keys.append(name)
            raise
        return encoded


@cache
def _struct(kind: type[msgspec.Struct]) -> Encoder:
    return instance_encoder(kind, _Object(kind))


def _tagged(union: Tagged) -> Encoder:
    return instance_encoder(union, _anything)


def _union(members: list[Encoder]) -> Encoder:
    def accepts(value: object) -> bool:
        return any(member.accepts(value) for member in members)

    def encode(value: object) -> object:
        refusal: EncodeError | None = None
        for member in members:
            if member.accepts(value):
                try:
                    return member.encode(value)
                except EncodeError as error:
                    refusal = refusal or error
        raise refusal or wrong_type(name, value)

    name = " or ".join(one.name for one in members if one.name != "UNSET")
    return Encoder(accepts, encode, name)


def _anything(value: Any) -> object:
    """Any JSON: texts, numbers, booleans, None, lists, mappings, and models."""
    if isinstance(value, Unknown):
        return _ANY_MAP.encode(value.data)
    if isinstance(value, msgspec.Struct):
        return _struct(type(value)).encode(value)
    for one in (*_ANYSCALARS, _ANY_LIST, _ANY_MAP):
        if one.accepts(value):
            return one.encode(value)
    raise wrong_type("JSON", value)


_ANYSCALARS: Final = tuple(
    SCALARS[kind] for kind in (type(None), bool, str, int, float, Decimal)
)


def _is_anything(value: object) -> bool:
    return True


_ANY: Final = Encoder(_is_anything, _anything, "JSON")
_ANY_LIST: Final = _list(_ANY)
_ANY_MAP: Final = _map(_ANY)
