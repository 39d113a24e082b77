"""Idempotency of a call: whether a retry of it has a further effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

import msgspec

from .endpoint_metadata import Idempotency, Keyed

if TYPE_CHECKING:
    from .calls import Call


def idempotency_of(call: Call[Any]) -> Idempotency:
    """Return the idempotency of a call.

    It is keyed only if each field of the key has a value. Without one the server cannot
    recognize the request, so a retry has its effect again.
    """
    declared = call.endpoint.idempotency
    if not isinstance(declared, Keyed):
        return declared
    parameters = _parameters(call)
    has_key = all(
        value_at(parameters, field) is not None
        or value_at(call.body, field) is not None
        for field in declared.fields
    )
    return declared if has_key else "none"


def _parameters(call: Call[Any]) -> dict[str, object]:
    """Return the values of path, query and header parameters by wire name."""
    values: dict[str, object] = {}
    for constants in call.endpoint.fixed.values():
        values.update(constants)
    for parameters in call.endpoint.parameters.values():
        for parameter in parameters:
            value = value_at(call.arguments, parameter.argument or parameter.wire)
            if value is not None:
                values[parameter.wire] = value
    return values


def value_at(value: object, path: str) -> Any:
    """Return the value at a dotted path of wire names; in a list, that of each item.

    None if it is absent, null or empty, also in one item of a list.
    """
    if _is_list(value):
        values = [value_at(item, path) for item in value]
        return values if values and None not in values else None
    if not path:
        return None if value is msgspec.UNSET or value == "" else value
    for name, child in _children(value):
        if f"{path}.".startswith(f"{name}."):
            return value_at(child, path[len(name) + 1 :])
    return None


def _children(value: object) -> list[tuple[str, object]]:
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
