"""Constants of a request: what an endpoint demands at a place, whatever the arguments."""

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
from . import ArgumentMismatch, IncomingRequest, texts_of
from .styles import Texts

Constant: TypeAlias = tuple[tuple[str, ...], object]
"""The keys that lead to a constant of a body, and its value."""
_DEEPEST: Final = 3
"""Objects within each other in which constants are looked for: types may be endless."""


def count(endpoint: Endpoint[Any]) -> int:
    """How many constants an endpoint has."""
    body = getattr(endpoint.body, "type", None)
    return sum(map(len, endpoint.fixed.values())) + len(_in_object(body))


def unmet_parameters(
    endpoint: Endpoint[Any], texts: Mapping[str, Texts]
) -> Iterator[ArgumentMismatch]:
    """The constants of path, query and header that a request does not have."""
    for where, constants in endpoint.fixed.items():
        for name, value in constants.items():
            wire = name.lower() if where == "header" else name
            if value not in texts[where].get(wire, ()):
                yield ArgumentMismatch(where, name, f"must be {value}")


def unmet_in_body(
    endpoint: Endpoint[Any], incoming: IncomingRequest, json: object
) -> Iterator[ArgumentMismatch]:
    """The constants of the body that a request does not have; `json` is its JSON value."""
    body = endpoint.body
    if isinstance(body, Json):
        for pointer, value in _in_object(body.type):
            if not _is_there(json, pointer, value):
                text = to_text(value, str)
                yield ArgumentMismatch(
                    "body", f"/{'/'.join(pointer)}", f"must be {text}"
                )
        return
    if isinstance(body, Form):
        given: Texts = texts_of(incoming.body.decode("utf-8", "replace"))
    else:
        parts = incoming.parts.items()
        given = {name: [part.decode("utf-8", "replace")] for name, part in parts}
    for pointer, value in _in_object(getattr(body, "type", None)):
        text = to_text(value, str)
        if len(pointer) == 1 and text not in given.get(pointer[0], ()):
            yield ArgumentMismatch("body", f"/{pointer[0]}", f"must be {text}")


@cache
def _in_object(kind: Any, depth: int = _DEEPEST) -> tuple[Constant, ...]:
    """The constants of an object, and of the objects that it must have."""
    if depth == 0 or not is_struct(kind):
        return ()
    found: list[Constant] = []
    for one in fields(kind):
        inner, _ = split_annotated(one.type)
        if origin_of(inner) is Literal and get_args(inner) == (one.default,):
            found.append(((one.encode_name,), one.default))
        elif one.required:
            deeper = _in_object(inner, depth - 1)
            found += (((one.encode_name, *keys), value) for keys, value in deeper)
    return tuple(found)


def _is_there(json: object, keys: Sequence[str], value: object) -> bool:
    for key in keys:
        json = json.get(key, msgspec.UNSET) if is_object(json) else msgspec.UNSET
    return type(json) is type(value) and json == value
