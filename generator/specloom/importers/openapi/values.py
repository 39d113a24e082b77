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
    examples = at.get("examples")
    first = next(examples.items(), None) if examples else None
    written = at.raw("example")
    if written is None and first is not None:
        written = first.value
    if written is None:
        return None
    if isinstance(written, int | Decimal) and not isinstance(written, bool):
        as_text = shape.kinds <= {"string"}
        value = plain_value(str(written) if as_text else written)
    else:
        value = plain_value(written)
    if _is_long(value):
        context.note(at, "left out", "long example of a field", "examples of endpoints may be long")
        return None
    if value is None or (isinstance(value, str) and len(value) > 2 * MAX_FIELD_EXAMPLE):
        context.note(at, "left out", "example", "its text cannot be in a spec")
        return None
    return value


def _is_long(value: object) -> bool:
    return isinstance(value, dict | list) and len(str(cast("object", value))) > MAX_FIELD_EXAMPLE
