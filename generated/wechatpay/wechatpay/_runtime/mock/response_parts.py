"""Parts of a documented response: their types, and copies with other values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from msgspec import Struct

from ..field_info import (
    Annotation,
    field_types,
    is_struct,
    is_union,
    split_annotated,
)
from ..json_types import is_object


def members(annotation: Annotation) -> list[Annotation]:
    """Return the bare types of a union, or of any other type."""
    bare_type, _ = split_annotated(annotation)
    if is_union(bare_type):
        return [each for member in get_args(bare_type) for each in members(member)]
    return [bare_type]


def struct_of(annotation: Annotation) -> type[Struct] | None:
    """Return the class of an object, if one is possible."""
    return next((each for each in members(annotation) if is_struct(each)), None)


def type_at(annotation: Annotation, step: str | int) -> Annotation:
    """Return the type of a field; None if it is unknown."""
    struct = struct_of(annotation)
    return field_types(struct).get(str(step)) if struct else None


def with_value(document: Any, steps: Sequence[str | int], value: object) -> Any:
    """Return a JSON value with another value at a path of names."""
    if not steps:
        return value
    name, *rest = steps
    inside: Mapping[str, Any] = document if is_object(document) else {}
    return {**inside, str(name): with_value(inside.get(str(name)), rest, value)}
