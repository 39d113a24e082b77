"""Error bodies in the shape that the documentation gives the errors of an endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, get_args

from ..error_shape import ErrorShape, Key, find_values, parse_paths, step_matches
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


def error_body(
    shape: ErrorShape,
    body_type: Annotation,
    error: DocumentedError,
    body: object = None,
) -> object:
    """Return the JSON value of an error: `body` with the parts of the error in it.

    `body_type` is the documented type, or that of a success, which has the same
    envelope.
    """
    if is_list(body) and shape.code is None:
        return body
    code_keys, code_type = _resolve(_first(shape.code or "code"), body_type)
    code = _typed_code(error.code, code_type, numeric=shape.success is not None)
    # The code is set last: where parts share a location, it identifies the error.
    if error.detail is not None:
        keys, _ = _resolve(_first(shape.detail or "detail"), body_type)
        body = _with_value(body, keys, error.detail)
    keys, _ = _resolve(_first(shape.message or "message"), body_type)
    body = _with_value(body, keys, error.message)
    return _with_value(body, code_keys, code)


def with_success_code(
    shape: ErrorShape, value_type: Annotation, value: object
) -> object:
    """Return the JSON value with the code that means success, if its type has a code."""
    if shape.success is None or shape.code is None:
        return value
    keys, code_type = _resolve(parse_paths(shape.code)[-1], value_type)
    if not any(find_values(value, keys)):
        return value
    code = _typed_code(shape.success, code_type, numeric=True)
    return _with_value(value, keys, code)


def _first(paths: str) -> Sequence[Key]:
    """Return the steps of the first of several paths, that of the most specific part."""
    return parse_paths(paths)[0]


def _resolve(
    steps: Sequence[Key], annotation: Annotation
) -> tuple[list[Key], Annotation]:
    """Return the keys of a path in a type, and the type there; None if undocumented.

    An envelope key that the type does not have is called `error…`.
    """
    keys: list[Key] = []
    for number, step in enumerate(steps):
        members = dict(_members(annotation))
        matching = [key for key in members if step_matches(step, key)]
        if number < len(steps) - 1:
            matching = [key for key in matching if any(_members(members[key]))]
        default = step.replace("*", "error") if isinstance(step, str) else step
        keys.append(matching[0] if matching else default)
        annotation = members.get(keys[-1])
    return keys, annotation


def _members(annotation: Annotation) -> Iterator[tuple[Key, Annotation]]:
    """Yield key and type of the fields of an object, or of the first item of a list."""
    bare_type, _ = split_annotated(annotation)
    if is_union(bare_type):
        for member in get_args(bare_type):
            yield from _members(member)
    elif is_tagged(bare_type):
        for member in bare_type.members().values():
            yield from field_types(member).items()
    elif is_struct(bare_type):
        yield from field_types(bare_type).items()
    elif origin_of(bare_type) in (list, Sequence):
        yield 0, get_args(bare_type)[0]


def _typed_code(code: str, annotation: Annotation, *, numeric: bool) -> object:
    """Return a code in its JSON type.

    Where the type is not documented, digits are a number if the API's codes are `numeric`.
    """
    types = {*_code_types(annotation)}
    if bool in types and code in ("true", "false"):
        return code == "true"
    is_number = int in types or (numeric and not types)
    return int(code) if is_number and code.lstrip("-").isdigit() else code


def _code_types(annotation: Annotation) -> Iterator[type]:
    for member, _ in nested_types(annotation, deep=False):
        if isinstance(member, type) and issubclass(member, Enum):
            yield from value_types(member)
        elif member in (str, int, bool):
            yield member
        elif isinstance(member, str | int):
            yield type(member)  # of a literal


def _with_value(value: object, keys: Sequence[Key], part: object) -> object:
    """Return the JSON value with `part` at these keys; replaces what does not fit there."""
    if not keys:
        return part
    key, *rest = keys
    if isinstance(key, int):
        first = value[0] if is_list(value) and value else None
        return [_with_value(first, rest, part)]
    members: dict[str, Any] = value if is_object(value) else {}
    return {**members, key: _with_value(members.get(key), rest, part)}
