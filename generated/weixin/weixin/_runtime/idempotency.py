"""The idempotency key of a call: by what the server recognises a repeated request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

import msgspec

from .endpoint_metadata import Idempotency, Keyed

if TYPE_CHECKING:
    from .calls import Call


def idempotency_of(call: Call[Any]) -> Idempotency:
    """What repeating this call does.

    It is keyed only if each field of the key has a value in it. Without one the server
    cannot recognise the request, so a repetition has its effect again.
    """
    declared = call.endpoint.idempotency
    if not isinstance(declared, Keyed):
        return declared
    given = _parameters(call)
    named = all(
        value_at(given, field) is not None or value_at(call.body, field) is not None
        for field in declared.fields
    )
    return declared if named else "none"


def _parameters(call: Call[Any]) -> dict[str, object]:
    """Values of path, query and header by their names on the wire."""
    found: dict[str, object] = {}
    for constants in call.endpoint.fixed.values():
        found.update(constants)
    for group in call.endpoint.parameters.values():
        for one in group:
            value = value_at(call.arguments, one.argument or one.wire)
            if value is not None:
                found[one.wire] = value
    return found


def value_at(value: object, path: str) -> Any:
    """The value at a dotted path of names on the wire; in a list, that of each item.

    None if it is absent, null or empty, and if an item of a list lacks it.
    """
    if _is_list(value):
        found = [value_at(one, path) for one in value]
        return found if found and None not in found else None
    if not path:
        return None if value is msgspec.UNSET or value == "" else value
    for name, one in _named(value):
        if f"{path}.".startswith(f"{name}."):
            return value_at(one, path[len(name) + 1 :])
    return None


def _named(value: object) -> list[tuple[str, object]]:
    if _is_map(value):
        return list(value.items())
    if isinstance(value, msgspec.Struct):
        fields = msgspec.structs.fields(value)
        return [(field.encode_name, getattr(value, field.name)) for field in fields]
    return []


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_map(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)
