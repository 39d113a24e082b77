"""Annotations of fields: the type, and its limits, wire format and secrecy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeAlias, TypeGuard, Union, get_args, get_origin

import msgspec
from msgspec.structs import fields

from .models import EXTRA, is_tagged
from .wire_formats import Conversion, Limits

Annotation: TypeAlias = Any
"""A type in an annotation: a class, a union, `list[int]`, …"""


class FieldInfo(msgspec.Struct, frozen=True):
    """Metadata of a type in `Annotated`."""

    limits: Limits | None = None
    conversion: Conversion | None = None
    json_text: bool = False
    encrypted: bool = False
    secret: bool = False


def origin_of(kind: Annotation) -> Any:
    """Return the generic class of a type, `list` for `list[int]`, or the type."""
    origin: Any = get_origin(kind)
    return origin or kind


def split_annotated(annotation: Annotation) -> tuple[Annotation, FieldInfo]:
    """Return the type without `Annotated`, and its metadata."""
    if origin_of(annotation) is not Annotated:
        return annotation, FieldInfo()
    kind, *metadata = get_args(annotation)
    extra: dict[str, Any] = {}
    for meta in metadata:
        if isinstance(meta, msgspec.Meta):
            extra.update(meta.extra or {})
    return kind, FieldInfo(
        limits=extra.get("limits"),
        conversion=extra.get("wire"),
        json_text=extra.get("json_text", False),
        encrypted=extra.get("encrypted", False),
        secret=extra.get("secret", False),
    )


def is_union(kind: Annotation) -> bool:
    """Return whether this is a union, `A | B`."""
    return origin_of(kind) in (Union, UnionType)


def is_struct(kind: Annotation) -> TypeGuard[type[msgspec.Struct]]:
    """Return whether this is a class of objects with known fields."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


@cache
def field_types(kind: type[msgspec.Struct]) -> Mapping[str, Annotation]:
    """Return the types of the fields of a class by wire name, without `extra`."""
    return {
        field.encode_name: field.type
        for field in fields(kind)
        if field.encode_name != EXTRA
    }


@cache
def extra_type(kind: type[msgspec.Struct]) -> Annotation | None:
    """Return the type of the fields that a class keeps without listing them, if it does."""
    for field in fields(kind):
        if field.encode_name == EXTRA:
            return get_args(split_annotated(field.type)[0])[1]
    return None


def value_types(enum: type[Enum]) -> frozenset[type]:
    """Return the types of the values of an enum."""
    values: list[Any] = [member.value for member in enum]
    return frozenset(map(type, values))


def nested_field_info(annotation: Annotation, *, deep: bool) -> Iterator[FieldInfo]:
    """Yield the metadata of a type and its parts; `deep` as in `nested_types`."""
    return (info for _, info in nested_types(annotation, deep=deep))


def nested_types(
    annotation: Annotation, *, deep: bool
) -> Iterator[tuple[Annotation, FieldInfo]]:
    """Yield a type and the types it consists of, each with its metadata.

    With `deep`, the fields of classes are included.
    """
    seen: set[type] = set()
    waiting = [annotation]
    while waiting:
        kind, info = split_annotated(waiting.pop())
        yield kind, info
        if isinstance(kind, type) and get_origin(kind) is None:
            if not deep or kind in seen:
                continue
            seen.add(kind)
            if is_tagged(kind):
                waiting.extend(kind.members().values())
            elif is_struct(kind):
                waiting.extend(field.type for field in fields(kind))
        else:
            waiting.extend(get_args(kind))
