"""Paths of wire names into the value of a response, such as `data[-1].id`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from msgspec import UNSET, Struct

from .json_types import is_list, is_object

_STEP: Final = re.compile(r"\[(-1|0)]|([^.\[]+)")


@cache
def parse_steps(path: str) -> tuple[str | int, ...]:
    """Return the steps of a path such as `data[-1].id`; `.` is the whole body."""
    return tuple(int(index) if index else name for index, name in _STEP.findall(path))


@cache
def _attributes(kind: type[Struct]) -> Mapping[str, str]:
    return dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))


def value_at(value: object, path: str) -> Any:
    """Return the value at a path of wire names; None if it is absent, null or empty."""
    for step in parse_steps(path):
        if isinstance(step, int):
            value = value[step] if is_list(value) and value else None
        elif isinstance(value, Struct):
            value = getattr(value, _attributes(type(value)).get(step, ""), None)
        else:
            value = value.get(step) if is_object(value) else None
    return None if value is UNSET or value == "" else value
