"""Encoders of arguments: they check a value and convert it to JSON values in one walk.

The result consists of JSON values and of others that msgspec encodes itself (datetimes,
bytes, Decimal). A value that cannot be sent, or would arrive changed, raises an
`EncodeError` with the path to it.
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
    field_types,
    is_struct,
    is_union,
    origin_of,
    split_annotated,
    value_types,
)
from .models import EXTRA, Tagged, Unknown, is_tagged
from .scalars import SCALARS, encode_text, instance_encoder
from .wire_formats import Conversion


def encoder_for(annotation: Annotation) -> Encoder:
    """Return the encoder of this type."""
    kind, info = split_annotated(annotation)
    return (
        _encrypted_encoder(_annotated_encoder(kind, info))
        if info.encrypted
        else _annotated_encoder(kind, info)
    )


def _annotated_encoder(kind: Annotation, info: FieldInfo) -> Encoder:
    if info.conversion is not None:
        return _conversion_encoder(kind, info.conversion)
    if info.json_text:
        return _json_text_encoder(encoder_for(kind))
    inner = _type_encoder(kind)
    return within_limits(inner, kind, info.limits) if info.limits else inner


def _type_encoder(kind: Annotation) -> Encoder:
    if is_union(kind):
        return _union_encoder([encoder_for(member) for member in get_args(kind)])
    if is_tagged(kind):
        return _tagged_encoder(kind)
    if is_struct(kind):
        return _struct_encoder(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_encoder(kind)
    origin = origin_of(kind)
    if origin is Literal:
        return _literal_encoder(get_args(kind))
    if origin in (list, Sequence):
        return _list_encoder(encoder_for(*get_args(kind)))
    if origin in (dict, Mapping):
        return _map_encoder(encoder_for(get_args(kind)[1]))
    return _scalar_encoder(kind)


def _checked_encode(encoder: Encoder) -> Encode:
    """Return an encode function that also checks the type of its value."""

    def encode(value: Any) -> object:
        if not encoder.accepts(value):
            raise wrong_type(encoder.name, value)
        try:
            return encoder.encode(value)
        except RecursionError:
            raise too_deep() from None

    return encode


def _scalar_encoder(kind: Annotation) -> Encoder:
    if kind is Any or kind is object:
        return _ANY
    encoder = SCALARS.get(type(None) if kind is None else kind)
    if encoder is None:
        raise TypeError(f"{kind!r} is not a type of requests")
    return encoder


def _enum_encoder(kind: type[Enum]) -> Encoder:
    values = tuple(value_types(kind))

    def accepts(value: object) -> bool:
        # Not a member of another enum, and not a bool for an int.
        return isinstance(value, kind) or (
            isinstance(value, values) and not isinstance(value, Enum | bool)
        )

    def encode(value: object) -> object:
        try:
            return _encode_simple(kind(value).value)
        except ValueError:
            known = ", ".join(repr(member.value) for member in kind)
            raise EncodeError(f"must be one of {known}") from None

    return Encoder(accepts, encode, kind.__name__)


def _encode_simple(value: Any) -> object:
    return encode_text(value) if isinstance(value, str) else value


def _literal_encoder(values: tuple[object, ...]) -> Encoder:
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


def _conversion_encoder(kind: Annotation, conversion: Conversion) -> Encoder:
    def encode(value: object) -> object:
        try:
            return conversion.encode(value)
        except ValueError as error:
            raise EncodeError(str(error)) from None

    return Encoder(_scalar_encoder(kind).accepts, encode, kind.__name__)


def _json_text_encoder(inner: Encoder) -> Encoder:
    def encode(value: object) -> object:
        return EmbeddedJson(inner.encode(value))

    return Encoder(inner.accepts, encode, inner.name)


def _encrypted_encoder(inner: Encoder) -> Encoder:
    def encode(value: object) -> object:
        if isinstance(value, CipherText):
            raise EncodeError(
                "is a ciphertext that could not be decrypted; pass the plaintext"
            )
        encoded = inner.encode(value)
        return None if encoded is None else EncryptedValue(encoded)

    return Encoder(inner.accepts, encode, inner.name)


# --- containers -----------------------------------------------------------------------


def _list_encoder(item: Encoder) -> Encoder:
    encode_item = _checked_encode(item)

    def encode(value: Sequence[Any]) -> object:
        encoded: list[object] = []
        try:
            for entry in value:
                encoded.append(encode_item(entry))
        except EncodeError as error:
            error.keys.append(len(encoded))
            raise
        return encoded

    return Encoder(_is_list, encode, "a list")


def _is_list(value: object) -> bool:
    # A str is a sequence of str too, but never meant as a list.
    return isinstance(value, Sequence) and not isinstance(
        value, str | bytes | bytearray
    )


def _map_encoder(item: Encoder) -> Encoder:
    encode_item = _checked_encode(item)

    def encode(value: Mapping[Any, Any]) -> object:
        encoded: dict[object, object] = {}
        for key, entry in value.items():
            if not isinstance(key, str):
                raise EncodeError("must have str keys")
            try:
                encoded[encode_text(key)] = encode_item(entry)
            except EncodeError as error:
                error.keys.append(key)
                raise
        return encoded

    return instance_encoder(Mapping, encode, "a mapping")


_NO_VALUE: Final = object()


class _Object:
    """Encoder of the objects of a class; finds the fields on first use, so that a class
    can contain itself."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._kind = kind

    @cached_property
    def _fields(self) -> list[tuple[str, str, object, Encode]]:
        """Name, wire name, value that means absent (if any), and encode function."""
        return [
            (
                field.name,
                field.encode_name,
                field.default if field.default in (None, msgspec.UNSET) else _NO_VALUE,
                _checked_encode(encoder_for(field.type)),
            )
            for field in fields(self._kind)
            if field.encode_name != EXTRA
        ]

    @cached_property
    def _extra(self) -> Encode | None:
        """Encode function of the fields that the class does not list, if it keeps them."""
        for field in fields(self._kind):
            if field.encode_name == EXTRA:
                return _checked_encode(encoder_for(field.type))
        return None

    def __call__(self, value: msgspec.Struct) -> object:
        encoded: dict[str, object] = {}
        name = ""
        try:
            for name, wire, absent, encode in self._fields:
                item = getattr(value, name)
                if item is not absent:
                    encoded[wire] = encode(item)
            if (encode_extra := self._extra) is not None:
                name = "extra"
                more: Any = encode_extra(getattr(value, name))
                for key in field_types(self._kind):
                    if key in more:
                        problem = EncodeError("is a field of its own; set it there")
                        problem.keys.append(key)
                        raise problem
                encoded |= more
        except EncodeError as error:
            error.keys.append(name)
            raise
        return encoded


