"""Makers of expressions: literals, calls, annotations, collections.

Layout depends on the structure, never on where a line ends: a bracket with several items, or with an item of several lines, has one item
per line, and a comma after the last, which black leaves as it is at any width. Annotations are on one line unless they are long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from ..base import Python, indent
from .docstrings import columns
from .tokens import identifier, string

Plain: TypeAlias = "str | int | float | Decimal | Sequence[Plain] | Mapping[str, Plain] | None"
"""Values that have a literal."""

_GENERIC = re.compile(r"([\w.]+)\[([\w.]+)\]")
_WIDEST = 82
"""Columns of a name and its type that fit in a class, where the line has the least beside them."""

_LONG = 66
"""Columns of names and types that fit on a line of 88 with all that templates write around them."""


def literal(value: Plain) -> Python:
    """Return the literal of a string, number, boolean or None, or of a tuple, list or dict of these; a `Decimal` becomes a call.

    Raises `ValueError` for a float that is not finite, and `TypeError` for a value of any other type.
    """
    if isinstance(value, str):
        return Python(string(value))
    if value is None or isinstance(value, (bool, int)):
        return Python(repr(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"no literal for {value!r}")
        return Python(repr(value).replace("e+", "e"))
    if isinstance(value, Decimal):
        return Python(f"Decimal({string(str(value))})")
    if isinstance(value, tuple):
        return tuple_of([literal(item) for item in value])
    if isinstance(value, list):
        return list_of([literal(item) for item in value])
    if isinstance(value, Mapping):
        return dict_of([(literal(key), literal(item)) for key, item in value.items()])
    raise TypeError(f"no literal for a {type(value).__name__}")


def call(function: Python, arguments: Sequence[Python]) -> Python:
    """Return `function(a, b)`."""
    return _bracket(f"{function}(", arguments, ")")


def inline_call(function: Python, arguments: Iterable[Python]) -> Python:
    """Return `function(a, b)` on one line, for an annotation."""
    return Python(f"{function}({', '.join(arguments)})")


def is_long(*parts: Python) -> bool:
    """Return whether parts are better on several lines: the rest of a line that a template writes has no more than 22 columns."""
    return any("\n" in part for part in parts) or sum(map(columns, parts)) > _LONG


def attribute(base: Python, name: str) -> Python:
    """Return `base.name`."""
    return Python(f"{base}.{identifier(name)}")


def keyword_argument(name: str, value: Python) -> Python:
    """Return `name=value`."""
    return Python(f"{identifier(name)}={value}")


def call_options(options: Mapping[str, Python]) -> list[Python]:
    """Return a keyword argument for each option, in order."""
    return [keyword_argument(name, value) for name, value in options.items()]


def subscript(base: Python, items: Sequence[Python]) -> Python:
    """Return `base[a, b]`, with one item per line if it is long."""
    return (
        multiline_subscript(base, items)
        if is_long(base, *items)
        else Python(f"{base}[{', '.join(items)}]")
    )


def type_beside(name: Python, type: Python) -> Python:
    """Return the type of a name. `Sequence[X]` that fits on no line with the name has its item on a line of its own, as black writes it."""
    generic = _GENERIC.fullmatch(type)
    if generic is None or columns(name) + columns(type) <= _WIDEST:
        return type
    return Python(f"{generic[1]}[\n    {generic[2]}\n]")


def multiline_subscript(base: Python, items: Sequence[Python]) -> Python:
    """Return `base[a, b]` with one item per line."""
    return _bracket(f"{base}[", items, "]")


def members_of_union(members: Iterable[Python]) -> list[Python]:
    """Return the members of a union without duplicates, None last."""
    return sorted(dict.fromkeys(members), key=lambda member: member == "None")


def union(members: Iterable[Python]) -> Python:
    """Return `a | b`, without duplicates, None last."""
    return Python(" | ".join(members_of_union(members)))


def tuple_of(items: Sequence[Python]) -> Python:
    """Return a tuple."""
    if len(items) == 1 and "\n" not in items[0]:
        return Python(f"({items[0]},)")
    return _bracket("(", items, ")", comma=True)


def list_of(items: Sequence[Python]) -> Python:
    """Return a list."""
    return _bracket("[", items, "]")


def dict_of(items: Iterable[tuple[Python, Python]]) -> Python:
    """Return a dict."""
    return _bracket("{", [Python(f"{key}: {value}") for key, value in items], "}")


def string_annotation(annotation: Python) -> Python:
    """Return an annotation as a string literal."""
    return literal(str(annotation))


def _bracket(start: str, items: Sequence[Python], end: str, *, comma: bool = False) -> Python:
    """Return the items in brackets. A single item of several lines gets a comma only on demand, as in a tuple."""
    if not items or (len(items) == 1 and "\n" not in items[0]):
        return Python(f"{start}{''.join(items)}{end}")
    after = "," if comma or len(items) > 1 else ""
    inner = "".join(f"    {indent(item, 4)}{after}\n" for item in items)
    return Python(f"{start}\n{inner}{end}")
