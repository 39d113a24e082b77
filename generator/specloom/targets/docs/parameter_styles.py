"""Encoding of lists and objects in a query or form, by the rules of `runtime/url_encoding.py`: for values, and for shapes of types."""

from __future__ import annotations

from collections.abc import Mapping

from ...model import (
    Api,
    Field,
    Json,
    ListOf,
    MapOf,
    Named,
    Nullable,
    Object,
    Type,
    Union,
    UnionType,
    json_text,
)

SEPARATORS: Mapping[str, str] = {"pipe": "|", "space": " "}
"""Separators of the items in one value."""

_ANYTHING = "…"


def name_values(wire: str, value: Json, style: str) -> list[tuple[str, list[str]]]:
    """Return names with their values, not yet percent-encoded; commas join the values of a name."""
    if isinstance(value, list):
        if style == "comma":
            return [(wire, [encoded_value(item) for item in value])] if value else []
        if style in SEPARATORS:
            text = SEPARATORS[style].join(map(encoded_value, value))
            return [(wire, [text])] if value else []
        if any(isinstance(item, (list, dict)) for item in value):
            return [
                pair
                for index, item in enumerate(value)
                for pair in name_values(f"{wire}[{index}]", item, style)
            ]
        return [
            (f"{wire}[]" if style == "brackets" else wire, [encoded_value(item)]) for item in value
        ]
    if isinstance(value, dict):
        return [
            pair
            for key, item in value.items()
            for pair in name_values(f"{wire}[{key}]", item, style)
        ]
    return [(wire, [encoded_value(value)])]


def encoded_value(value: Json) -> str:
    """Return a single value as text for a path, query, form or header."""
    return value if isinstance(value, str) else json_text(value)


def encoded_shape(api: Api, field: Field) -> str:
    """Return the encoded shape of a list or object, such as `ids=…&ids=…`; '' for other types."""
    shape = _shape(api, field.type, 3)
    if shape == _ANYTHING:
        return ""
    return "&".join(
        f"{name}={','.join(values)}" for name, values in name_values(field.wire, shape, field.style)
    )


def _shape(api: Api, type: Type, depth: int) -> Json:
    """Return a value of the type's shape with `…` in place of scalars, and of recursive types below `depth`."""
    match type:
        case _ if not depth:
            return _ANYTHING
        case Nullable():
            return _shape(api, type.type, depth)
        case ListOf():
            return [_shape(api, type.item, depth - 1)] * 2
        case MapOf():
            return {_ANYTHING: _shape(api, type.value, depth - 1)}
        case Union(members=members):
            return next(
                (
                    shape
                    for member in members
                    if (shape := _shape(api, member, depth - 1)) != _ANYTHING
                ),
                _ANYTHING,
            )
        case Named(to=to):
            match api.types[to]:
                case Object(fields=fields):
                    return {each.wire: _shape(api, each.type, depth - 1) for each in fields[:2]}
                case UnionType(members=members):
                    return _shape(api, Union(members), depth)
                case _:
                    return _ANYTHING
        case _:
            return _ANYTHING
