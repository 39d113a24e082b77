"""What the annotation of a field says: its type, and the marks and limits on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeAlias, TypeGuard, Union, get_args, get_origin

import msgspec
from msgspec.structs import fields

from .models import is_tagged
from .wire_formats import Conversion, Limits

Annotation: TypeAlias = Any
"""A type as it may stand in an annotation: a class, a union, `list[int]`, …"""


class FieldInfo(msgspec.Struct, frozen=True):
    """What stands beside a type in `Annotated`."""

    limits: Limits | None = None
    conversion: Conversion | None = None
    json_text: bool = False
    encrypted: bool = False
    secret: bool = False


def origin_of(kind: Annotation) -> Any:
    """The class or form that this is made of: `list` for `list[int]`; else itself."""
    origin: Any = get_origin(kind)
    return origin or kind


def split_annotated(annotation: Annotation) -> tuple[Annotation, FieldInfo]:
    """The type without its marks, and the marks."""
    if origin_of(annotation) is not Annotated:
        return annotation, FieldInfo()
    kind, *notes = get_args(annotation)
    extra: dict[str, Any] = {}
    for note in notes:
        if isinstance(note, msgspec.Meta):
            extra.update(note.extra or {})
    return kind, FieldInfo(
        limits=extra.get("limits"),
        conversion=extra.get("wire"),
        json_text=extra.get("json_text", False),
        encrypted=extra.get("encrypted", False),
        secret=extra.get("secret", False),
    )


def is_union(kind: Annotation) -> bool:
    """Whether this is `A | B`."""
    return origin_of(kind) in (Union, UnionType)


def is_struct(kind: Annotation) -> TypeGuard[type[msgspec.Struct]]:
    """Whether this is a class of objects with known fields."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


@cache
def field_types(kind: type[msgspec.Struct]) -> Mapping[str, Annotation]:
    """The types of a class's fields, by their names on the wire."""
    return {one.encode_name: one.type for one in fields(kind)}


def value_types(enum: type[Enum]) -> frozenset[type]:
    """The types of an enumeration's values."""
    values: list[Any] = [member.value for member in enum]
    return frozenset(map(type, values))


def nested_field_info(annotation: Annotation, *, deep: bool) -> Iterator[FieldInfo]:
    """The marks on this type and on those that it is made of; `deep` as in `nested_types`."""
    return (marks for _, marks in nested_types(annotation, deep=deep))


def nested_types(
    annotation: Annotation, *, deep: bool
) -> Iterator[tuple[Annotation, FieldInfo]]:
    """This type and those that it is made of, each with the marks on it.

    `deep` says whether the fields of classes count as well.
    """
    seen: set[type] = set()
    waiting = [annotation]
    while waiting:
        kind, marks = split_annotated(waiting.pop())
        yield kind, marks
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
