"""Fast check of a value against specloom's own schemas. Most files are valid, and loading jsonschema takes longer than reading them.

The check knows the keywords of these schemas and accepts only what jsonschema accepts. jsonschema judges and explains the rest. A test
compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float, Decimal),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


def is_valid(schema: Schema, value: Any) -> bool:
    """Return True if the value is certainly valid; False if it is invalid or this check cannot decide."""
    for keyword, meaning in schema.items():
        check = _CHECKS.get(keyword)
        if check is None or not check(meaning, value, schema):
            return False
    return True


def _is(value: Any, *kinds: type) -> bool:
    return isinstance(value, kinds)


def _ignored(meaning: Any, value: Any, schema: Schema) -> bool:
    return True


def _type(meaning: Any, value: Any, schema: Schema) -> bool:
    for name in [meaning] if isinstance(meaning, str) else meaning:
        if _is(value, *_KINDS[name]) and (name == "boolean" or not _is(value, bool)):
            return True
    return False


def _properties(meaning: Any, value: Any, schema: Schema) -> bool:
    return not _is(value, dict) or all(
        is_valid(meaning[key], value[key]) for key in meaning.keys() & value.keys()
    )


def _additional_properties(meaning: Any, value: Any, schema: Schema) -> bool:
    if not _is(value, dict) or meaning is True:
        return True
    others = value.keys() - schema.get("properties", {}).keys()
    return not others if meaning is False else all(is_valid(meaning, value[key]) for key in others)


def _items(meaning: Any, value: Any, schema: Schema) -> bool:
    return not _is(value, list) or all(is_valid(meaning, item) for item in value)


def _pattern(meaning: Any, value: Any, schema: Schema) -> bool:
    return not _is(value, str) or _compiled(meaning).search(value) is not None


def _unique_items(meaning: Any, value: Any, schema: Schema) -> bool:
    if not _is(value, list):
        return True
    return all(type(item) in (str, int) for item in value) and len(set(value)) == len(value)


def _if(meaning: Any, value: Any, schema: Schema) -> bool:
    if meaning.keys() != {"required"}:
        return False
    holds = not _is(value, dict) or value.keys() >= set(meaning["required"])
    return not holds or is_valid(schema["then"], value)


_CHECKS: Mapping[str, Callable[[Any, Any, Schema], bool]] = {
    **dict.fromkeys(("$schema", "title", "description", "definitions", "then"), _ignored),
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional_properties,
    "items": _items,
    "pattern": _pattern,
    "uniqueItems": _unique_items,
    "if": _if,
    "required": lambda meaning, value, schema: not _is(value, dict) or value.keys() >= set(meaning),
    "enum": lambda meaning, value, schema: type(value) in (str, int) and value in meaning,
    "maxLength": lambda meaning, value, schema: not _is(value, str) or len(value) <= meaning,
    "minItems": lambda meaning, value, schema: not _is(value, list) or len(value) >= meaning,
    "minProperties": lambda meaning, value, schema: not _is(value, dict) or len(value) >= meaning,
    "minimum": lambda meaning, value, schema: not _is(value, int, float, Decimal)
    or value >= meaning,
    "maximum": lambda meaning, value, schema: not _is(value, int, float, Decimal)
    or value <= meaning,
    "allOf": lambda meaning, value, schema: all(is_valid(each, value) for each in meaning),
}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
