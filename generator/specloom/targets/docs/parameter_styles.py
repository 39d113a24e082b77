"""How lists and objects stand in a query or a form: the rules of `runtime/url_encoding.py`, for documented values and for the shapes of types."""

from __future__ import annotations

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

_ANYTHING = "…"


def pairs(wire: str, value: Json, style: str) -> list[tuple[str, list[str]]]:
    """Names, each with the values that commas join; not yet encoded."""
    if isinstance(value, list):
        if style == "comma":
            return [(wire, [plain(item) for item in value])] if value else []
        if any(isinstance(item, (list, dict)) for item in value):
            return [
                pair
                for at, item in enumerate(value)
                for pair in pairs(f"{wire}[{at}]", item, style)
            ]
        return [(f"{wire}[]" if style == "brackets" else wire, [plain(item)]) for item in value]
    if isinstance(value, dict):
        return [
            pair for key, item in value.items() for pair in pairs(f"{wire}[{key}]", item, style)
        ]
    return [(wire, [plain(value)])]


def plain(value: Json) -> str:
    """A single value as it stands in a path, a query, a form or a header field."""
    return value if isinstance(value, str) else json_text(value)


def spelled(api: Api, field: Field) -> str:
    """How a field that is a list or an object stands there, such as `ids=…&ids=…`; '' for any other."""
    shape = _shape(api, field.type, 3)
    if shape == _ANYTHING:
        return ""
    return "&".join(
        f"{name}={','.join(values)}" for name, values in pairs(field.wire, shape, field.style)
    )


def _shape(api: Api, type: Type, depth: int) -> Json:
    """A value in which everything is `…` that is not itself a list or an object; types that hold themselves end."""
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
