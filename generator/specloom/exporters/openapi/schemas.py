"""Schemas of types, fields and named types."""

from __future__ import annotations

import re

from ... import model
from ...model import Api, Field, Json, LengthRange, NamedType, NumberRange, Type, TypeName
from ...naming import snake
from . import forms
from .nodes import Format, Node, extensions

_GROUP = re.compile(r"\(\?:[^()]*\)")


class Schemas:
    """Writes the schemas of one API. Names of components are class names, with the module before those that several modules declare."""

    def __init__(self, api: Api, format: Format) -> None:
        self.api = api
        self.format = format
        self.request_forms = forms.request_forms(api)
        self._names = {request: name for name, request in self.request_forms.items()}

    def components(self) -> Node:
        return {
            self.component(name): self._component(name, named)
            for name, named in self.api.types.items()
            if name not in self.request_forms.values()
        }

    def component(self, name: TypeName) -> str:
        name = self._names.get(name, name)
        if name.name in self.api.ambiguous:
            return ".".join((*name.module, name.name))
        return name.name

    def of(self, type: Type) -> Node:
        """Return the schema of a type."""
        match type:
            case model.String():
                return {
                    "type": "string",
                    **self._literals(type.literals),
                    **_length(type.length, "Length"),
                    **_pattern(type.pattern),
                }
            case model.Integer():
                return {
                    "type": "integer",
                    **self._literals(type.literals),
                    **self._range(type.range),
                }
            case model.Number():
                exact = extensions({"type": "decimal" if type.exact else None})
                return {"type": "number", **self._range(type.range), **exact}
            case model.Boolean():
                literals = () if type.literal is None else (type.literal,)
                return {"type": "boolean", **self._literals(literals)}
            case model.Bytes():
                encoding: Node = (
                    {"format": "byte"} if self.format.is_30 else {"contentEncoding": "base64"}
                )
                return {
                    "type": "string",
                    **encoding,
                    **extensions({"type": f"bytes{limits(type.length)}"}),
                }
            case model.File():
                return {
                    "type": "string",
                    "format": "binary",
                    **extensions({"type": f"file{limits(type.length)}", "media": [*type.media]}),
                }
            case model.PlainText():
                return {
                    "type": "string",
                    **_length(type.length, "Length"),
                    **extensions({"type": "text", "media": [*type.media]}),
                }
            case model.DateTime() | model.Date() | model.Duration():
                return _time(type)
            case model.AnyJson():
                return {}
            case model.ListOf():
                return {
                    "type": "array",
                    "items": self.of(type.item),
                    **_length(type.length, "Items"),
                }
            case model.MapOf():
                return {
                    "type": "object",
                    "additionalProperties": self.of(type.value),
                    **_length(type.length, "Properties"),
                }
            case model.JsonText():
                inner = self.of(type.type)
                if self.format.is_30:
                    return {"type": "string", "x-specloom-json-text": inner}
                return {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": inner,
                }
            case model.Union():
                return {"anyOf": [self.of(member) for member in type.members]}
            case model.Nullable():
                return self._nullable(self.of(type.type))
            case model.Named():
                return {"$ref": f"#/components/schemas/{self.component(type.to)}"}

    def of_field(self, field: Field) -> Node:
        """Return the schema of a field, with all that is documented about it."""
        about = self.format.texts({"title": field.title, "description": field.description})
        about |= self.values(field)
        about |= {"deprecated": True} if field.deprecated else {}
        if field.only:
            about["readOnly" if field.only == "response" else "writeOnly"] = True
        return self.with_siblings(self.of(field.type), about | self.attributes(field))

    def values(self, field: Field) -> Node:
        """Return default and example of a field."""
        node: Node = {}
        if field.default is not None:
            node["default"] = field.default.json
        if field.example is not None and self.format.is_30:
            node["example"] = field.example.json
        elif field.example is not None:
            node["examples"] = [field.example.json]
        return node

    def attributes(self, field: Field) -> Node:
        """Return the attributes of a field for which OpenAPI has no words."""
        return extensions(
            {
                "as": field.name if field.name != snake(field.wire) else None,
                "unit": self.format.localized(field.unit) if field.unit else None,
                "when": self.format.localized(field.when) if field.when else None,
                "since": self.format.localized(field.since) if field.since else None,
                "deprecated": (
                    self.format.localized(field.deprecated)
                    if isinstance(field.deprecated, model.Text)
                    else None
                ),
                "encrypted": field.encrypted,
                "secret": field.secret,
                "fill": field.fill,
            }
        )

    def with_siblings(self, schema: Node, siblings: Node) -> Node:
        """Add keys to a schema. OpenAPI 3.0 ignores all keys beside `$ref`."""
        if siblings and self.format.is_30 and "$ref" in schema:
            schema = {"allOf": [schema]}
        return siblings | schema if "$ref" in schema or "allOf" in schema else schema | siblings

    def _component(self, name: TypeName, named: NamedType) -> Node:
        texts = self.format.texts({"title": named.title, "description": named.description})
        origin = extensions({"module": ".".join(name.module)})
        match named:
            case model.Object():
                node: Node = {"type": "object", **texts}
                request = self.api.types.get(self.request_forms.get(name, name))
                fields = forms.fields(named, request)
                if fields:
                    node["properties"] = {field.wire: self.of_field(field) for field in fields}
                required: list[Json] = [field.wire for field in fields if field.required]
                node |= {"required": required} if required else {}
                if named.extra:
                    node["additionalProperties"] = self._extra(named.extra)
                return node | origin | extensions({"inline": not named.shared})
            case model.Enumeration():
                return texts | self._enumeration(named) | origin
            case model.UnionType():
                return texts | self._union(named) | origin

    def _extra(self, extra: Field) -> Node:
        assert isinstance(extra.type, model.MapOf)
        return self.with_siblings(self.of(extra.type.value), extensions({"secret": extra.secret}))

    def _enumeration(self, named: model.Enumeration) -> Node:
        kind = "integer" if isinstance(named.values[0].value, int) else "string"
        values: list[Json] = [each.value for each in named.values]
        listed: Node = {"type": kind, "enum": values}
        rows: list[Json] = [
            {
                "value": each.value,
                "as": each.name,
                **({"text": self.format.localized(each.text)} if each.text else {}),
            }
            for each in named.values
        ]
        schema: Node = listed if named.closed else {"anyOf": [listed, {"type": kind}]}
        schema |= extensions({"enum": rows})
        return schema

    def _union(self, named: model.UnionType) -> Node:
        members: list[Json] = [self.of(member) for member in named.members]
        if named.tag is None:
            return {"anyOf": members}
        mapping: Node = {}
        only_texts = True
        for member in named.members:
            to = self.api.types[member.to] if isinstance(member, model.Named) else None
            if not isinstance(to, model.Object):
                continue
            for field in to.fields:
                for literal in model.literals_of(field.type) if field.wire == named.tag else ():
                    only_texts = only_texts and isinstance(literal, str)
                    mapping[str(literal)] = f"#/components/schemas/{self.component(to.name)}"
        if not only_texts:  # values of a discriminator are texts
            return {"oneOf": members, **extensions({"tag": named.tag})}
        return {
            "oneOf": members,
            "discriminator": {"propertyName": named.tag, "mapping": mapping},
        }

    def _nullable(self, schema: Node) -> Node:
        if not schema:
            return extensions({"type": "json?"})
        if self.format.is_30:
            if "type" in schema and "enum" not in schema:
                return schema | {"nullable": True}
            return {"anyOf": [schema, {"nullable": True, "enum": [None]}]}
        if isinstance(kind := schema.get("type"), str) and not {"enum", "const"} & schema.keys():
            either: Node = {"type": [kind, "null"]}
            return schema | either
        return {"anyOf": [schema, {"type": "null"}]}

    def _literals(self, literals: tuple[str | int, ...]) -> Node:
        if not literals:
            return {}
        if len(literals) == 1 and not self.format.is_30:
            return {"const": literals[0]}
        listed: list[Json] = [*literals]
        return {"enum": listed}

    def _range(self, range: NumberRange) -> Node:
        node: Node = {}
        for key, exclusive, limit, excluded in (
            ("minimum", "exclusiveMinimum", range.minimum, range.above),
            ("maximum", "exclusiveMaximum", range.maximum, range.below),
        ):
            if limit is None:
                continue
            if excluded and not self.format.is_30:
                node[exclusive] = limit
                continue
            node[key] = limit
            if excluded:
                node[exclusive] = True
        return node


