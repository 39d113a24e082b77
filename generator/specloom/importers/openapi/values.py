"""Examples and defaults of a document as plain values of a spec."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from .context import Context
from .documents import At
from .shapes import Shape
from .texts import is_clean

MAX_DEPTH = 30
MAX_FIELD_EXAMPLE = 300
"""Characters of the example of a field."""


def plain_value(value: object, depth: int = 0) -> object:
    """Return a JSON value as a spec can have it; None if it cannot."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, str):
        return value if is_clean(value) else None
    if isinstance(value, Decimal):
        return value
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        result = {key: plain_value(each, depth + 1) for key, each in entries.items()}
        lost = any(result[key] is None and each is not None for key, each in entries.items())
        return None if lost or not all(map(is_clean, result)) else result
    if isinstance(value, list):
        items = cast("list[object]", value)
        found = [plain_value(each, depth + 1) for each in items]
        return (
            None
            if any(new is None and old is not None for new, old in zip(found, items, strict=True))
            else found
        )
    return value


def example_of(at: At, shape: Shape, context: Context) -> object:
    """Return the example of a schema for a field; None if it has none that a field can have."""
    written = at.raw("example")
    examples = at.raw("examples")
    if written is None and isinstance(examples, list) and examples:
        written = cast("list[object]", examples)[0]
    if written is None:
        return None
    if (
        shape.kinds <= {"string"}
        and isinstance(written, int | Decimal)
        and not isinstance(written, bool)
    ):
        written = str(written)
    if isinstance(written, dict | list) and len(str(cast("object", written))) > MAX_FIELD_EXAMPLE:
        context.note(at, "left out", "long example of a field", "examples of endpoints may be long")
        return None
    value = plain_value(written)
    if value is None or (isinstance(value, str) and len(value) > 2 * MAX_FIELD_EXAMPLE):
        context.note(at, "left out", "example", "its text cannot be in a spec")
        return None
    return value
