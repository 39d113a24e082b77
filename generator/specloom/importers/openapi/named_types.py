"""Named types: schemas that references name, and parts that need a name because the language cannot write them inline.

A name is given at the first reference; the schemas are converted one after another, so a chain of references needs no recursion.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Hashable
from typing import cast

from msgspec import Struct

from ... import naming
from .context import Context
from .documents import At
from .scalars import types_of

MAX_NAME = 80


class NamedType(Struct):
    """A named type: its declaration, and the schema that it comes from."""

    key: Hashable
    name: str
    at: At
    keys: dict[str, object] | None = None
    """The declaration, once it is converted."""


class TypeNames:
    """Names of types by schema; a name is used once, also in another case."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.types: dict[Hashable, NamedType] = {}
        self.waiting: deque[NamedType] = deque()
        self._taken: set[str] = set()
        self._by_content: dict[str, NamedType] = {}
        self._kinds: dict[Hashable, frozenset[str]] = {}

    def of(self, target: At) -> NamedType:
        """Return the named type of a schema that a reference names; use it in the current owner."""
        named = self.types.get(target.key)
        if named is None:
            named = NamedType(target.key, self._unique(self._wanted(target)), target)
            self.types[target.key] = named
            self.waiting.append(named)
        self.context.use(named.key)
        return named

    def add(self, hint: str, keys: dict[str, object], at: At) -> str:
        """Return the name of a new type for a declaration, or of an equal one."""
        content = repr(keys)
        named = self._by_content.get(content)
        if named is None:
            named = NamedType(("added", content), self._unique(type_name(hint) or "Item"), at, keys)
            self._by_content[content] = named
            self.types[named.key] = named
            used = self.context.uses.get(self.context.owner, set())
            # Types inside the declaration were used by the owner; they belong to the new type, too.
            self.context.uses.setdefault(named.key, set()).update(used - {named.key})
        self.context.use(named.key)
        return named.name

    def named(self, name: str) -> NamedType | None:
        return next((each for each in self.types.values() if each.name == name), None)

    def _wanted(self, target: At) -> str:
        steps = [str(step) for step in target.path if not str(step).isdecimal()]
        words = [step for step in steps if step not in {"properties", "items", "schema", "schemas"}]
        if not target.path:
            return type_name(target.document.path.stem) or "Document"
        name = type_name(words[-1]) if words else None
        parent = words[-2] if len(words) > 1 else ""
        if name and target.path[-2:-1] == ("properties",) and type_name(parent):
            name = f"{type_name(parent)}{name}"
        return name or type_name(target.text("title")) or "Type"

    def _unique(self, name: str) -> str:
        name = name[:MAX_NAME]
        unique, count = name, 1
        while unique.lower() in self._taken or unique in naming.RESERVED_CLASSES:
            count += 1
            unique = f"{name}{count}"
        self._taken.add(unique.lower())
        return unique

    def kinds(self, at: At) -> frozenset[str]:
        """Return the kinds of JSON values of a schema, without converting it."""
        known = self._kinds.get(at.key)
        if known is None:
            known = self._kinds[at.key] = self._find_kinds(at, 0, set())
        return known

    def _find_kinds(self, at: At, depth: int, seen: set[Hashable]) -> frozenset[str]:
        target = self.context.documents.follow(at)
        if target is None or target.key in seen or depth > 20:
            return frozenset({"any"})
        seen = seen | {target.key}
        for keyword in ("oneOf", "anyOf"):
            members = target.get(keyword)
            found = frozenset[str]().union(
                *(
                    self._find_kinds(each, depth + 1, seen)
                    for each in (members.items() if members else ())
                )
            ) - {"null"}
            if found and not target.raw("properties"):
                return found
        parts = target.get("allOf")
        if parts:
            for part in parts.items():
                found = self._find_kinds(part, depth + 1, seen)
                if "any" not in found:
                    return frozenset({"object"}) if found == frozenset({"map"}) else found
        types, null = types_of(target)
        if not types:
            types = _implied(target)
        if not types and null:
            return frozenset({"null"} if target.raw("type") else {"any"})
        kinds = {_KINDS.get(type_, "any") for type_ in types} or {"any"}
        if "object" in kinds and not target.raw("properties") and not parts:
            kinds = kinds - {"object"} | {"map"}
        return frozenset(kinds)


_KINDS = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "array": "list",
    "object": "object",
    "file": "string",
}


def _implied(at: At) -> list[str]:
    """Return the type that the keywords of a schema without a type imply."""
    keys = at.map.keys()
    if keys & {"properties", "additionalProperties", "patternProperties"}:
        return ["object"]
    if keys & {"items", "prefixItems", "minItems", "maxItems"}:
        return ["array"]
    values = cast("list[object]", at.raw("enum") if isinstance(at.raw("enum"), list) else [])
    values = values or ([at.raw("const")] if at.raw("const") is not None else [])
    types = dict.fromkeys(
        (
            "boolean"
            if isinstance(v, bool)
            else "string" if isinstance(v, str) else "integer" if isinstance(v, int) else "number"
        )
        for v in values
        if v is not None and not isinstance(v, dict | list)
    )
    if types:
        return [*types]
    if keys & {"pattern", "minLength", "maxLength"}:
        return ["string"]
    if keys & {"minimum", "maximum", "multipleOf"}:
        return ["number"]
    return ["string"] if at.text("format") in _STRING_FORMATS else []


_STRING_FORMATS = {
    "date-time",
    "date",
    "uuid",
    "uri",
    "email",
    "byte",
    "binary",
    "password",
    "duration",
}
implied_types = _implied


def type_name(text: str) -> str | None:
    """Return a type name from any text: `pet-item`, `v1.Pet` → `PetItem`, `V1Pet`; a name that is one already stays."""
    if naming.is_pascal(text):
        return text[:MAX_NAME]
    words = re.findall(r"[A-Za-z0-9]+", text)
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    if not joined:
        return None
    return (joined if joined[0].isalpha() else f"N{joined}")[:MAX_NAME]
