"""Values for samples: documented ones written as JSON, and likely ones where the spec gives no example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
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
_MOST = 200
"""Structures in a sample that nobody wrote."""
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


@dataclass(frozen=True, slots=True)
class _Inside:
    """The structures around a value, and room for more of them: types that hold each other would have no end, or none in sight."""

    types: frozenset[TypeName] = frozenset()
    room: Iterator[int] = field(default_factory=lambda: iter(range(_MOST)))

    def entered(self, to: TypeName) -> _Inside | None:
        """Inside this structure as well; None if that goes too far."""
        if to in self.types or len(self.types) > DEEPEST or next(self.room, None) is None:
            return None
        return _Inside(self.types | {to}, self.room)


def likely(api: Api, each: Field, inside: _Inside | None = None) -> Json:
    """The field's example, or else a value that fits its type."""
    return each.example.json if each.example is not None else _fitting(api, each.type, each.wire, inside or _Inside())


def likely_body(api: Api, type: Type) -> Json:
    """A value for a body of this type."""
    return _fitting(api, type, "value", _Inside())


def _fitting(api: Api, type: Type, name: str, inside: _Inside) -> Json:
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
            return [_fitting(api, type.item, name, inside)]
        case MapOf():
            return {"key": _fitting(api, type.value, name, inside)}
        case JsonText():
            return json_text(_fitting(api, type.type, name, inside), indent=None)
        case Union():
            return _fitting(api, type.members[0], name, inside)
        case Nullable():
            return _fitting(api, type.type, name, inside)
        case Named(to=to):
            return _fitting_named(api, to, name, inside)


def _fitting_named(api: Api, to: TypeName, name: str, inside: _Inside) -> Json:
    match api.types[to]:
        case Enumeration(values=values):
            return values[0].value if values else name.upper()
        case Structure(fields=fields):
            within = inside.entered(to)
            return {each.wire: likely(api, each, within) for each in fields if each.required} if within else {}
        case named:
            return _fitting(api, named.members[0], name, inside)


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
