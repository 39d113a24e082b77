"""Schemas of an export to types and fields of a spec."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from msgspec import Struct

from .... import naming
from ..documents import At
from ..scalars import plain, quoted
from .texts import NotExact, Texts, extension, extensions, require_only

_KEYWORDS = frozenset(
    [
        *("type", "format", "enum", "const", "nullable", "minimum", "maximum"),
        *("exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems"),
        *("maxItems", "minProperties", "maxProperties", "pattern", "items", "properties"),
        *("required", "additionalProperties", "anyOf", "oneOf", "discriminator", "$ref"),
        *("allOf", "contentMediaType", "contentEncoding", "contentSchema", "title"),
        *("description", "default", "example", "examples", "deprecated"),
        *("readOnly", "writeOnly"),
    ]
)
_VALUES = ("example", "examples", "default", "mapping", "x-specloom-examples")
_OF_FIELDS = ("as", "when", "since", "encrypted", "secret", "fill", "style")


class TypeText(Struct):
    """A type expression, and what stands beside it in a field."""

    text: str
    is_nullable: bool = False
    patterns: frozenset[str | None] = frozenset()
    """Patterns of the strings in it, with None for a string without one."""
    media: object = None
    inline: At | None = None
    """The object that `object` means."""

    @property
    def expression(self) -> str:
        return self.text + "?" * self.is_nullable

    @property
    def pattern(self) -> str | None:
        """The pattern of all strings in it."""
        return next(iter(self.patterns)) if len(self.patterns) == 1 else None


class Place(Struct, frozen=True):
    """Where a type is written: the module, and the class name of what has the field."""

    module: tuple[str, ...]
    owner: str


class SchemaReader:
    """Reads the schemas of one document."""

    def __init__(self, root: At, texts: Texts) -> None:
        self.texts = texts
        components = root.get("components")
        listed = components.get("schemas") if components else None
        self.components = dict(listed.entries()) if listed else {}
        self.units: dict[str, object] = {}
        """Units by name."""
        self.aliases: dict[str, dict[str, object]] = {}
        """Types for what only a named type can say, by name."""
        self._uses = _uses(root)
        self._names_patterns = False

    def module(self, component: At) -> tuple[str, ...]:
        written = extension(component, "module")
        return tuple(written.split(".")) if isinstance(written, str) else ("_types",)

    def is_inline(self, component: At, module: tuple[str, ...]) -> bool:
        """Return whether an object can be written where it is used: it is used once, in its own file."""
        return (
            extension(component, "inline") is True
            and self.module(component) == module
            and self._uses.get(_name(component), 0) == 1
        )

    def declared(self) -> dict[tuple[str, ...], dict[str, object]]:
        """Return the types of each file by name."""
        files: dict[tuple[str, ...], dict[str, object]] = {}
        for at in self.components.values():
            module = self.module(at)
            if not self.is_inline(at, module):
                name = _name(at).rpartition(".")[2]
                files.setdefault(module, {})[name] = self._declaration(at, Place(module, name))
        return files

    def _declaration(self, at: At, place: Place) -> dict[str, object]:
        require_only(at, _KEYWORDS)
        texts = self.texts.of(at, title="title", description="description")
        if (rows := extension(at, "enum")) is not None:
            return texts | self._enumeration(at, cast("list[dict[str, object]]", rows))
        members = at.get("oneOf") or at.get("anyOf")
        if members is not None:
            tag = extension(at, "tag")
            discriminator = at.get("discriminator")
            tag = discriminator.raw("propertyName") if discriminator else tag
            expression = " | ".join(self.expression(each, place.module) for each in members.items())
            return {"type": expression, **({"tag": tag} if tag is not None else {}), **texts}
        if at.raw("type") != "object" or extension(at, "type") is not None:
            raise NotExact(at, "a component that is no object, enumeration or union")
        return texts | self.object_of(at, place)

    def _enumeration(self, at: At, rows: Sequence[Mapping[str, object]]) -> dict[str, object]:
        has_texts = any(row.get("text") for row in rows)
        listed: dict[object, object] = {}
        for row in rows:
            value, text = cast("str | int", row["value"]), row.get("text")
            name = row.get("as") or naming.member(value)
            is_own = name != naming.member(value)
            if is_own or (has_texts and not text):
                listed[value] = {"as": name, **self._by_language(text)}
            else:
                listed[value] = text
        is_list = all(each is None for each in listed.values())
        return {
            **({"type": "integer"} if isinstance(rows[0]["value"], int) else {}),
            "enum": [*listed] if is_list else listed,
            **({} if "anyOf" in at.map else {"closed": True}),
        }

    def _by_language(self, text: object) -> dict[str, object]:
        if isinstance(text, dict):
            return cast("dict[str, object]", text)
        return {self.texts.languages[0]: text} if text else {}

    def object_of(self, at: At, place: Place) -> dict[str, object]:
        """Return `fields` and `extra` of an object."""
        required = cast("list[str]", at.raw("required") or [])
        properties = at.get("properties")
        fields: dict[str, object] = {}
        for wire, each in properties.entries() if properties else ():
            key = wire if wire in required else f"{wire}?"
            fields[key] = compact(self.field(each, wire, place))
        keys: dict[str, object] = {"fields": fields}
        extra = at.get("additionalProperties")
        if extra is not None:
            keys["extra"] = self.expression(extra, place.module)
            if extension(extra, "secret") is True:
                keys["extra"] = self._alias({"type": keys["extra"], "secret": True})
        return keys

    def field(self, at: At, wire: str, place: Place, about: At | None = None) -> dict[str, object]:
        """Return the keys of a field; `about` is the parameter that has its texts."""
        found = self._type_with_patterns(at, place.module)
        keys: dict[str, object] = {"type": found.expression}
        labels = about or at
        keys |= self.texts.of(labels, title="title", description="description")
        for key in ("default", "example"):
            if key in at.map:
                keys[key] = at.raw(key)
        keys |= extensions(at, ("example", "default"))
        examples = at.raw("examples")
        if isinstance(examples, list) and examples:
            keys["example"] = cast("list[object]", examples)[0]
        if at.flag("deprecated") or labels.flag("deprecated"):
            keys["deprecated"] = extension(labels, "deprecated") or True
        for flag, only in (("readOnly", "response"), ("writeOnly", "request")):
            if at.flag(flag):
                keys["only"] = only
        keys |= extensions(labels, _OF_FIELDS)
        if (unit := extension(labels, "unit")) is not None:
            keys["unit"] = self._unit(unit)
        if found.media:
            keys["media"] = found.media
        if found.pattern is not None:
            keys["pattern"] = found.pattern
        if found.inline is not None:
            if keys["type"] == "object":
                del keys["type"]
            part = naming.pascal(str(keys.get("as") or wire)) or "ObjectExpr"
            name = _name(found.inline).rpartition(".")[2]
            derived = naming.class_name(place.owner.rstrip("_") + part)
            keys |= {"name": name} if name != derived else {}
            for key in ("title", "description"):
                keys.pop(key, None)
            keys |= self._labels_of_object(labels, found.inline)
            keys |= self.object_of(found.inline, Place(place.module, name))
        return keys

    def _labels_of_object(self, field: At, inline: At) -> dict[str, object]:
        """Return the texts of a field with an object: both have the same."""
        own = self.texts.of(field, title="title", description="description")
        return own or self.texts.of(inline, title="title", description="description")

    def _type_with_patterns(self, at: At, module: tuple[str, ...]) -> TypeText:
        """Return a type whose strings all have the same pattern, or names for those with patterns."""
        found = self.type_of(at, module)
        if len(found.patterns) > 1:
            self._names_patterns = True
            found = self.type_of(at, module)
            self._names_patterns = False
        return found

    def expression(self, at: At, module: tuple[str, ...]) -> str:
        """Return the expression of a type without keys beside it."""
        self._names_patterns = True
        found = self.type_of(at, module)
        self._names_patterns = False
        if found.inline is not None:
            raise NotExact(at, "an object without a name")
        return found.expression

    def _alias(self, keys: dict[str, object]) -> str:
        """Return the name of a type with these keys; it is expanded where it is used."""
        for name, known in self.aliases.items():
            if known == keys:
                return name
        taken = {_name(at).rpartition(".")[2].lower() for at in self.components.values()}
        number = len(self.aliases) + 1
        while f"text{number}" in taken:
            number += 1
        self.aliases[f"Text{number}"] = keys
        return f"Text{number}"

    def _unit(self, text: object) -> str:
        for name, known in self.units.items():
            if known == text:
                return name
        first = (
            next(iter(cast("dict[str, object]", text).values())) if isinstance(text, dict) else text
        )
        base = (naming.snake(re.sub(r"\(.*", "", str(first))[:30]) or "unit").strip("_") or "unit"
        name, count = base, 1
        while name in self.units:
            count += 1
            name = f"{base}_{count}"
        self.units[name] = text
        return name

    # types

    def target(self, at: At) -> At | None:
        """Return the component that a schema refers to, also with keys beside the reference."""
        reference = at.raw("$ref")
        parts = at.raw("allOf")
        if reference is None and isinstance(parts, list) and len(cast("list[object]", parts)) == 1:
            return self.target(next(iter(cast("At", at.get("allOf")).items())))
        if not isinstance(reference, str):
            return None
        name = reference.removeprefix("#/components/schemas/")
        if name not in self.components:
            raise NotExact(at, f"`{reference[:80]}`")
        return self.components[name]

    def type_of(self, at: At, module: tuple[str, ...]) -> TypeText:
        """Return the type of a schema."""
        require_only(at, _KEYWORDS)
        target = self.target(at)
        if target is not None:
            if self.is_inline(target, module):
                return TypeText("object", inline=target)
            return TypeText(self.reference(target, module))
        members = at.get("anyOf")
        if members is not None:
            return self._any_of([*members.items()], module)
        if "oneOf" in at.map or "allOf" in at.map:
            raise NotExact(at, "a combination")
        written = at.raw("type")
        kinds = cast("list[object]", written) if isinstance(written, list) else [written]
        is_nullable = at.flag("nullable") or "null" in kinds
        kinds = [kind for kind in kinds if kind not in ("null", None)]
        if len(kinds) > 1:
            raise NotExact(at, "several types")
        found = self._one(at, kinds[0] if kinds else None, module)
        found.is_nullable = found.is_nullable or is_nullable
        return found

    def _any_of(self, members: list[At], module: tuple[str, ...]) -> TypeText:
        parts: list[TypeText] = []
        is_nullable = False
        for member in members:
            if member.raw("type") == "null" or member.raw("enum") == [None]:
                is_nullable = True
            else:
                parts.append(self.type_of(member, module))
        found = TypeText(" | ".join(part.text for part in parts), is_nullable)
        for part in parts:
            found.is_nullable = found.is_nullable or part.is_nullable
            found.patterns |= part.patterns
            found.inline = found.inline or part.inline
            found.media = found.media or part.media
        return found

    def _one(self, at: At, kind: object, module: tuple[str, ...]) -> TypeText:
        word = extension(at, "type")
        media = extension(at, "media")
        if isinstance(word, str) and word not in ("decimal", "text"):
            return TypeText(word.removesuffix("?"), word.endswith("?"), media=media)
        inner = at.get("contentSchema") or at.get("x-specloom-json-text")
        if inner is not None:
            before, self._names_patterns = self._names_patterns, True
            found = self.type_of(inner, module)
            self._names_patterns = before
            return _around("text", found, "")
        match kind:
            case None if not {"enum", "const"} & at.map.keys():
                return TypeText("json")
            case "string":
                return self._string(at, word, media)
            case "integer" | "number":
                values = at.raw("enum") or ([at.raw("const")] if "const" in at.map else None)
                if values:
                    numbers = [str(each) for each in cast("list[object]", values)]
                    text = (
                        " | ".join(numbers) if len(numbers) > 1 else f"{numbers[0]}..{numbers[0]}"
                    )
                    return TypeText(f"integer({text})")
                return TypeText(f"{word or kind}{_brackets(_range(at))}")
            case "boolean":
                values = at.raw("enum") or ([at.raw("const")] if "const" in at.map else None)
                only = cast("list[object]", values)[0] if values else None
                return TypeText("boolean" if only is None else f"boolean({str(only).lower()})")
            case "array":
                items = at.get("items")
                if items is None:
                    raise NotExact(at, "an array without items")
                length = _length(at, "minItems", "maxItems")
                return _around("list", self.type_of(items, module), length)
            case "object":
                values = at.get("additionalProperties")
                if values is None or not values.is_map or "properties" in at.map:
                    raise NotExact(at, "an object that is no component")
                length = _length(at, "minProperties", "maxProperties")
                return _around("map", self.type_of(values, module), length)
            case _:
                raise NotExact(at, f"type `{str(kind)[:40]}`")

    def _string(self, at: At, word: object, media: object) -> TypeText:
        values = at.raw("enum") or ([at.raw("const")] if "const" in at.map else None)
        pattern = extension(at, "pattern")
        if pattern is None and "pattern" in at.map:
            raise NotExact(at, "a pattern of JSON Schema")
        if values:
            texts = cast("list[object]", values)
            if not all(isinstance(each, str) for each in texts):
                raise NotExact(at, "values of another type")
            shown = " | ".join(quoted(str(each)) for each in texts)
            return self._with_pattern(f"string({shown})", pattern)
        length = _brackets(_length(at, "minLength", "maxLength"))
        if word == "text":
            return TypeText(f"text{length}", media=media)
        format_ = at.text("format")
        if format_ in ("date-time", "date", "duration"):
            return TypeText({"date-time": "datetime"}.get(format_, format_))
        if format_ or "contentEncoding" in at.map:
            raise NotExact(at, f"format `{format_[:40]}`")
        return self._with_pattern(f"string{length}", pattern)

    def _with_pattern(self, text: str, pattern: object) -> TypeText:
        if self._names_patterns and pattern is not None:
            return TypeText(self._alias({"type": text, "pattern": pattern}))
        return TypeText(text, patterns=frozenset([cast("str | None", pattern)]))

    def reference(self, target: At, module: tuple[str, ...]) -> str:
        """Return the name of a type in a file."""
        name, own = _name(target).rpartition(".")[2], self.module(target)
        folder = own[:-1] if own[-1] == "_types" else own
        is_above = own[-1] == "_types" and module[: len(folder)] == folder and module != folder
        if own == module or is_above or not folder:
            return name
        return ".".join((*folder, name))


def compact(keys: dict[str, object]) -> object:
    return keys["type"] if [*keys] == ["type"] else keys


def _around(word: str, inner: TypeText, length: str) -> TypeText:
    return TypeText(
        f"{word}<{inner.expression}>{_brackets(length)}",
        patterns=inner.patterns,
        media=inner.media,
        inline=inner.inline,
    )


def _length(at: At, low: str, high: str) -> str:
    least, most = at.raw(low), at.raw(high)
    if least is None and most is None:
        return ""
    return f"{'' if least is None else least}..{'' if most is None else most}"


def _brackets(text: str) -> str:
    return f"({text})" if text else ""


def _range(at: At) -> str:
    ends: list[str] = []
    for key, exclusive, mark in (
        ("minimum", "exclusiveMinimum", ">"),
        ("maximum", "exclusiveMaximum", "<"),
    ):
        limit, flag = at.raw(key), at.raw(exclusive)
        if flag is not None and not isinstance(flag, bool):
            limit, flag = flag, True
        text = "" if limit is None else plain(cast("int", limit)) or ""
        ends.append(f"{mark}{text}" if flag and text else text)
    return "..".join(ends) if any(ends) else ""


def _name(component: At) -> str:
    return str(component.path[-1])


def _schema(media: object) -> object:
    return cast("dict[str, object]", media).get("schema") if isinstance(media, dict) else None


def _uses(root: At) -> Mapping[str, int]:
    """Return how often each component is referred to."""
    found: dict[str, int] = {}
    waiting: list[object] = [root.value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key, each in cast("dict[str, object]", value).items():
                if key == "$ref" and isinstance(each, str):
                    name = each.removeprefix("#/components/schemas/")
                    found[name] = found.get(name, 0) + 1
                elif key == "content" and isinstance(each, dict):
                    media = [*cast("dict[str, object]", each).values()]
                    waiting += [
                        one
                        for i, one in enumerate(media)
                        if _schema(one) not in map(_schema, media[:i])
                    ]
                elif key not in _VALUES:
                    waiting.append(each)
        elif isinstance(value, list):
            waiting += cast("list[object]", value)
    return found