def _length(length: LengthRange, of: str) -> Node:
    limits = {f"min{of}": length.minimum, f"max{of}": length.maximum}
    return {key: limit for key, limit in limits.items() if limit is not None}


def limits(length: LengthRange) -> str:
    """Return a length in bytes, which schemas cannot say, as specs write it."""
    if not length:
        return ""
    first, last = ("" if end is None else end for end in (length.minimum, length.maximum))
    return f"({first}..{last})"


def _pattern(pattern: str | None) -> Node:
    """Return a pattern that matches anywhere in a value, as those of JSON Schema do."""
    if pattern is None:
        return {}
    is_one = "|" not in pattern or _GROUP.fullmatch(pattern)
    whole = pattern if is_one else f"(?:{pattern})"
    return {"pattern": f"^{whole}$", "x-specloom-pattern": pattern}


def _time(type: model.DateTime | model.Date | model.Duration) -> Node:
    match type:
        case model.DateTime(format=None):
            return {"type": "string", "format": "date-time"}
        case model.Date(format=None):
            return {"type": "string", "format": "date"}
        case model.Duration(unit=None):
            return {"type": "string", "format": "duration"}
        case model.DateTime(format="unix" | "unix-ms" as name):
            return {"type": "integer", **extensions({"type": f"datetime({name})"})}
        case model.Duration(unit=unit):
            return {"type": "integer", **extensions({"type": f"duration({unit})"})}
        case model.DateTime(format=format) | model.Date(format=format):
            kind = "datetime" if isinstance(type, model.DateTime) else "date"
            shown = format if format == "rfc2822" else "'" + (format or "").replace("'", "''") + "'"
            return {"type": "string", **extensions({"type": f"{kind}({shown})"})}
