"""Layout of maps and lists: on one line if they are short, else as blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from msgspec import Struct

from . import scalars

WIDTH = 120
_LONGEST_KEY = 1000
"""libyaml accepts keys of up to 1,024 characters without a question mark."""


class Commented(Struct, frozen=True):
    """A value with a comment, which is written above its key or list item."""

    value: object
    comment: str


def split_comment(value: object) -> tuple[object, list[str]]:
    """Return a value without its comment, and the lines of the comment."""
    if not isinstance(value, Commented):
        return value, []
    lines = [f"# {line}".rstrip() for line in value.comment.splitlines()]
    return value.value, lines


def is_map(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    return isinstance(value, list | tuple)


def entry(name: object, value: object, indent: int, *, expanded: bool = False) -> list[str]:
    """Return the lines of a key with its value; a map or list that is `expanded` is always a block."""
    value, comment = split_comment(value)
    pad = " " * indent
    key = scalars.key(str(name), flow=False)
    head = f"{pad}{key}:" if len(key) < _LONGEST_KEY else f"{pad}? {key}\n{pad}:"
    return [*(pad + line for line in comment), *_after(head, value, indent, expanded)]


def _after(head: str, value: object, indent: int, expanded: bool) -> list[str]:
    if isinstance(value, str):
        lines = scalars.block(value, indent + 2)
        if lines:
            return [f"{head} {lines[0]}", *lines[1:]]
    if not (is_map(value) or is_list(value)):
        return [f"{head} {scalars.scalar(value, flow=False)}"]
    if not expanded or not value:
        line = inline(value, WIDTH - len(head) - 1)
        if line is not None:
            return [f"{head} {line}"]
    return [head, *block(value, indent + 2)]


def block(
    value: Mapping[object, object] | list[object] | tuple[object, ...], indent: int
) -> list[str]:
    """Return a map or list as a block."""
    if is_map(value):
        return [line for name, each in value.items() for line in entry(name, each, indent)]
    return [line for each in value for line in item(each, indent)]


def item(value: object, indent: int) -> list[str]:
    """Return the lines of a list item."""
    value, comment = split_comment(value)
    pad = " " * indent
    above = [pad + line for line in comment]
    if not (is_map(value) or is_list(value)) or not value:
        return [*above, *_after(f"{pad}-", value, indent, False)]
    line = inline(value, WIDTH - indent - 2)
    if line is not None:
        return [*above, f"{pad}- {line}"]
    if is_map(value):
        first = next(iter(value.values()))
        if isinstance(first, Commented):
            return [*above, f"{pad}-", *block(value, indent + 2)]
    inner = block(value, indent + 2)
    return [*above, f"{pad}- {inner[0][indent + 2 :]}", *inner[1:]]


def inline(value: object, width: int) -> str | None:
    """Return a value on one line; None if it is wider, or has a comment or a text of several lines."""
    if (is_map(value) or is_list(value)) and not value:
        return "{}" if is_map(value) else "[]"
    if width < 1 or isinstance(value, Commented):
        return None
    if isinstance(value, str) and (len(value) > width or "\n" in value):
        return None
    if not (is_map(value) or is_list(value)):
        text = scalars.scalar(value, flow=True)
        return text if len(text) <= width else None
    parts: list[str] = []
    left = width - 2
    if is_map(value):
        for name, each in value.items():
            head = scalars.key(str(name), flow=True)
            inner = inline(each, left - len(head) - 2)
            if inner is None:
                return None
            parts.append(f"{head}: {inner}")
            left -= len(parts[-1]) + 2
    else:
        for each in value:
            inner = inline(each, left)
            if inner is None:
                return None
            parts.append(inner)
            left -= len(inner) + 2
    if left < -2:
        return None
    joined = ", ".join(parts)
    return f"{{{joined}}}" if is_map(value) else f"[{joined}]"
