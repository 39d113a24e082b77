"""Decrypting what msgspec has read: only the ways to encrypted texts are walked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, get_args

import msgspec
from msgspec.structs import fields, force_setattr

from .ciphertext import opened
from .field_info import Annotation, is_struct, is_union, marks_within, origin_of, unfold
from .mismatches import Mismatches, Read, ValuePath
from .models import Tagged, is_tagged


def unsealer(annotation: Annotation) -> Read | None:
    """How to decrypt what is encrypted in a value of this type, which is new and nobody
    else's: it is changed. None if there is nothing encrypted in it."""
    if not any(marks.encrypted for marks in marks_within(annotation, deep=True)):
        return None
    kind, marks = unfold(annotation)
    if marks.encrypted:
        return opened
    if is_union(kind):
        return _union(get_args(kind))
    if is_tagged(kind):
        return _tagged(kind)
    if is_struct(kind):
        return _object(kind)
    item = unsealer(get_args(kind)[-1])
    assert item is not None, "what is encrypted is in the items"
    return _map(item) if origin_of(kind) in (dict, Mapping) else _list(item)


def _list(item: Read) -> Read:
    def walk(value: list[Any], place: ValuePath, misfits: Mismatches) -> object:
        value[:] = [item(one, (place, at), misfits) for at, one in enumerate(value)]
        return value

    return walk


def _map(item: Read) -> Read:
    def walk(value: dict[str, Any], place: ValuePath, misfits: Mismatches) -> object:
        for key, one in value.items():
            value[key] = item(one, (place, key), misfits)
        return value

    return walk


class _Object:
    """Walks the objects of one class; its fields are looked up when the first one comes,
    so that classes may contain themselves."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._kind = kind

    @cached_property
    def _fields(self) -> list[tuple[str, str, Read]]:
        return [
            (field.name, field.encode_name, walk)
            for field in fields(self._kind)
            if (walk := unsealer(field.type)) is not None
        ]

    def __call__(self, value: Any, place: ValuePath, misfits: Mismatches) -> object:
        for name, wire, walk in self._fields:
            held = getattr(value, name)
            force_setattr(value, name, walk(held, (place, wire), misfits))
        return value


@cache
def _object(kind: type[msgspec.Struct]) -> Read:
    return _Object(kind)


def _tagged(union: Tagged) -> Read:
    def walk(value: msgspec.Struct, place: ValuePath, misfits: Mismatches) -> object:
        return _object(type(value))(value, place, misfits)

    return walk


def _union(members: tuple[Annotation, ...]) -> Read:
    ways = [
        (_takes(unfold(member)[0]), way)
        for member in members
        if (way := unsealer(member)) is not None
    ]

    def walk(value: Any, place: ValuePath, misfits: Mismatches) -> object:
        for takes, way in ways:
            if takes(value):
                return way(value, place, misfits)
        return value

    return walk


def _takes(kind: Annotation) -> Callable[[object], bool]:
    origins: dict[Any, type] = {Sequence: list, Mapping: dict}
    origin = origins.get(origin_of(kind)) or origin_of(kind)

    def takes(value: object) -> bool:
        return isinstance(value, origin)

    return takes
