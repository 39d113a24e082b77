"""Bodies of errors, in the shape that the documentation gives the errors of an endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, get_args

from ..error_shape import ErrorShape, Key, find_values, parse_path, step_matches
from ..field_info import (
    Annotation,
    field_types,
    is_struct,
    is_union,
    nested_types,
    origin_of,
    split_annotated,
    value_types,
)
from ..json_types import is_list, is_object
from ..models import is_tagged
from . import DocumentedError


def error_body(shape: ErrorShape, kind: Annotation, refusal: DocumentedError) -> object:
    """The JSON of an error; `kind` is the type of a success, whose envelope it shares."""
    code_at, code_kind = _resolved(shape.code or "code", kind)
    code = _spelled(refusal.code, code_kind, numeric=shape.success is not None)
    body: object = {}
    # The code comes last: where parts share a place, it is what says which error this is.
    if refusal.detail is not None:
        body = _with(body, _resolved(shape.detail or "detail", kind)[0], refusal.detail)
    body = _with(body, _resolved(shape.message or "message", kind)[0], refusal.message)
    return _with(body, code_at, code)


def successful(shape: ErrorShape, kind: Annotation, value: object) -> object:
    """The JSON value of this type, with the code that means success if it has a code."""
    if shape.success is None or shape.code is None:
        return value
    keys, code_kind = _resolved(shape.code, kind)
    if not any(find_values(value, keys)):
        return value
    return _with(value, keys, _spelled(shape.success, code_kind, numeric=True))


def _resolved(path: str, kind: Annotation) -> tuple[list[Key], Annotation]:
    """The keys that a path means in a type, and the type there; None for one that is not
    documented. An envelope that has no name there is called `error…`."""
    keys: list[Key] = []
    steps = parse_path(path)
    for number, step in enumerate(steps):
        inside = dict(_inside(kind))
        known = [key for key in inside if step_matches(step, key)]
        if number < len(steps) - 1:
            known = [key for key in known if any(_inside(inside[key]))]
        missing = step.replace("*", "error") if isinstance(step, str) else step
        keys.append(known[0] if known else missing)
        kind = inside.get(keys[-1])
    return keys, kind


def _inside(annotation: Annotation) -> Iterator[tuple[Key, Annotation]]:
    """What an object or a list of this type has, by its keys."""
    kind, _ = split_annotated(annotation)
    if is_union(kind):
        for member in get_args(kind):
            yield from _inside(member)
    elif is_tagged(kind):
        for member in kind.members().values():
            yield from field_types(member).items()
    elif is_struct(kind):
        yield from field_types(kind).items()
    elif origin_of(kind) in (list, Sequence):
        yield 0, get_args(kind)[0]


def _spelled(code: str, annotation: Annotation, *, numeric: bool) -> object:
    """A code as its type writes it; where that is not documented, digits are a number if
    the codes of the API are `numeric`."""
    kinds = {*_kinds(annotation)}
    if bool in kinds and code in ("true", "false"):
        return code == "true"
    is_number = int in kinds or (numeric and not kinds)
    return int(code) if is_number and code.lstrip("-").isdigit() else code


def _kinds(annotation: Annotation) -> Iterator[type]:
    """Which of the types that a code may have are in this one."""
    for kind, _ in nested_types(annotation, deep=False):
        if isinstance(kind, type) and issubclass(kind, Enum):
            yield from value_types(kind)
        elif kind in (str, int, bool):
            yield kind
        elif isinstance(kind, str | int):
            yield type(kind)  # of a literal


def _with(value: object, keys: Sequence[Key], part: object) -> object:
    """The JSON value with this part at this place; what is in the way gives way."""
    if not keys:
        return part
    key, *rest = keys
    if isinstance(key, int):
        return [_with(value[0] if is_list(value) and value else None, rest, part)]
    inside: dict[str, Any] = value if is_object(value) else {}
    return {**inside, key: _with(inside.get(key), rest, part)}
