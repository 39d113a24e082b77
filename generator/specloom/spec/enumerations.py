"""Enumerations: values with their texts and member names."""

from __future__ import annotations

from .. import naming
from ..model import Enumeration, EnumValue, Text, wire_text
from .collector import DiagnosticCollector, line_reference
from .localized import TextReader, child, entries, items, word
from .nodes import MapNode, Node, Scalar, is_empty, location_of, resolve
from .symbols import Declaration, is_closed

_AS = frozenset({"as"})
_MAX_VALUE_LENGTH = 500
"""Characters."""


def build(
    declaration: Declaration, texts: TextReader, diagnostics: DiagnosticCollector
) -> Enumeration:
    """Return the enumeration that a declaration with `enum` describes."""
    node = declaration.node
    whole = word(node.get("type")) == "integer"
    members: dict[str, Scalar] = {}
    values: dict[str | int, EnumValue] = {}
    for key, meaning in _rows(node.get("enum")):
        value = _value(key, whole, diagnostics)
        name = word(child(meaning, "as")) or (naming.member(value) if value is not None else "")
        if value is None:
            continue
        if not name:
            diagnostics.add(
                key,
                "member-name",
                f"cannot derive a member name from `{wire_text(key.text)}`",
                "add one: {as: THUMBS_UP, en: …}",
            )
            continue
        if value in values:
            diagnostics.add(
                key,
                "duplicate-value",
                f"duplicate value `{wire_text(key.text)}`",
                "remove one of them",
            )
            continue
        other = members.setdefault(name, key)
        if other is not key:
            diagnostics.add(
                key,
                "duplicate-member",
                f"`{wire_text(key.text)}` and `{wire_text(other.text)}` ({line_reference(location_of(other))}) have the same member name `{name}`",
                "give one of them another name with `as:`",
            )
            continue
        values[value] = EnumValue(
            value, name, texts.read(meaning, besides=_AS) if meaning else Text()
        )
    return Enumeration(
        declaration.name,
        tuple(values.values()),
        is_closed(declaration),
        texts.read(node.get("title")),
        texts.read(node.get("description")),
        location_of(declaration.key),
    )


def _rows(node: Node | None) -> list[tuple[Scalar, Node | None]]:
    """Return the values of a map or list with their texts."""
    if isinstance(node, MapNode):
        return [
            (key, value)
            for key, value in entries(node)
            if not (isinstance(value, MapNode) and not value.entries)
        ]
    return [(item, None) for item in items(node) if isinstance(item, Scalar)]


def _value(key: Scalar, whole: bool, diagnostics: DiagnosticCollector) -> str | int | None:
    if not whole:
        if is_empty(key):
            diagnostics.add(
                key,
                "invalid-value",
                "missing value",
                'write an empty text in quotes: ""',
            )
            return None
        if len(key.text) > _MAX_VALUE_LENGTH:
            diagnostics.add(
                key,
                "invalid-value",
                f"value is too long; expected at most {_MAX_VALUE_LENGTH} characters",
            )
            return None
        return key.text
    try:
        value = resolve(Scalar(key.source, key.line, key.column, key.width, key.text, "plain"))
    except ValueError:
        value = None
    if not isinstance(value, int) or isinstance(value, bool):
        diagnostics.add(
            key,
            "invalid-value",
            f"`{wire_text(key.text)}` is not an integer",
            "write an integer, or remove `type: integer`",
        )
        return None
    return value
