"""Constraints of arguments: lengths, ranges and patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .encode_errors import EncodeError, Encoder
from .field_info import Annotation, origin_of
from .wire_formats import Limits


def within_limits(inner: Encoder, kind: Annotation, limits: Limits) -> Encoder:
    """Return an encoder that also checks the limits, on the Python value."""
    checks = _checks(limits, kind)

    def encode(value: Any) -> object:
        encoded = inner.encode(value)
        for is_valid, problem in checks:
            if not is_valid(value):
                raise EncodeError(problem)
        return encoded

    return Encoder(inner.accepts, encode, inner.name)


def _checks(limit: Limits, kind: Annotation) -> list[tuple[Callable[[Any], bool], str]]:
    checks: list[tuple[Callable[[Any], bool], str]] = []
    if (ge := limit.ge) is not None:
        checks.append((lambda v: v >= ge, f"must be at least {ge}"))
    if (le := limit.le) is not None:
        checks.append((lambda v: v <= le, f"must be at most {le}"))
    if (gt := limit.gt) is not None:
        checks.append((lambda v: v > gt, f"must be more than {gt}"))
    if (lt := limit.lt) is not None:
        checks.append((lambda v: v < lt, f"must be less than {lt}"))
    if (minimum := limit.min_length) is not None:
        text = f"must have at least {_count(minimum, kind)}"
        checks.append((lambda v: len(v) >= minimum, text))
    if (maximum := limit.max_length) is not None:
        text = f"must have at most {_count(maximum, kind)}"
        checks.append((lambda v: len(v) <= maximum, text))
    if limit.pattern is not None:
        matches = re.compile(limit.pattern).fullmatch
        checks.append((lambda v: bool(matches(v)), f"must match {limit.pattern}"))
    return checks


def _count(number: int, kind: Annotation) -> str:
    origin = origin_of(kind)
    noun = {str: "character", bytes: "byte", dict: "entry", Mapping: "entry"}.get(
        origin, "item"
    )
    if number != 1:
        noun = "entries" if noun == "entry" else f"{noun}s"
    return f"{number} {noun}"
