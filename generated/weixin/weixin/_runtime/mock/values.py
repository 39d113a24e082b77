"""Values of one type: what they are, and what in them is not as the spec says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final, get_args

import msgspec

from ..codec import InvalidJson, codec
from ..decoding import decoder_for
from ..encode_errors import EncodeError
from ..encoding import encoder_for
from ..field_info import Annotation, field_types, is_struct, is_union, split_annotated
from ..json_types import is_list, is_object
from ..mismatches import Decrypt, Mismatch
from ..models import OpenEnum, OpenIntEnum, is_tagged
from . import ArgumentMismatch

UNKNOWN: Final = "unknown"
"""The issue with what the spec does not have."""

reader_of = cache(decoder_for)


def misplaced(annotation: Annotation, value: object) -> list[ArgumentMismatch]:
    """What in a JSON value is not of this type, or breaks one of its limits."""
    found: list[ArgumentMismatch] = []
    fitted(annotation, value, str, found, None)
    return found


def fitted(
    annotation: Annotation,
    value: object,
    unseal: Decrypt,
    found: list[ArgumentMismatch],
    place: Callable[[str], tuple[str, str]] | None,
) -> Any:
    """The typed value, as a mapping if `place` says where each argument comes from."""
    try:
        return _fitted(annotation, value, unseal, found, place)
    except (InvalidJson, RecursionError):
        where = "body" if place is None else "query"
        found.append(ArgumentMismatch(where, "", "nested too deeply"))
        return None if place is None else {}


def _fitted(
    annotation: Annotation,
    value: object,
    unseal: Decrypt,
    found: list[ArgumentMismatch],
    place: Callable[[str], tuple[str, str]] | None,
) -> Any:
    typed, misfits = codec(annotation).convert(value, unseal)
    for misfit in misfits:
        found.append(_placed(_way(misfit), misfit.problem, place))
    # Clients keep what an enumeration does not list; servers refuse it.
    for keys in _unlisted(typed):
        found.append(_placed(keys, "not a documented value", place))
    if place is None:
        found += (
            ArgumentMismatch("body", pointer, UNKNOWN)
            for pointer in _unknown(annotation, value)
        )
    if not misfits:
        try:
            one = encoder_for(annotation)
            if one.accepts(typed):
                one.encode(typed)
        except EncodeError as unfit:
            found.append(_placed(unfit.keys, unfit.problem, place))
    if place is None:
        return typed
    return {name: getattr(typed, name) for name in typed.__struct_fields__}


def _way(misfit: Mismatch) -> list[str | int]:
    """The keys to a misfit, innermost first."""
    keys: list[str | int] = []
    place = misfit.path
    while place is not None:
        place, key = place
        keys.append(key)
    return keys


def _placed(
    keys: Sequence[str | int],
    issue: str,
    place: Callable[[str], tuple[str, str]] | None,
) -> ArgumentMismatch:
    if place is None:
        return ArgumentMismatch(
            "body", "".join(f"/{key}" for key in reversed(keys)), issue
        )
    return ArgumentMismatch(*place(str(keys[-1])), issue)


def _unlisted(value: object) -> Iterator[list[str | int]]:
    """The keys to each value that its enumeration does not list, innermost first."""
    if isinstance(value, OpenEnum | OpenIntEnum) and value.name == "UNLISTED_":
        yield []
    for key, one in _held(value):
        for keys in _unlisted(one):
            yield [*keys, key]


def _held(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, msgspec.Struct):
        names = zip(
            value.__struct_encode_fields__, value.__struct_fields__, strict=True
        )
        for wire, name in names:
            yield wire, getattr(value, name)
    elif is_list(value):
        yield from enumerate(value)
    elif is_object(value):
        yield from value.items()


def _unknown(annotation: Annotation, value: object) -> Iterator[str]:
    """JSON pointers of fields that the spec does not have."""
    for kind, at, one in _walk(annotation, value, ""):
        if is_struct(kind) and is_object(one):
            known = field_types(kind)
            yield from (f"{at}/{key}" for key in one if key not in known)


def _walk(
    annotation: Annotation, value: object, at: str
) -> Iterator[tuple[Annotation, str, object]]:
    """The types and values within a JSON value, with their JSON pointers."""
    kind, _ = split_annotated(annotation)
    if is_union(kind):
        members = [one for one in get_args(kind) if type(value) in reader_of(one).kinds]
        if len(members) == 1:
            yield from _walk(members[0], value, at)
        return
    if is_tagged(kind) and is_object(value):
        tag = value.get(kind.tag)
        kind = kind.members().get(tag) if isinstance(tag, str | int) else None
    yield kind, at, value
    arguments = get_args(kind)
    if is_struct(kind) and is_object(value):
        for name, inner in field_types(kind).items():
            if name in value:
                yield from _walk(inner, value[name], f"{at}/{name}")
    elif is_list(value) and len(arguments) == 1:
        for number, item in enumerate(value):
            yield from _walk(arguments[0], item, f"{at}/{number}")
    elif is_object(value) and len(arguments) == 2:
        for key, item in value.items():
            yield from _walk(arguments[1], item, f"{at}/{key}")
