"""Texts of the model: the fields with texts, by the declarations of its classes, and copies of an API with other texts in one field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from specloom import model

Change = Callable[[str], str]

CLASSES = {
    name: kind
    for module in (model.texts, model.types, model.endpoints, model.events, model.api)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, Struct) and kind.__module__ == module.__name__
}
TOGETHER = (
    # What names one thing from several places changes in all of them.
    {"Resource.path", "Endpoint.resource", "Event.resource", "TypeName.module"},
    {"Scheme.name", "Api.auth", "Endpoint.auth"},
    {"Endpoint.name", "Idempotency.ask"},
    {
        "Field.wire",
        "UnionType.tag",
        "MultipartBody.signed_part",
        "Paging.by",
        "Paging.limit",
        "Stream.name",
    },
)


def fields() -> list[str]:
    """Return `Class.field` of every field with texts, by its annotation; a literal of a few words is not a text."""
    return [
        f"{name}.{each}"
        for name, kind in sorted(CLASSES.items())
        for each in kind.__struct_fields__
        if _holds_text(kind.__annotations__[each])
    ]


def together(field: str) -> frozenset[str]:
    """Return the field, and those that must have the same text."""
    return next((frozenset(group) for group in TOGETHER if field in group), frozenset({field}))


def changed(api: model.Api, field: str, change: Change) -> model.Api:
    """Return the API with every text of a field changed."""
    changed_api = _changed(api, together(field), change)
    assert isinstance(changed_api, model.Api)
    return changed_api


def texts(api: model.Api, field: str) -> list[str]:
    """Return the texts of a field in an API."""
    collected: list[str] = []
    _changed(api, frozenset({field}), lambda text: collected.append(text) or text)
    return collected


def _holds_text(annotation: str) -> bool:
    words = re.findall(r"\w+", re.sub(r"Literal\[[^\]]*\]", "", annotation))
    return not {"str", "Text", "Value", "Json"}.isdisjoint(words)


def _changed(value: Any, wanted: frozenset[str], change: Change, here: bool = False) -> Any:
    match value:
        case str():
            return change(value) if here else value
        case model.Text():
            return (
                model.Text(tuple((language, change(text)) for language, text in value.by_language))
                if here
                else value
            )
        case model.Value():
            return model.Value(_changed(value.json, wanted, change, here))
        case model.Idempotency() if "Resource.path" in wanted:
            return replace(value, ask=None)  # it names a resource and an endpoint in one text
        case tuple():
            return tuple(_changed(each, wanted, change, here) for each in value)
        case list():
            return [_changed(each, wanted, change, here) for each in value]
        case dict():
            return {
                _changed(key, wanted, change): _changed(each, wanted, change, here)
                for key, each in value.items()
            }
        case Struct():
            return replace(value, **dict(_parts(value, wanted, change)))
        case _:
            return value


def _parts(value: Any, wanted: frozenset[str], change: Change) -> Iterator[tuple[str, Any]]:
    for each, name in _names(type(value)):
        yield each, _changed(getattr(value, each), wanted, change, name in wanted)


@cache
def _names(kind: type[Struct]) -> tuple[tuple[str, str], ...]:
    """Return the fields of a class, each also with the name of the class."""
    return tuple((each, f"{kind.__name__}.{each}") for each in kind.__struct_fields__)
