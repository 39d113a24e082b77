"""Shapes: types as the spec language writes them, with the object that `object` in them means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from msgspec import Struct, field

OBJECT = "object"
JSON = "json"


class Shape(Struct):
    """A type expression without its final `?`, and what stands beside it."""

    text: str
    kinds: frozenset[str]
    """Kinds of its JSON values: string, number, boolean, list, object, map, any."""
    nullable: bool = False
    inner: dict[str, object] | None = None
    """`fields`, `includes` and `extra` of the object that `object` in the expression means."""
    pattern: str | None = None
    secret: bool = False
    enum: list[object] | None = None
    """Values of an enum, which needs a name."""
    tag: str | None = None
    """Field that distinguishes the objects of a union, which then needs a name."""
    tagged: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Values of the tag for each member."""
    closed_texts: dict[str, object] | None = None
    """Texts of the values of an enum."""
    format: str = ""

    @property
    def expression(self) -> str:
        return self.text + "?" * self.nullable

    @property
    def needs_name(self) -> bool:
        return self.enum is not None or self.tag is not None


def any_json(*, nullable: bool = False) -> Shape:
    return Shape(JSON, frozenset({"any"}), nullable=False)


def keys_of(shape: Shape) -> dict[str, object]:
    """Return the keys of a field or a named type for a shape: its type, and what stands beside it."""
    keys: dict[str, object] = {}
    if shape.expression != OBJECT:
        keys["type"] = shape.expression
    if shape.pattern:
        keys["pattern"] = shape.pattern
    if shape.secret:
        keys["secret"] = True
    return keys | (shape.inner or {})


def compact(keys: dict[str, object]) -> object:
    """Return the short form of a field: its type alone if it has nothing else."""
    return keys["type"] if [*keys] == ["type"] else keys


def fields_of(inner: Mapping[str, object] | None) -> dict[str, object]:
    return cast("dict[str, object]", (inner or {}).get("fields") or {})
