"""Nodes of YAML and JSON files, with their positions.

A scalar keeps its text as written. Its reader decides whether it is a text, a number or any JSON value, with the functions below. YAML and
JSON files yield the same nodes, so all later stages handle both.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct, field

from ..model import Json, SourceLocation

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,4})?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
MAX_NUMBER_LENGTH = 100
"""Longer numbers are rejected, because converting them takes quadratic time."""


class Source(Struct, frozen=True):
    """A file: its path as the user named it, and its text."""

    path: str
    text: str
    lines: list[str]


class Scalar(Struct, eq=False):
    """A scalar. `style` "json" is a bare word or number of a JSON file, never a text. `cut`: ` #` follows immediately."""

    source: Source
    line: int
    column: int
    width: int
    """Width in columns on the first line."""
    text: str
    style: Literal["plain", "quoted", "block", "json"]
    cut: bool = False

    @property
    def bare(self) -> bool:
        """True if the scalar may be something other than a text."""
        return self.style == "plain" or self.style == "json"


class ListNode(Struct, eq=False):
    """A list of nodes."""

    source: Source
    line: int
    column: int
    items: list[Node] = field(default_factory=list["Node"])


class Entry(NamedTuple):
    """A key and a value of a map."""

    key: Scalar
    value: Node


class MapNode(Struct, eq=False):
    """A map of nodes by key text; `flow` is true for braces in YAML."""

    source: Source
    line: int
    column: int
    flow: bool = False
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.value if entry else None


Node: TypeAlias = "Scalar | ListNode | MapNode"


def location_of(node: Node) -> SourceLocation:
    return SourceLocation(node.source.path, node.line, node.column)


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.bare and _WORDS.get(node.text, True) is None


def is_empty(node: Node) -> bool:
    """Return whether the scalar is empty and unquoted."""
    return isinstance(node, Scalar) and node.style == "plain" and node.text == ""


def resolve(scalar: Scalar) -> Json:
    """Return the value of a scalar by the YAML 1.2 core schema (section 10.3); numbers with a fraction are exact.

    Raises `ValueError` for infinity, NaN and numbers that are too long.
    """
    text = scalar.text
    if not scalar.bare:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _NOT_A_NUMBER.fullmatch(text):
        raise ValueError("infinity and NaN are not valid JSON")
    if not _NUMBER.fullmatch(text) and not _INTEGER.fullmatch(text):
        return text
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError(f"number has more than {MAX_NUMBER_LENGTH} characters")
    if _INTEGER.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    return Decimal(text)


def to_json(node: Node) -> Json:
    """Return the JSON value of a node; raises `ValueError` as `resolve` does. The file readers limit the depth."""
    match node:
        case Scalar():
            return resolve(node)
        case ListNode():
            return [to_json(item) for item in node.items]
        case MapNode():
            return {key: to_json(entry.value) for key, entry in node.entries.items()}
