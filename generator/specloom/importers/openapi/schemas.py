"""Schemas to types: the dispatch over what a schema describes, and lists, maps and objects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias, cast

from ... import naming
from . import combinations, scalars
from .context import Context
from .documents import At
from .named_types import NamedType, TypeNames, implied_types, type_name
from .scalars import types_of
from .shapes import JSON, OBJECT, Shape, any_json, compact, keys_of
from .texts import about, clean, deprecation, is_clean
from .values import example_of, plain_value

Direction: TypeAlias = Literal["request", "response"]
MAX_INLINE_DEPTH = 6
MAX_INLINE_VALUES = 160
"""Characters of a type expression with values; longer ones are enums with a name."""
MAX_EXPRESSION = 300
_RESTRICTIONS = {
    "multipleOf": "multiples",
    "uniqueItems": "distinct items",
    "not": "what a value is not",
    "if": "conditions",
    "dependentSchemas": "dependent fields",
    "dependentRequired": "dependent fields",
    "dependencies": "dependent fields",
    "contains": "what a list contains",
    "propertyNames": "names of fields",
    "unevaluatedProperties": "unevaluated fields",
    "contentSchema": "the content of a string",
}


class SchemaConverter:
    """Converts schemas; `direction` is that of an inline schema, or None in a named type, which may be in both."""

    def __init__(self, context: Context, names: TypeNames) -> None:
        self.context = context
        self.names = names
        self.direction: Direction | None = None
        self.depth = 0
        self.tags: list[tuple[str, Shape]] = []
        """Tagged unions by name, whose members get the values of the tag when all types are known."""

    def convert(self, at: At, hint: str) -> Shape:
        """Return the type of a schema; `hint` names what has to be a named type."""
        if not at.is_map:
            if at.value is False:
                self.note(at, "loosened", "schema false", "no value is right; became json")
            elif at.value is not True:
                self.note(at, "repaired", "invalid schema", "not an object; became json")
            return any_json()
        if isinstance(at.raw("$ref"), str):
            return self._reference(at, hint)
        self.depth += 1
        try:
            if self.depth > MAX_INLINE_DEPTH * 4:
                self.note(at, "loosened", "deep schema", "too deep inside others; became json")
                return any_json()
            return self._bare(at, hint)
        finally:
            self.depth -= 1

    def declare(self, named: NamedType) -> None:
        """Convert the schema of a named type into its declaration."""
        at = named.at
        with self.context.owned_by(named.key):
            self.direction, self.depth = None, 0
            shape = self.convert(at, named.name)
            if shape.text == named.name and shape.enum is None:
                self.note(at, "repaired", "circular reference", "refers to itself; became json")
                shape = any_json()
            shape.nullable = False
            named.keys = self.declaration(shape, at, named.name)
            if shape.tag:
                self.tags.append((named.name, shape))

    def declaration(self, shape: Shape, at: At, name: str) -> dict[str, object]:
        """Return the declaration of a named type with the texts of its schema."""
        texts = about(at, self.context, name)
        if at.flag("deprecated"):
            self.note(
                at,
                "loosened",
                "deprecated type",
                "a type cannot be deprecated; said in its description",
            )
            texts["description"] = f"Deprecated. {texts.get('description', '')}".strip()
        if shape.enum is not None:
            whole: dict[str, object] = {"type": "integer"} if "number" in shape.kinds else {}
            return {**texts, **whole, "enum": shape.closed_texts or shape.enum}
        keys = keys_of(shape)
        head: dict[str, object] = {key: keys.pop(key) for key in ("type", "tag") if key in keys}
        if shape.tag:
            head["tag"] = shape.tag
        own = {**head, **texts, **keys}
        is_scalar = shape.kinds <= {"string", "number", "boolean"} and "|" not in shape.text
        if is_scalar and OBJECT not in shape.text and shape.text != JSON:
            example = example_of(at, shape, self.context)
            own |= {} if example is None else {"example": example}
        elif "secret" in own:
            own.pop("secret")
        return own

    def named(self, shape: Shape, at: At, hint: str) -> Shape:
        """Return a shape that is a name in place of an object, an enum or a tagged union."""
        if shape.inner is None and not shape.needs_name:
            return shape
        nullable, shape.nullable = shape.nullable, False
        if shape.inner is not None and shape.text != OBJECT and not shape.needs_name:
            name = self.names.add(f"{hint}Item", dict(shape.inner), at)
            text = re.sub(r"\bobject\b", name, shape.text)
            return Shape(text, shape.kinds, nullable, pattern=shape.pattern)
        name = self.names.add(hint, self.declaration(shape, at.replaced({}), hint), at)
        if shape.tag:
            self.tags.append((name, shape))
        return Shape(name, shape.kinds, nullable)

    def note(self, at: At, outcome: object, construct: str, message: str) -> None:
        self.context.note(at, cast("Literal['repaired']", outcome), construct, message)

    # references

    def _reference(self, at: At, hint: str) -> Shape:
        target = self.context.documents.follow(at)
        if target is None:
            reference = at.text("$ref")
            self.note(
                at,
                "repaired",
                "dangling reference",
                f"`{reference[:120]}` leads nowhere; became json",
            )
            return any_json()
        if not target.is_map:
            return self.convert(target, hint)
        first = self.context.documents.target(at, at.text("$ref")) or target
        if isinstance(first.raw("$ref"), str):  # a component that is a reference itself
            first = target
        kinds = self.names.kinds(first)
        null = self.is_nullable(first) or at.flag("nullable") or at.flag("x-nullable")
        if self.is_any(first):
            return any_json()
        named = self.names.of(first)
        return Shape(named.name, kinds, null)

    def is_any(self, at: At) -> bool:
        """Return whether a schema is any value, without a text that would be worth a name."""
        return not (at.map.keys() - {"description", "title", "nullable", "example", "x-nullable"})

    def is_nullable(self, at: At) -> bool:
        """Return whether null is a value of a schema, at the end of all references."""
        for _ in range(20):
            target = self.context.documents.follow(at)
            if target is None:
                return False
            _, null = types_of(target)
            listed = target.raw("enum")
            if null or (isinstance(listed, list) and None in listed):
                return True
            members = target.get("oneOf") or target.get("anyOf")
            if members is None:
                return False
            if any(
                combinations.is_null(self.context.documents.follow(each))
                for each in members.items()
            ):
                return True
            rest = [*members.items()]
            if len(rest) != 1:
                return False
            at = rest[0]
        return False

    # inline schemas

    def _bare(self, at: At, hint: str) -> Shape:
        self._note_restrictions(at)
        for keyword in ("allOf", "oneOf", "anyOf"):
            if isinstance(at.raw(keyword), list) and at.raw(keyword):
                return combinations.convert(self, at, hint)
        types, null = types_of(at)
        known = [each for each in types if each in _TYPES]
        if types and not known:
            self.note(
                at,
                "repaired",
                "unknown type",
                f"type {types[0]!r} is none of JSON; became what its keywords imply",
            )
        kinds = known or implied_types(at)
        if at.raw("enum") or at.raw("const") is not None:
            shape = self._values(at, kinds, hint)
        elif len(kinds) > 1:
            if "number" in kinds and "integer" in kinds:
                kinds.remove("integer")
            shape = combinations.union(
                self, at, [(self._typed(at, each, hint), at) for each in kinds], hint
            )
        else:
            shape = self._typed(at, kinds[0] if kinds else "", hint)
        shape.nullable = (shape.nullable or null) and shape.text != JSON
        return shape

    def _typed(self, at: At, type_: str, hint: str) -> Shape:
        match type_:
            case "string":
                text, pattern = scalars.string(at, self.context)
                secret = at.text("format") == "password"
                return Shape(text, frozenset({"string"}), pattern=pattern, secret=secret)
            case "integer":
                return Shape(scalars.integer(at, self.context), frozenset({"number"}))
            case "number":
                return Shape(scalars.number(at, self.context), frozenset({"number"}))
            case "boolean":
                return Shape("boolean", frozenset({"boolean"}))
            case "file":
                return Shape("file", frozenset({"string"}))
            case "array":
                return self._list(at, hint)
            case "object":
                return self.object_of(at, hint)
            case _:
                return any_json()

    def _values(self, at: At, kinds: list[str], hint: str) -> Shape:
        found, null = scalars.values(at, kinds, self.context)
        texts = all(isinstance(value, str) for value in found)
        whole = all(isinstance(value, int) and not isinstance(value, bool) for value in found)
        if not found:
            self.note(at, "loosened", "enum", "no value beside null; became json")
            return any_json()
        if any(isinstance(value, dict | list) for value in found):
            self.note(
                at, "loosened", "objects as values", "became what the type says, without the values"
            )
            without = {key: value for key, value in at.map.items() if key not in {"enum", "const"}}
            shape = self.convert(at.replaced(without), hint)
            shape.nullable = shape.nullable or null
            return shape
        expression = scalars.literals(found)
        if expression is None:
            text = "string" if all(isinstance(v, str) for v in found) else "number"
            if len({type(value) for value in found}) > 1:
                text = " | ".join(dict.fromkeys(_word(value) for value in found))
            self.note(
                at, "loosened", "values of several types", f"became {text}, without the values"
            )
            union_kinds = frozenset(
                {"string": "string", "boolean": "boolean"}.get(each, "number")
                for each in text.split(" | ")
            )
            return Shape(text, union_kinds, null)
        kind = frozenset({"string" if texts else "number" if whole else "boolean"})
        is_enum = (texts or whole) and len(found) > 1 and "(" in expression
        is_component = at.path[-2:-1] in {("schemas",), ("definitions",)}
        if is_enum and (is_component or len(expression) > MAX_INLINE_VALUES):
            rows = self._enum_rows(at, found)
            values = None if all(row is None for row in rows.values()) else rows
            shape = Shape(
                hint,
                kind,
                null,
                enum=[*found],
                closed_texts=cast("dict[str, object] | None", values),
            )
            return shape if is_component else self.named(shape, at, hint)
        return Shape(expression, kind, null)

    def _enum_rows(self, at: At, found: list[object]) -> dict[object, object]:
        """Return a row for each value: None, its text, or its member name where none can be derived or two are equal."""
        described = at.raw("x-enumDescriptions") or at.raw("x-enum-descriptions")
        texts: dict[object, object] = {}
        if isinstance(described, dict):
            texts = cast("dict[object, object]", described)
        elif isinstance(described, list):
            texts = dict(zip(found, cast("list[object]", described), strict=False))
        rows: dict[object, object] = {}
        taken: set[str] = set()
        for value in found:
            assert isinstance(value, str | int)
            name = naming.member(value) or "VALUE"
            unique, count = _member(name, value), 1
            while unique in taken:
                count += 1
                unique = f"{name}_{count}"
            taken.add(unique)
            text = texts.get(value)
            cleaned = clean(text, at, self.context) if isinstance(text, str) else ""
            if unique != naming.member(value):
                rows[value] = {"as": unique, **({"en": cleaned} if cleaned else {})}
            else:
                rows[value] = cleaned or None
        if any(row is not None for row in rows.values()):
            return {value: row if row is not None else str(value) for value, row in rows.items()}
        return rows

    def _list(self, at: At, hint: str) -> Shape:
        items = at.get("items")
        if "prefixItems" in at.map or isinstance(at.raw("items"), list):
            self.note(at, "loosened", "tuple", "became a list of json")
            items = None
        length = scalars.limits(at, "minItems", "maxItems", self.context)
        suffix = f"({length})" if length else ""
        item = self.convert(items, _singular(hint)) if items is not None else any_json()
        if item.needs_name:
            item = self.named(item, at, _singular(hint))
        if item.text.count("<") > 8 and items is not None:
            item = any_json()
        shape = Shape(f"list<{item.expression}>{suffix}", frozenset({"list"}))
        shape.inner, shape.pattern, shape.secret = item.inner, item.pattern, item.secret
        return shape

    def object_of(self, at: At, hint: str) -> Shape:
        """Return the object or map that a schema without combinations describes."""
        properties = at.get("properties")
        if properties is not None and not properties.is_map:
            self.note(properties, "repaired", "properties", "not an object; left out")
            properties = None
        if properties is None or not properties.map:
            return self._map(at, hint)
        required = required_names(at)
        for name in [name for name in required if name not in properties.map]:
            self.note(
                at, "repaired", "required", f"`{name}` is required, but is no property; left out"
            )
        inner: dict[str, object] = {
            "fields": self.fields(dict(properties.entries()), {*required}, hint)
        }
        extra = self.extra(at, hint)
        if extra is not None:
            inner["extra"] = extra
        shape = Shape(OBJECT, frozenset({"object"}), inner=inner)
        if self.depth > MAX_INLINE_DEPTH:
            return self.named(shape, at, hint)
        return shape

    def extra(self, at: At, hint: str) -> str | None:
        """Return the type of the fields that an object does not list; None if it keeps none."""
        more = at.get("additionalProperties")
        if at.get("patternProperties"):
            self.note(
                at, "loosened", "patternProperties", "became further fields of any name and value"
            )
            return JSON
        if more is None or more.value is False:
            return None
        if more.value is True or more.value == {}:
            return JSON
        return self.expression(more, f"{hint}Value")

    def _map(self, at: At, hint: str) -> Shape:
        more = at.get("additionalProperties")
        patterns = at.get("patternProperties")
        if (more is None or isinstance(more.value, bool)) and patterns and len(patterns.map) == 1:
            self.note(patterns, "loosened", "patternProperties", "became a map with any keys")
            more = next(each for _, each in patterns.entries())
        value = (
            self.convert(more, f"{hint}Value") if more is not None and more.is_map else any_json()
        )
        if value.needs_name:
            value = self.named(value, at, f"{hint}Value")
        length = scalars.limits(at, "minProperties", "maxProperties", self.context)
        shape = Shape(
            f"map<{value.expression}>" + (f"({length})" if length else ""), frozenset({"map"})
        )
        shape.inner, shape.pattern = value.inner, value.pattern
        return shape

    def expression(self, at: At, hint: str) -> str:
        """Return the type of a schema as an expression alone: whatever needs more gets a name."""
        shape = self.named(self.convert(at, hint), at, hint)
        if shape.pattern:
            self.note(at, "loosened", "pattern", "left out, because a type alone has none here")
        if shape.text == "file":
            return "string"
        return shape.expression

    # fields

    def fields(
        self, properties: Mapping[str, At], required: set[str], hint: str
    ) -> dict[str, object]:
        """Return the fields of an object."""
        result: dict[str, object] = {}
        names: set[str] = set()
        for wire, at in properties.items():
            if not wire or len(wire) > 200 or wire.endswith("?") or not is_clean(wire):
                self.note(
                    at, "left out", "name of a property", f"a field cannot be called {wire[:60]!r}"
                )
                continue
            only = self.only(at)
            if only is not None and self.direction is not None and only != self.direction:
                continue
            _, keys = self.field(at, wire, f"{hint}{type_name(wire) or 'Field'}")
            if only is not None and self.direction is None:
                keys["only"] = only
            is_required = wire in required
            if is_required and "default" in keys:
                self.note(
                    at, "left out", "default of a required field", "the server never needs it"
                )
                del keys["default"]
            python = naming.snake(wire)
            if python is None or python in names or python == "extra":
                keys["as"] = _argument(wire, names)
                python = str(keys["as"])
            names.add(python)
            result[wire if is_required else f"{wire}?"] = compact(ordered(keys))
        return result

    def field(self, at: At, wire: str, hint: str) -> tuple[Shape, dict[str, object]]:
        """Return the type and the keys of a field."""
        shape = self.convert(at, hint)
        if shape.text == "file":  # files are whole bodies and parts only
            shape = Shape("string", shape.kinds, shape.nullable)
        if shape.needs_name or len(shape.text) > MAX_EXPRESSION:
            shape = self.named(shape, at, hint)
        keys = keys_of(shape)
        keys |= about(at, self.context, wire)
        keys |= deprecation(at)
        if shape.inner is None:
            example = example_of(at, shape, self.context)
            if example is not None:
                keys["example"] = example
        written = at.raw("default")
        default = plain_value(written)
        if isinstance(written, dict | list):
            self.note(at, "left out", "default", "a default that is a list or an object")
        elif default is not None:
            keys["default"] = default
        elif written is not None:
            self.note(at, "left out", "default", "its text cannot be in a spec")
        return shape, keys

    def only(self, at: At) -> Direction | None:
        """Return the only direction of a property."""
        for each in (at, self.context.documents.follow(at) if at.raw("$ref") else None):
            if each is None:
                continue
            if each.flag("readOnly") != each.flag("writeOnly"):
                return "response" if each.flag("readOnly") else "request"
        return None

    def _note_restrictions(self, at: At) -> None:
        for keyword, what in _RESTRICTIONS.items():
            if at.raw(keyword) not in (None, False):
                self.note(at, "loosened", keyword, f"the spec does not say {what}")


_TYPES = {"string", "integer", "number", "boolean", "array", "object", "file"}
_ORDER = (
    "type",
    "title",
    "description",
    "example",
    "default",
    "only",
    "deprecated",
    "pattern",
    "secret",
    "as",
    "style",
    "media",
    "name",
    "includes",
    "fields",
    "extra",
)


def ordered(keys: dict[str, object]) -> dict[str, object]:
    """Return the keys of a field in the order in which people read them."""
    return {key: keys[key] for key in _ORDER if key in keys}


def required_names(at: At) -> list[str]:
    written = at.raw("required")
    if not isinstance(written, list):
        return []
    return [*dict.fromkeys(name for name in cast("list[object]", written) if isinstance(name, str))]


def _argument(wire: str, taken: set[str]) -> str:
    """Return a Python name for a wire name without one of its own: `a<` → `a_before`, `-1` → `minus_1`."""
    spelled = wire.replace("<", " lt ").replace(">", " gt ").replace("=", " eq ")
    spelled = re.sub(r"^-", "minus ", re.sub(r"^\+", "plus ", spelled))
    name = naming.snake(re.sub(r"[^\x00-\x7f]", " ", spelled)) or "field"
    unique, count = name, 1
    while unique in taken or unique == "extra":
        count += 1
        unique = f"{name.rstrip('_')}_{count}"
    return unique


argument_name = _argument


def _member(name: str, value: object) -> str:
    if isinstance(value, str) and re.match(r"[-+]\d", value):
        return ("MINUS_" if value[0] == "-" else "PLUS_") + name.removeprefix("N")
    return name if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) else "VALUE"


def _singular(hint: str) -> str:
    if hint.endswith("ies") and len(hint) > 4:
        return hint[:-3] + "y"
    if hint.endswith("s") and not hint.endswith(("ss", "us", "is")) and len(hint) > 3:
        return hint[:-1]
    return f"{hint}Item"


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"
