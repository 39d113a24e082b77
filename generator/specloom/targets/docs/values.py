"""Values for samples: documented ones written as JSON, and likely ones where the spec gives no example."""

from __future__ import annotations

import json
from decimal import Decimal

from ...model import (
    AnyJson,
    Api,
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enumeration,
    Field,
    File,
    Integer,
    Json,
    JsonText,
    ListOf,
    MapOf,
    Named,
    Nullable,
    Number,
    Range,
    String,
    Structure,
    Type,
    TypeName,
    Union,
)

DEEPEST = 10
"""Levels of fields within fields that tables and samples show in one another."""
_INDENT = 2


def json_text(value: Json, indent: int | None = 0) -> str:
    """JSON as people write it: indented by two, numbers exactly as given; on one line if `indent` is None."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        rows = [
            f"{json.dumps(key, ensure_ascii=False)}: {json_text(item, _deeper(indent))}" for key, item in value.items()
        ]
        return _bracketed("{", rows, "}", indent)
    if isinstance(value, list):
        return _bracketed("[", [json_text(item, _deeper(indent)) for item in value], "]", indent)
    return json.dumps(value, ensure_ascii=False)


def likely(api: Api, field: Field, holders: frozenset[TypeName] = frozenset()) -> Json:
    """The field's example, or else a value that fits its type."""
    return field.example.json if field.example is not None else _fitting(api, field.type, field.wire, holders)


def likely_body(api: Api, type: Type) -> Json:
    """A value for a body of this type."""
    return _fitting(api, type, "value", frozenset())


def _fitting(api: Api, type: Type, name: str, holders: frozenset[TypeName]) -> Json:
    match type:
        case String():
            return type.literals[0] if type.literals else name.upper().replace("-", "_")
        case Integer():
            return type.literals[0] if type.literals else _within(type.range)
        case Number():
            return _within(type.range)
        case Boolean():
            return type.literal is not False
        case Bytes() | File():
            return "AAAA"
        case DateTime(format="unix"):
            return 1735732800
        case DateTime(format="unix-ms"):
            return 1735732800000
        case DateTime():
            return "2025-01-01T12:00:00+00:00"
        case Date():
            return "2025-01-01"
        case Duration():
            return "PT1M" if type.unit is None else 60
        case AnyJson():
            return {}
        case ListOf():
            return [_fitting(api, type.item, name, holders)]
        case MapOf():
            return {"key": _fitting(api, type.value, name, holders)}
        case JsonText():
            return json_text(_fitting(api, type.type, name, holders), indent=None)
        case Union():
            return _fitting(api, type.members[0], name, holders)
        case Nullable():
            return _fitting(api, type.type, name, holders)
        case Named(to=to):
            return _fitting_named(api, to, name, holders)


def _fitting_named(api: Api, to: TypeName, name: str, holders: frozenset[TypeName]) -> Json:
    match api.types[to]:
        case Enumeration(values=values):
            return values[0].value if values else name.upper()
        case Structure(fields=fields):
            if to in holders or len(holders) > DEEPEST:
                return {}
            return {each.wire: likely(api, each, holders | {to}) for each in fields if each.required}
        case named:
            return _fitting(api, named.members[0], name, holders) if to not in holders else {}


def _within(range: Range) -> int | Decimal:
    least = range.least if range.least is not None else min(1, range.most if range.most is not None else 1)
    return least + 1 if range.above else least


def _deeper(indent: int | None) -> int | None:
    return None if indent is None else indent + _INDENT


def _bracketed(start: str, rows: list[str], end: str, indent: int | None) -> str:
    if not rows or indent is None:
        return f"{start}{', '.join(rows)}{end}"
    inner = f",\n{' ' * (indent + _INDENT)}".join(rows)
    return f"{start}\n{' ' * (indent + _INDENT)}{inner}\n{' ' * indent}{end}"
