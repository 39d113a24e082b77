"""Decoding of values with every mismatch that a server would reject."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final, get_args

import msgspec

from ..codec import InvalidJson, codec
from ..decoding import decoder_for, union_member
from ..encode_errors import EncodeError
from ..encoding import encoder_for
from ..field_info import (
    Annotation,
    extra_type,
    field_types,
    is_struct,
    is_union,
    split_annotated,
)
from ..json_types import is_list, is_object
from ..mismatches import Decrypt, Mismatch
from ..models import EXTRA, OpenEnum, OpenIntEnum, is_tagged
from . import ArgumentMismatch

UNKNOWN: Final = "unknown"
"""Issue of a name that the spec does not have."""

cached_decoder = cache(decoder_for)


def find_mismatches(annotation: Annotation, value: object) -> list[ArgumentMismatch]:
    """Return the mismatches between a JSON value and a type, limits included."""
    mismatches: list[ArgumentMismatch] = []
    decode_checked(annotation, value, str, mismatches, None)
    return mismatches


def decode_checked(
    annotation: Annotation,
    value: object,
    decrypt: Decrypt,
    mismatches: list[ArgumentMismatch],
    location_of: Callable[[str], tuple[str, str]] | None,
) -> Any:
    """Return the decoded value, and add its mismatches to the list.

    For parameters, `location_of` returns location and name of an argument, and the result
    is a mapping. For a body it is None.
    """
    try:
        return _decode_checked(annotation, value, decrypt, mismatches, location_of)
    except (InvalidJson, RecursionError):
        location = "body" if location_of is None else "query"
        mismatches.append(ArgumentMismatch(location, "", "nested too deeply"))
        return None if location_of is None else {}


def _decode_checked(
    annotation: Annotation,
    value: object,
    decrypt: Decrypt,
    mismatches: list[ArgumentMismatch],
    location_of: Callable[[str], tuple[str, str]] | None,
) -> Any:
    decoded, type_mismatches = codec(annotation).convert(value, decrypt)
    for mismatch in type_mismatches:
        mismatches.append(
            _argument_mismatch(_keys(mismatch), mismatch.problem, location_of)
        )
    # Clients accept values that an enumeration does not list; servers reject them.
    for keys in _keys_of_unlisted(decoded):
        mismatches.append(
            _argument_mismatch(keys, "not a documented value", location_of)
        )
    if location_of is None:
        mismatches += (
            ArgumentMismatch("body", pointer, UNKNOWN)
            for pointer in _unknown_fields(annotation, value)
        )
    if not type_mismatches:
        # The encoder checks limits, which the decoder ignores.
        try:
            encoder = encoder_for(annotation)
            if encoder.accepts(decoded):
                encoder.encode(decoded)
        except EncodeError as error:
            mismatches.append(
                _argument_mismatch(error.keys, error.problem, location_of)
            )
    if location_of is None:
        return decoded
    return {name: getattr(decoded, name) for name in decoded.__struct_fields__}


def _keys(mismatch: Mismatch) -> list[str | int]:
    """Return the keys that lead to a mismatch, innermost first."""
    keys: list[str | int] = []
    path = mismatch.path
    while path is not None:
        path, key = path
        keys.append(key)
    return keys


def _argument_mismatch(
    keys: Sequence[str | int],
    issue: str,
    location_of: Callable[[str], tuple[str, str]] | None,
) -> ArgumentMismatch:
    if location_of is None:
        return ArgumentMismatch(
            "body", "".join(f"/{key}" for key in reversed(keys)), issue
        )
    return ArgumentMismatch(*location_of(str(keys[-1])), issue)


def _keys_of_unlisted(value: object) -> Iterator[list[str | int]]:
    """Yield the keys to each value that its enumeration does not list, innermost first."""
    if isinstance(value, OpenEnum | OpenIntEnum) and value.name == "UNLISTED_":
        yield []
    for key, item in _items(value):
        for keys in _keys_of_unlisted(item):
            yield [*keys, key]


def _items(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, msgspec.Struct):
        names = zip(
            value.__struct_encode_fields__, value.__struct_fields__, strict=True
        )
        for wire, name in names:
            if wire == EXTRA:
                yield from getattr(value, name).items()
            else:
                yield wire, getattr(value, name)
    elif is_list(value):
        yield from enumerate(value)
    elif is_object(value):
        yield from value.items()


def _unknown_fields(annotation: Annotation, value: object) -> Iterator[str]:
    """Yield the JSON pointers of fields that the spec does not have."""
    for value_type, pointer, part in _walk(annotation, value, ""):
        if is_struct(value_type) and is_object(part) and extra_type(value_type) is None:
            known = field_types(value_type)
            yield from (f"{pointer}/{key}" for key in part if key not in known)


def _walk(
    annotation: Annotation, value: object, pointer: str
) -> Iterator[tuple[Annotation, str, object]]:
    """Yield type, JSON pointer and value of everything in a JSON value."""
    bare_type, _ = split_annotated(annotation)
    if is_union(bare_type):
        if is_object(value):
            members = [union_member(bare_type, value)]
        else:
            members = [
                member
                for member in get_args(bare_type)
                if type(value) in cached_decoder(member).kinds
            ]
        if len(members) == 1 and members[0] is not None:
            yield from _walk(members[0], value, pointer)
        return
    if is_tagged(bare_type) and is_object(value):
        tag = value.get(bare_type.tag)
        bare_type = bare_type.members().get(tag) if isinstance(tag, str | int) else None
    yield bare_type, pointer, value
    arguments = get_args(bare_type)
    if is_struct(bare_type) and is_object(value):
        for name, field_type in field_types(bare_type).items():
            if name in value:
                yield from _walk(field_type, value[name], f"{pointer}/{name}")
        if (further := extra_type(bare_type)) is not None:
            for name in value.keys() - field_types(bare_type).keys():
                yield from _walk(further, value[name], f"{pointer}/{name}")
    elif is_list(value) and len(arguments) == 1:
        for index, item in enumerate(value):
            yield from _walk(arguments[0], item, f"{pointer}/{index}")
    elif is_object(value) and len(arguments) == 2:
        for key, item in value.items():
            yield from _walk(arguments[1], item, f"{pointer}/{key}")
