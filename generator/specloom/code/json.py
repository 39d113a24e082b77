"""Maker of JSON documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

from .base import Json

Value: TypeAlias = "bool | int | float | Decimal | str | list[Value] | dict[str, Value] | None"


def rows(values: Mapping[str, Value]) -> Json:
    """Return an object with one member per line; numbers keep all their digits."""
    lines = (
        f"{json.dumps(key, ensure_ascii=False)}: {_text(value)}" for key, value in values.items()
    )
    return Json("{\n" + ",\n".join(lines) + "\n}\n")


def _text(value: Value) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except TypeError:  # json writes a Decimal only as a float or as a string
        pass
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(
                f"{json.dumps(key, ensure_ascii=False)}: {_text(item)}"
                for key, item in value.items()
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
