"""Decryption of values that msgspec has decoded; visits only encrypted texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, get_args

import msgspec
from msgspec.structs import fields, force_setattr

from .ciphertext import decrypt_text
from .field_info import (
    Annotation,
    is_struct,
    is_union,
    nested_field_info,
    origin_of,
    split_annotated,
)
from .mismatches import Convert, Mismatches, ValuePath
from .models import Tagged, is_tagged


def decrypter_for(annotation: Annotation) -> Convert | None:
    """Return a function that decrypts the texts in a value of this type, in place.

    None if the type has no encrypted texts.
    """
    if not any(info.encrypted for info in nested_field_info(annotation, deep=True)):
        return None
    kind, info = split_annotated(annotation)
    if info.encrypted:
        return decrypt_text
    if is_union(kind):
        return _union_decrypter(get_args(kind))
    if is_tagged(kind):
        return _tagged_decrypter(kind)
    if is_struct(kind):
        return _object_decrypter(kind)
    item = decrypter_for(get_args(kind)[-1])
    assert item is not None, "the items have the encrypted texts"
    return (
        _map_decrypter(item)
        if origin_of(kind) in (dict, Mapping)
        else _list_decrypter(item)
    )


def _list_decrypter(item: Convert) -> Convert:
    def walk(value: list[Any], path: ValuePath, mismatches: Mismatches) -> object:
        value[:] = [
            item(entry, (path, at), mismatches) for at, entry in enumerate(value)
        ]
        return value

    return walk


def _map_decrypter(item: Convert) -> Convert:
    def walk(value: dict[str, Any], path: ValuePath, mismatches: Mismatches) -> object:
        for key, entry in value.items():
            value[key] = item(entry, (path, key), mismatches)
        return value

    return walk


class _Object:
    """Walker of the objects of a class; finds the fields on first use, so that a class
    can contain itself."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._kind = kind

    @cached_property
    def _fields(self) -> list[tuple[str, str, Convert]]:
        return [
            (field.name, field.encode_name, walk)
            for field in fields(self._kind)
            if (walk := decrypter_for(field.type)) is not None
        ]

    def __call__(self, value: Any, path: ValuePath, mismatches: Mismatches) -> object:
        for name, wire, walk in self._fields:
            item = getattr(value, name)
            force_setattr(value, name, walk(item, (path, wire), mismatches))
        return value


@cache
def _object_decrypter(kind: type[msgspec.Struct]) -> Convert:
    return _Object(kind)


def _tagged_decrypter(union: Tagged) -> Convert:
    def walk(value: msgspec.Struct, path: ValuePath, mismatches: Mismatches) -> object:
        return _object_decrypter(type(value))(value, path, mismatches)

    return walk


def _union_decrypter(members: tuple[Annotation, ...]) -> Convert:
    walkers = [
        (_type_check(split_annotated(member)[0]), walker)
        for member in members
        if (walker := decrypter_for(member)) is not None
    ]

    def walk(value: Any, path: ValuePath, mismatches: Mismatches) -> object:
        for accepts, walker in walkers:
            if accepts(value):
                return walker(value, path, mismatches)
        return value

    return walk


def _type_check(kind: Annotation) -> Callable[[object], bool]:
    origins: dict[Any, type] = {Sequence: list, Mapping: dict}
    origin = origins.get(origin_of(kind)) or origin_of(kind)

    def accepts(value: object) -> bool:
        return isinstance(value, origin)

    return accepts
