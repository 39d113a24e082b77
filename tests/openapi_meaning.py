"""What an OpenAPI document means for a server and its clients, as plain data that can be compared.

Written from the standards OpenAPI 3.1 and JSON Schema, without the code under test: references are followed, `allOf` is merged, and what
says the same in two ways gets one form. Texts, names of components, tags and extensions mean nothing to a server.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

Plain: TypeAlias = Any
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_LIMITS = (
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("pattern", "default"),
)
_TYPES = {str: "string", int: "integer", bool: "boolean", type(None): "null"}
_FORMATS = {"byte": "base64", "date-time": "date-time", "date": "date", "duration": "duration"}
"""Formats that change how a value is written. All others are advice to people."""


class Meaning:
    """The meaning of one document."""

    def __init__(self, document: Plain) -> None:
        self.document = document
        self.within: list[str] = []
        """References on the way to a schema."""

    def all(self) -> dict[str, Plain]:
        """Return everything by what requests are distinguished by: method and path."""
        found: dict[str, Plain] = {}
        for path, item in self.document.get("paths", {}).items():
            for method in _METHODS:
                if method in item:
                    name = f"{method.upper()} {path.partition('#')[0]}"
                    found[name] = self.operation(item, item[method])
        for name, item in self.document.get("webhooks", {}).items():
            body = self.follow(item["post"])["requestBody"]
            found[f"event {name}"] = self.content(body["content"])
        return found

    def follow(self, node: Plain) -> Plain:
        while "$ref" in node:
            target = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def operation(self, item: Plain, operation: Plain) -> Plain:
        parameters: dict[str, Plain] = {}
        for each in (*item.get("parameters", ()), *operation.get("parameters", ())):
            parameter = self.follow(each)
            parameters[f"{parameter['in']} {parameter['name']}"] = self.parameter(parameter)
        responses = {
            status: self.response(self.follow(each))
            for status, each in operation["responses"].items()
        }
        body = self.follow(operation["requestBody"]) if "requestBody" in operation else None
        return {
            "parameters": parameters,
            "body": self.content(body["content"]) if body else None,
            "responses": responses,
            "security": self.security(operation.get("security", self.document.get("security"))),
            "servers": self.servers(operation.get("servers") or self.document.get("servers", [])),
            "deprecated": operation.get("deprecated", False),
        }

    def parameter(self, parameter: Plain) -> Plain:
        where = parameter["in"]
        if "content" in parameter:
            return {
                "required": parameter.get("required", False),
                "content": self.content(parameter["content"]),
            }
        style = parameter.get("style", "form" if where in ("query", "cookie") else "simple")
        schema = self.schema(parameter["schema"])
        is_many = schema.get("types") in (["array"], ["object"])
        return {
            "required": parameter.get("required", False),
            "style": (style, parameter.get("explode", style == "form")) if is_many else None,
            "schema": schema,
        }

    def response(self, response: Plain) -> Plain:
        headers = {
            name.lower(): {
                "required": each.get("required", False),
                "schema": self.schema(each["schema"]),
            }
            for name, each in (
                (name, self.follow(each)) for name, each in response.get("headers", {}).items()
            )
        }
        return {"headers": headers, "content": self.content(response.get("content", {}))}

    def content(self, content: Plain) -> Plain:
        found: dict[str, Plain] = {}
        for name, media in content.items():
            encoding = {
                field: {
                    key: each[key] for key in ("contentType", "style", "explode") if key in each
                }
                for field, each in media.get("encoding", {}).items()
            }
            whole = name.startswith(("text/", "application/octet-stream", "image/"))
            schema = (
                {} if whole and "event-stream" not in name else self.schema(media.get("schema", {}))
            )
            found[name] = {"schema": schema, "encoding": encoding}
        return found

    def security(self, security: Plain) -> Plain:
        schemes = self.document.get("components", {}).get("securitySchemes", {})
        alternatives: list[list[str]] = security or []
        return [
            sorted(json.dumps(self.scheme(schemes[name])) for name in each) for each in alternatives
        ]

    def scheme(self, scheme: Plain) -> Plain:
        keys = {key: scheme[key] for key in ("type", "in", "name", "scheme") if key in scheme}
        flows = {name: flow.get("tokenUrl") for name, flow in scheme.get("flows", {}).items()}
        return keys | ({"flows": flows} if flows else {})

    def servers(self, servers: Plain) -> Plain:
        return [
            [
                each["url"],
                {
                    name: [variable.get("enum"), variable["default"]]
                    for name, variable in each.get("variables", {}).items()
                },
            ]
            for each in servers
        ]

    def schema(self, schema: Plain) -> dict[str, Plain]:
        """Return the values that a schema allows."""
        if schema is True:
            return {}
        reference = schema.get("$ref")
        if reference in self.within:
            return {"again": True}
        if reference is None:
            return self.own(schema)
        self.within.append(reference)
        try:
            return self.own(self.follow(schema))
        finally:
            self.within.pop()

    def own(self, schema: Plain) -> dict[str, Plain]:
        """Return the values that a schema without a reference allows."""
        for part in schema.get("allOf", ()):
            rest = {key: value for key, value in schema.items() if key != "allOf"}
            schema = self.merged(rest, self.follow(part))
        found: dict[str, Plain] = {}
        members = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        if members:
            return self.any_of(members)
        written: Plain = schema.get("type", [])
        types: set[str] = {*written} if isinstance(written, list) else {written}
        if schema.get("nullable"):
            types.add("null")
        values = [schema["const"]] if "const" in schema else schema.get("enum")
        if values:
            found["values"] = sorted((value for value in values if value is not None), key=repr)
            types |= {_TYPES[type(value)] for value in values}
        if types:
            found["types"] = sorted(types)
        for key in _LIMITS:
            if key in schema and schema[key] != 0:
                found[key] = schema[key]
        for key, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            flag = schema.get(exclusive)
            if flag is not None and not isinstance(flag, bool):
                found[key] = [flag, True]
            elif key in schema:
                found[key] = [schema[key], bool(flag)]
        format_ = (
            "base64" if schema.get("contentEncoding") == "base64" else schema.get("format", "")
        )
        if format_ in _FORMATS or format_ == "base64":
            found["format"] = _FORMATS.get(format_, format_)
        if "binary" in format_:
            return {"file": True}
        if "items" in schema:
            found["items"] = self.schema(schema["items"])
        if "properties" in schema:
            required = schema.get("required", [])
            found["properties"] = {
                name: [name in required, self.direction(each), self.schema(each)]
                for name, each in schema["properties"].items()
            }
        extra = schema.get("additionalProperties", True)
        if isinstance(extra, dict):
            found["extra"] = self.schema(extra)
        return found

    def direction(self, schema: Plain) -> str:
        return (
            "response" if schema.get("readOnly") else "request" if schema.get("writeOnly") else ""
        )

    def any_of(self, members: list[Plain]) -> dict[str, Plain]:
        """Return alternatives; a list of values beside their own type is how an open enumeration is written."""
        parts = [self.schema(each) for each in members]
        nulls = [part for part in parts if part.get("types") == ["null"]]
        rest = [part for part in parts if part not in nulls]
        listed = [part for part in rest if "values" in part]
        if len(rest) == 2 and len(listed) == 1:
            rest = [
                part
                for part in rest
                if part in listed or part.get("types") != listed[0].get("types")
            ]
        if len(rest) == 1:
            only = rest[0]
            return only | ({"types": sorted({*only.get("types", ()), "null"})} if nulls else {})
        return {
            "any of": sorted(json.dumps(part, sort_keys=True, default=str) for part in rest),
            "null": bool(nulls),
        }

    def merged(self, one: Plain, other: Plain) -> Plain:
        """Return a schema that demands what both do."""
        if "allOf" in other:
            parts, other = other["allOf"], {k: v for k, v in other.items() if k != "allOf"}
            for part in parts:
                other = self.merged(other, self.follow(part))
        both = {**other, **one}
        for key in ("properties",):
            if key in one or key in other:
                both[key] = {**other.get(key, {}), **one.get(key, {})}
        if "required" in one or "required" in other:
            both["required"] = [*other.get("required", []), *one.get("required", [])]
        return both
