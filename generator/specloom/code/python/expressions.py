"""Makers of expressions: literals, calls, annotations, collections; brackets are exploded as black explodes them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from ..base import Python, indent
from .tokens import WIDTH, columns, identifier, string

Plain: TypeAlias = "str | int | float | Decimal | Sequence[Plain] | Mapping[str, Plain] | None"
"""Values that have a literal."""


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
        return Python(f"[{', '.join(literal(item) for item in value)}]")
    if isinstance(value, Mapping):
        return dict_of([(literal(key), literal(item)) for key, item in value.items()])
    raise TypeError(f"no literal for a {type(value).__name__}")


def call(
    function: Python, arguments: Iterable[Python], *, room: int = WIDTH, explode: bool = False
) -> Python:
    """Return `function(a, b)`, exploded to one argument per line with `explode`, or if it is wider than `room` columns."""
    return bracket(f"{function}(", list(arguments), ")", room, explode)


def attribute(base: Python, name: str) -> Python:
    """Return `base.name`."""
    return Python(f"{base}.{identifier(name)}")


def keyword_argument(name: str, value: Python) -> Python:
    return Python(f"{identifier(name)}={value}")


def call_options(options: Mapping[str, Python]) -> list[Python]:
    """Return a keyword argument for each option, in order."""
    return [keyword_argument(name, value) for name, value in options.items()]


def subscript(base: Python, items: Sequence[Python]) -> Python:
    """Return `base[a, b]`."""
    return Python(f"{base}[{', '.join(items)}]")


def union(members: Iterable[Python]) -> Python:
    """Return `a | b`, without duplicates, None last."""
    once = dict.fromkeys(members)
    return Python(" | ".join(sorted(once, key=lambda member: member == "None")))


def broken_union(members: Iterable[Python]) -> Python:
    """Return `a | b` in parentheses with one member per line, as black breaks a union that is too wide."""
    inner = Python("\n| ".join(union([member]) for member in dict.fromkeys(members)))
    return Python(f"(\n    {indent(inner, 4)}\n)")


def tuple_of(items: Sequence[Python], *, room: int = WIDTH, explode: bool = False) -> Python:
    """Return a tuple."""
    if len(items) == 1 and "\n" not in items[0] and columns(items[0]) + 3 <= room:
        return Python(f"({items[0]},)")
    return bracket(
        "(", list(items), ")", room, explode or len(items) == 1
    )  # the trailing comma makes a single item a tuple


def dict_of(
    items: Sequence[tuple[Python, Python]], *, room: int = WIDTH, explode: bool = False
) -> Python:
    """Return a dict."""
    return bracket("{", [Python(f"{key}: {value}") for key, value in items], "}", room, explode)


def list_of(items: Sequence[Python], *, room: int = WIDTH) -> Python:
    """Return a list."""
    return bracket("[", list(items), "]", room, explode=False)


def lambda_expression(value: Python) -> Python:
    """Return `lambda: value`."""
    return Python(f"lambda: {value}")


def super_attribute(value: Python) -> Python:
    """Return `super().value`."""
    return Python(f"super().{value}")


def await_expression(value: Python) -> Python:
    return Python(f"await {value}")


def unpack(value: Python) -> Python:
    """Return `*value`."""
    return Python(f"*{value}")


def unpack_mapping(value: Python) -> Python:
    """Return `**value`."""
    return Python(f"**{value}")


def string_annotation(annotation: Python) -> Python:
    """Return an annotation as a string literal."""
    return literal(str(annotation))


def bracket(start: str, items: Sequence[Python], end: str, room: int, explode: bool) -> Python:
    """Return the items in brackets, on one line or exploded to one item per line."""
    flat = f"{start}{', '.join(items)}{end}"
    if not items or (not explode and "\n" not in flat and columns(flat) <= room):
        return Python(flat)
    # A single item gets a trailing comma only in a tuple or with `explode`.
    comma = "" if len(items) == 1 and not explode and start != "(" else ","
    inner = "".join(f"    {indent(item, 4)}{comma}\n" for item in items)
    return Python(f"{start}\n{inner}{end}")
