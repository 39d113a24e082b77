"""Constants of a request: values that an endpoint requires whatever the arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal, TypeAlias, get_args

import msgspec
from msgspec.structs import fields

from ..bodies import Form, Json, to_text
from ..calls import Endpoint
from ..field_info import is_struct, origin_of, split_annotated
from ..json_types import is_object
from . import ArgumentMismatch, IncomingRequest, parse_form
from .styles import Texts

Constant: TypeAlias = tuple[tuple[str, ...], object]
"""Keys that lead to a constant in a body, and its value."""
_MAX_DEPTH: Final = 3
"""Nesting depth to which constants are searched; types may be recursive."""


def count_constants(endpoint: Endpoint[Any]) -> int:
    """Return the number of constants of an endpoint."""
    body = endpoint.body.received(None) if endpoint.body else None
    in_body = _constants_in(getattr(body, "type", None))
    return sum(map(len, endpoint.fixed.values())) + len(in_body)


def mismatched_parameters(
    endpoint: Endpoint[Any], texts: Mapping[str, Texts]
) -> Iterator[ArgumentMismatch]:
    """Yield the constants of path, query and header that a request does not have."""
    for location, constants in endpoint.fixed.items():
        for name, value in constants.items():
            wire = name.lower() if location == "header" else name
            if value not in texts[location].get(wire, ()):
                yield ArgumentMismatch(location, name, f"must be {value}")


def mismatched_body_constants(
    endpoint: Endpoint[Any], incoming: IncomingRequest, json: object
) -> Iterator[ArgumentMismatch]:
    """Yield the constants that a body does not have; `json` is its JSON value."""
    media = incoming.headers.get("Content-Type")
    body = endpoint.body.received(media) if endpoint.body else None
    if isinstance(body, Json):
        for keys, value in _constants_in(body.type):
            if not _has_value(json, keys, value):
                issue = f"must be {to_text(value, str)}"
                yield ArgumentMismatch("body", f"/{'/'.join(keys)}", issue)
        return
    if isinstance(body, Form):
        texts: Texts = parse_form(incoming.body.decode("utf-8", "replace"))
    else:
        parts = incoming.parts.items()
        texts = {name: [part.decode("utf-8", "replace")] for name, part in parts}
    for keys, value in _constants_in(getattr(body, "type", None)):
        text = to_text(value, str)
        if len(keys) == 1 and text not in texts.get(keys[0], ()):
            yield ArgumentMismatch("body", f"/{keys[0]}", f"must be {text}")


@cache
def _constants_in(struct: Any, depth: int = _MAX_DEPTH) -> tuple[Constant, ...]:
    """Return the constants of an object, and of its required objects."""
    if depth == 0 or not is_struct(struct):
        return ()
    constants: list[Constant] = []
    for each in fields(struct):
        field_type, _ = split_annotated(each.type)
        if origin_of(field_type) is Literal and get_args(field_type) == (each.default,):
            constants.append(((each.encode_name,), each.default))
        elif each.required:
            nested = _constants_in(field_type, depth - 1)
            constants += (((each.encode_name, *keys), value) for keys, value in nested)
    return tuple(constants)


def _has_value(json: object, keys: Sequence[str], value: object) -> bool:
    for key in keys:
        json = json.get(key, msgspec.UNSET) if is_object(json) else msgspec.UNSET
    return type(json) is type(value) and json == value
