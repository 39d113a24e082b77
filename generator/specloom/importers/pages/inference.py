"""Fields from JSON examples: what a page shows only by example is inferred, and marked so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from .facts import Field

_CIPHERTEXT = re.compile(r"[A-Za-z0-9+/]{342}==")
"""Base64 of a value that RSA with 2,048 bits has encrypted."""
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")


def infer_fields(
    example: Mapping[str, object], lines: Sequence[str], line: int, *, required: bool = False
) -> list[Field]:
    """Return the fields of an object of an example that begins on this line of a page with these lines."""
    fields = _fields(example, line, required)
    _locate(fields, lines, line)
    return fields


def _locate(fields: list[Field], lines: Sequence[str], line: int) -> int:
    """Set the lines of fields, which are in the order of the example; return the last one."""
    for each in fields:
        key = f'"{each.name}"'
        found = next((at for at in range(line, len(lines) + 1) if key in lines[at - 1]), line)
        each.line = line = found
        line = _locate(each.fields, lines, line)
    return line


def _fields(example: Mapping[str, object], line: int, required: bool) -> list[Field]:
    return [_field(name, value, line, required=required) for name, value in example.items() if name]


def _field(name: str, value: object, line: int, *, required: bool) -> Field:
    found = Field(name, line, required=required, basis="inferred")
    while isinstance(value, list):
        found.lists += 1
        items = cast("list[object]", value)
        maps = [cast("dict[str, object]", each) for each in items if isinstance(each, dict)]
        if maps and len(maps) == len(items):
            found.kind = "object"
            for each in maps:
                found.fields = merge_inferred(found.fields, _fields(each, line, required))
            return found
        value = items[0] if items else None
    if isinstance(value, dict):
        found.kind = "object" if value else "json"
        found.fields = _fields(cast("dict[str, object]", value), line, required)
    elif isinstance(value, bool):
        found.kind = "boolean"
    elif isinstance(value, int):
        found.kind = "integer"
    elif isinstance(value, float):
        found.kind = "number"
    elif isinstance(value, str):
        found.kind = "datetime" if _DATETIME.fullmatch(value) else "string"
    else:
        found.kind = "json"
    if not found.lists and found.kind not in {"object", "json"}:
        found.example = value
    found.encrypted = isinstance(value, str) and _CIPHERTEXT.fullmatch(value) is not None
    return found


def merge_inferred(stated: list[Field], inferred: list[Field]) -> list[Field]:
    """Return the stated fields with what an example adds to them: nested fields, missing fields, examples."""
    by_name = {each.name: each for each in inferred}
    for each in stated:
        other = by_name.pop(each.name, None)
        if other is None:
            continue
        if each.kind in {"object", "json"} and other.fields:
            each.kind = "object"
            each.fields = merge_inferred(each.fields, other.fields)
        elif each.example is None and each.kind == other.kind:
            each.example = other.example
        if each.kind == other.kind:
            each.lists = max(each.lists, other.lists)
    return [*stated, *by_name.values()]


def merge_within(stated: list[Field], inferred: list[Field]) -> list[Field]:
    """Return the stated fields with those of an example.

    Tables often have the fields of the object `data` or `result` alone, and the example shows where they are.
    """
    names = {each.name for each in stated}
    if names and not names & {each.name for each in inferred}:
        for each in inferred:
            if len(names & {inner.name for inner in each.fields}) * 2 >= len(names):
                each.fields = merge_inferred(stated, each.fields)
                return inferred
    return merge_inferred(stated, inferred)