@cache
def _struct_encoder(kind: type[msgspec.Struct]) -> Encoder:
    return instance_encoder(kind, _Object(kind))


def _tagged_encoder(union: Tagged) -> Encoder:
    return instance_encoder(union, _encode_any)


def _union_encoder(members: list[Encoder]) -> Encoder:
    def accepts(value: object) -> bool:
        return any(member.accepts(value) for member in members)

    def encode(value: object) -> object:
        first: EncodeError | None = None
        for member in members:
            if member.accepts(value):
                try:
                    return member.encode(value)
                except EncodeError as error:
                    first = first or error
        raise first or wrong_type(name, value)

    name = " or ".join(member.name for member in members if member.name != "UNSET")
    return Encoder(accepts, encode, name)


def _encode_any(value: Any) -> object:
    """Encode any JSON: texts, numbers, booleans, None, lists, mappings and models."""
    if isinstance(value, Unknown):
        return _ANY_MAP.encode(value.data)
    if isinstance(value, msgspec.Struct):
        return _struct_encoder(type(value)).encode(value)
    for encoder in (*_ANY_SCALARS, _ANY_LIST, _ANY_MAP):
        if encoder.accepts(value):
            return encoder.encode(value)
    raise wrong_type("JSON", value)


_ANY_SCALARS: Final = tuple(
    SCALARS[kind] for kind in (type(None), bool, str, int, float, Decimal)
)


def _is_anything(value: object) -> bool:
    return True


_ANY: Final = Encoder(_is_anything, _encode_any, "JSON")
_ANY_LIST: Final = _list_encoder(_ANY)
_ANY_MAP: Final = _map_encoder(_ANY)
