"""Enumerations: values with their texts and the names of their members."""

from __future__ import annotations

from .. import naming
from ..model import Enumeration, EnumValue, Text, wire_text
from .collector import DiagnosticCollector, line_reference
from .localized import TextReader, child, entries, items, word
from .nodes import MapNode, Node, Scalar, is_empty, location_of, resolve
from .symbols import Declaration, is_closed

_AS = frozenset({"as"})
_MAX_VALUE_LENGTH = 500
"""Characters of a value."""


def build(
    declaration: Declaration, texts: TextReader, diagnostics: DiagnosticCollector
) -> Enumeration:
    """The enumeration that a declaration with `enum` means."""
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
                f"no name in Python can be made of `{wire_text(key.text)}`",
                "say it: {as: THUMBS_UP, en: …}",
            )
            continue
        if value in values:
            diagnostics.add(key, "twice", f"`{wire_text(key.text)}` stands here twice")
            continue
        other = members.setdefault(name, key)
        if other is not key:
            diagnostics.add(
                key,
                "member-twice",
                f"`{wire_text(key.text)}` and `{wire_text(other.text)}` ({line_reference(location_of(other))}) are both `{name}` in Python",
                "say `as:` for one of them",
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
    """Values with their texts, of the map or of the list."""
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
                "wrong-value",
                "a value is expected here",
                'the empty text is written in quotes: ""',
            )
            return None
        if len(key.text) > _MAX_VALUE_LENGTH:
            diagnostics.add(
                key, "wrong-value", f"a value has at most {_MAX_VALUE_LENGTH} characters"
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
            "wrong-value",
            f"`{wire_text(key.text)}` is not a whole number, as `type: integer` demands",
        )
        return None
    return value
