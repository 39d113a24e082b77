"""Expressions: literals, calls, annotations, collections; brackets are exploded as black does it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from ..base import Python, indent
from .tokens import WIDTH, columns, identifier, string

Plain: TypeAlias = "str | int | float | Decimal | Sequence[Plain] | Mapping[str, Plain] | None"
"""What has a literal."""


def literal(value: Plain) -> Python:
    """The literal of a text, number, boolean, None, or of a tuple, list or dict of these; `Decimal` becomes a call."""
    if isinstance(value, str):
        return Python(string(value))
    if value is None or isinstance(value, (bool, int)):
        return Python(repr(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value!r} has no literal")
        return Python(repr(value).replace("e+", "e"))
    if isinstance(value, Decimal):
        return Python(f"Decimal({string(str(value))})")
    if isinstance(value, tuple):
        return sequence([literal(item) for item in value])
    if isinstance(value, list):
        return Python(f"[{', '.join(literal(item) for item in value)}]")
    if isinstance(value, Mapping):
        return mapping([(literal(key), literal(item)) for key, item in value.items()])
    raise TypeError(f"a {type(value).__name__} has no literal")


def call(
    function: Python, arguments: Iterable[Python], *, room: int = WIDTH, explode: bool = False
) -> Python:
    """`function(a, b)`, or exploded with one argument a line if it does not fit in the room or must be."""
    return bracket(f"{function}(", list(arguments), ")", room, explode)


def attribute(base: Python, name: str) -> Python:
    """`base.name`."""
    return Python(f"{base}.{identifier(name)}")


def keyword_argument(name: str, value: Python) -> Python:
    return Python(f"{identifier(name)}={value}")


def call_options(options: Mapping[str, Python]) -> list[Python]:
    """Keyword arguments in their order."""
    return [keyword_argument(name, value) for name, value in options.items()]


def subscript(base: Python, items: Sequence[Python]) -> Python:
    """`base[a, b]`."""
    return Python(f"{base}[{', '.join(items)}]")


def union(members: Iterable[Python]) -> Python:
    """`a | b`, each member once, None last."""
    once = dict.fromkeys(members)
    return Python(" | ".join(sorted(once, key=lambda member: member == "None")))


def broken_union(members: Iterable[Python]) -> Python:
    """`a | b` as black breaks it where it is too wide for a line: a member a line, in brackets."""
    inner = Python("\n| ".join(union([member]) for member in dict.fromkeys(members)))
    return Python(f"(\n    {indent(inner, 4)}\n)")


def sequence(items: Sequence[Python], *, room: int = WIDTH, explode: bool = False) -> Python:
    """A tuple."""
    if len(items) == 1 and "\n" not in items[0] and columns(items[0]) + 3 <= room:
        return Python(f"({items[0]},)")
    return bracket(
        "(", list(items), ")", room, explode or len(items) == 1
    )  # never without its comma, which makes it a tuple


def mapping(
    items: Sequence[tuple[Python, Python]], *, room: int = WIDTH, explode: bool = False
) -> Python:
    """A dict."""
    return bracket("{", [Python(f"{key}: {value}") for key, value in items], "}", room, explode)


def list_of(items: Sequence[Python], *, room: int = WIDTH) -> Python:
    """A list."""
    return bracket("[", list(items), "]", room, explode=False)


def lambda_expression(value: Python) -> Python:
    """`lambda: value`."""
    return Python(f"lambda: {value}")


def of_super(value: Python) -> Python:
    """`super().value`."""
    return Python(f"super().{value}")


def awaited(value: Python) -> Python:
    return Python(f"await {value}")


def star(value: Python) -> Python:
    """`*value`."""
    return Python(f"*{value}")


def star_star(value: Python) -> Python:
    """`**value`."""
    return Python(f"**{value}")


def quoted(annotation: Python) -> Python:
    """An annotation as a string literal."""
    return literal(str(annotation))


def bracket(start: str, items: Sequence[Python], end: str, room: int, explode: bool) -> Python:
    flat = f"{start}{', '.join(items)}{end}"
    if not items or (not explode and "\n" not in flat and columns(flat) <= room):
        return Python(flat)
    # What stands alone in its bracket gets no comma, unless it was told to be one of a list.
    comma = "" if len(items) == 1 and not explode and start != "(" else ","
    inner = "".join(f"    {indent(item, 4)}{comma}\n" for item in items)
    return Python(f"{start}\n{inner}{end}")
