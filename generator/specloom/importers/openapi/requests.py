"""Requests to the keys of an endpoint: its path, its parameters and its body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast
from urllib.parse import quote

from ... import naming
from . import combinations
from .body_choice import forms_like
from .documents import At
from .media_types import JSON_TYPE, kind_of, media_name
from .operations import Media, Operation, Parameter, RequestBody
from .schemas import SchemaConverter, argument_name, ordered
from .shapes import JSON, OBJECT, Shape, compact, fields_of
from .texts import about, deprecation, is_clean

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_SET_BY_CLIENT = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "expect",
}
_OF_OPENAPI = {"accept", "content-type", "authorization"}
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_FORMS = ("body", "parts", "form", "content")


class RequestConverter:
    """Converts the requests of operations."""

    def __init__(self, schemas: SchemaConverter) -> None:
        self.schemas = schemas
        self.note = schemas.note

    def convert(
        self, operation: Operation, hint: str, set_by_schemes: set[tuple[str, str]]
    ) -> dict[str, object]:
        """Return the keys of a request: http, path, query, header, cookie and the body."""
        self.schemas.direction, self.schemas.depth = "request", 0
        path, variables, constants = self._path(operation)
        sections: dict[str, dict[str, object]] = {
            "path": {},
            "query": dict(constants),
            "header": {},
            "cookie": {},
        }
        taken: set[str] = set()
        declared = {p.name: p for p in operation.parameters if p.place == "path"}
        for wire, variable in variables.items():
            parameter = declared.get(variable)
            if parameter is None:
                self.note(
                    operation.at,
                    "repaired",
                    "undeclared path variable",
                    f"`{variable}` has no parameter; became a string",
                )
                sections["path"][wire] = self._argument(wire, {"type": "string"}, taken)
            else:
                sections["path"][wire] = self._argument(
                    wire, self._parameter(parameter, hint), taken
                )
        for name in [name for name in declared if name not in variables.values()]:
            self.note(
                declared[name].at,
                "repaired",
                "path parameter",
                f"`{name}` is not in the path; left out",
            )
        lowered: set[str] = set()
        for parameter in operation.parameters:
            place, name = parameter.place, parameter.name
            if place == "path" or not self._is_sayable(parameter, set_by_schemes, lowered):
                continue
            for wire, keys, required in self._written(parameter, hint):
                if wire in sections[place] or f"{wire}?" in sections[place]:
                    continue
                if required and "default" in keys:
                    del keys["default"]
                sections[place][wire if required else f"{wire}?"] = self._argument(
                    wire, keys, taken
                )
        body = self._body(operation.body, operation, hint, taken) if operation.body else {}
        return {
            "http": f"{operation.method} {path}",
            **{key: value for key, value in sections.items() if value},
            **body,
        }

    def _argument(self, wire: str, keys: dict[str, object], taken: set[str]) -> object:
        """Return a field of a parameter, with another Python name if its own is taken."""
        if (
            re.fullmatch(
                r"(string\('(?:[^']|'')*'\)|integer\((-?\d+)\.\.\2\)|boolean\((true|false)\))",
                str(keys.get("type")),
            )
            and "default" not in keys
        ):
            return compact(ordered(keys))
        name = naming.snake(wire)
        if name is None or name in taken or name in {"body", "content", "media", "accept"}:
            keys["as"] = argument_name(
                wire if name is None or name in taken else f"{wire}_parameter", taken
            )
        taken.add(cast("str", keys.get("as", name)))
        return compact(ordered(keys))

    # path

    def _path(self, operation: Operation) -> tuple[str, dict[str, str], dict[str, object]]:
        """Return the path, its variables with their names in the document, and constants of a query in it."""
        written = operation.path
        path, _, fragment = written.partition("#")
        path, _, query = path.partition("?")
        constants: dict[str, object] = {}
        if fragment:
            self.note(
                operation.at,
                "repaired",
                "path with a fragment",
                f"`#{fragment[:60]}` is never sent; left out",
            )
        for pair in filter(None, re.split("[&;]", query)):
            key, _, value = pair.partition("=")
            if key and "{" not in pair:
                constants[key] = (
                    f"string('{value.replace(chr(39), chr(39) * 2)}')"
                    if is_clean(value)
                    else "string"
                )
        if query:
            self.note(
                operation.at, "repaired", "path with a query", f"`?{query[:60]}` became parameters"
            )
        variables: dict[str, str] = {}
        slashes = {p.name for p in operation.parameters if p.place == "path" and p.allows_slashes}
        has_slashes = False
        parts: list[str] = []
        end = 0
        for match in _VARIABLE.finditer(path):
            parts.append(_literal(path[end : match.start()]))
            end = match.end()
            name = match[1]
            bare = name.strip("+*?").split(":")[0]
            many = (name != bare and bool(set("+*") & {*name})) or name in slashes
            name = name if any(p.name == name for p in operation.parameters) else bare
            wire = re.sub(r"[^A-Za-z0-9_.-]", "_", bare) or "variable"
            while wire in variables:
                wire = f"{wire}_2"
            variables[wire] = name
            parts.append(f"{{+{wire}}}" if many and not has_slashes else f"{{{wire}}}")
            has_slashes = has_slashes or many
        parts.append(_literal(path[end:]))
        whole = "".join(parts)
        cleaned = re.sub(r"/{2,}", "/", re.sub(r"/\.{1,2}(?=/|$)", "", "/" + whole.lstrip("/")))
        if cleaned != whole:
            self.note(
                operation.at, "repaired", "path", f"`{written[:100]}` became `{cleaned[:100]}`"
            )
        return cleaned or "/", variables, constants

    # parameters

    def _is_sayable(
        self, parameter: Parameter, set_by_schemes: set[tuple[str, str]], lowered: set[str]
    ) -> bool:
        name = parameter.name
        folded = name.lower() if parameter.place == "header" else name
        if parameter.place == "header":
            if folded in _OF_OPENAPI:
                self.note(
                    parameter.at,
                    "left out",
                    "header of the client",
                    f"`{name}`: OpenAPI itself ignores it as a parameter",
                )
                return False
            if folded in _SET_BY_CLIENT or not _HEADER.fullmatch(name):
                self.note(
                    parameter.at,
                    "left out",
                    "header of the client",
                    f"`{name[:60]}`: the client sets it itself, or the name is invalid",
                )
                return False
            if folded in lowered:
                return False
            lowered.add(folded)
        if (parameter.place, folded) in set_by_schemes:
            self.note(
                parameter.at,
                "left out",
                "parameter of a scheme",
                f"`{name}` is set by the authentication scheme",
            )
            return False
        if not is_clean(name) or len(name) > 190 or name.endswith("?"):
            self.note(
                parameter.at,
                "left out",
                "name of a parameter",
                f"a parameter cannot be called {name[:60]!r}",
            )
            return False
        return parameter.place != "cookie" or _HEADER.fullmatch(name) is not None

    def _written(
        self, parameter: Parameter, hint: str
    ) -> list[tuple[str, dict[str, object], bool]]:
        """Return the fields that a parameter becomes: one, or those of an object that is spread over the query."""
        name, schema = parameter.name, parameter.schema
        kinds = self.schemas.names.kinds(schema) if schema is not None else frozenset({"string"})
        if (
            parameter.place == "query"
            and kinds == frozenset({"object"})
            and parameter.style == "repeat"
            and schema is not None
            and not parameter.is_json
        ):
            found = combinations.flat(self.schemas, schema)
            return [
                (
                    wire,
                    self._schema_keys(parameter, each, wire, hint, "repeat"),
                    wire in found.required and parameter.required,
                )
                for wire, each in found.properties.items()
                if is_clean(wire) and len(wire) < 190 and not wire.endswith("?")
            ]
        keys = self._parameter(parameter, hint)
        if (
            name.endswith("[]")
            and str(keys.get("type", "")).startswith("list<")
            and parameter.place == "query"
        ):
            keys["style"] = "brackets"
            name = name[:-2]
        return [(name, keys, parameter.required)]

    def _parameter(self, parameter: Parameter, hint: str) -> dict[str, object]:
        if parameter.schema is None:
            self.note(
                parameter.at,
                "repaired",
                "parameter",
                f"`{parameter.name}` has no schema; became a string",
            )
            return {"type": "string", **about(parameter.at, self.schemas.context, parameter.name)}
        keys = self._schema_keys(parameter, parameter.schema, parameter.name, hint, parameter.style)
        texts = about(parameter.at, self.schemas.context, parameter.name)
        if texts:
            keys = {
                key: value for key, value in keys.items() if key not in {"title", "description"}
            } | texts
        keys |= deprecation(parameter.at)
        example = parameter.at.raw("example")
        if "example" not in keys and isinstance(example, str | int) and is_clean(str(example)):
            keys["example"] = example
        return keys

    def _schema_keys(
        self, parameter: Parameter, schema: At, wire: str, hint: str, style: str
    ) -> dict[str, object]:
        """Return type and keys of a value outside JSON."""
        shape, keys = self.schemas.field(schema, wire, f"{hint}{_pascal(wire)}")
        keys.pop("only", None)
        shape.nullable = False
        if "type" in keys:
            keys["type"] = str(keys["type"]).removesuffix("?")
        if parameter.is_json:
            if shape.inner is not None or shape.text != "string":
                keys["type"] = f"text<{keys.get('type', OBJECT)}>"
                keys.pop("example", None)
                keys.pop("default", None)
            return keys
        problem = self._encode(parameter, shape, keys, style)
        if problem:
            self.note(
                parameter.at,
                "loosened",
                "style of a parameter",
                f"`{wire}`: {problem}; became a string, sent as it is",
            )
            return {"type": "string", **_texts(keys)}
        return keys

    def _encode(
        self, parameter: Parameter, shape: Shape, keys: dict[str, object], style: str
    ) -> str:
        """Set the style of a value; return why it cannot be encoded, or an empty text."""
        kinds, place = shape.kinds, parameter.place
        if style.startswith("unknown:"):
            return f"the style {style.partition(':')[2]} has no form"
        if "any" in kinds or ("map" in kinds and style != "deep"):
            return "any value has no form outside JSON"
        if kinds & {"object", "map"}:
            if place != "query" or style != "deep" or len(kinds) > 1:
                return "an object has no form here"
            keys["style"] = "deep"
            return ""
        if "list" in kinds:
            if place in {"path", "cookie"}:
                return "a list has no form here"
            if "json" in shape.text or "map<" in shape.text or shape.inner is not None:
                if place == "query" and style == "deep" and shape.inner is not None:
                    keys["style"] = "brackets"
                    return ""
                return "a list of objects has no form here"
            if (
                place == "query"
                and style in {"comma", "pipe", "space"}
                and kinds == frozenset({"list"})
            ):
                keys["style"] = style
        return ""

    # body

    def _body(
        self, body: RequestBody, operation: Operation, hint: str, taken: set[str]
    ) -> dict[str, object]:
        if operation.method == "HEAD":
            self.note(body.at, "left out", "body of a HEAD request", "HEAD requests have no body")
            return {}
        kinds: dict[str, list[Media]] = {}
        for media in body.media:
            kinds.setdefault(kind_of(media.name), []).append(media)
        chosen = next(
            (kind for kind in ("JSON", "multipart", "form", "text", "binary") if kind in kinds),
            None,
        )
        if chosen is None:
            self.note(body.at, "left out", "request body", "it has no media type")
            return {}
        if chosen == "JSON" and "multipart" in kinds and self._has_file(kinds["multipart"][0]):
            chosen = "multipart"
        result = self._body_of(chosen, body, kinds, hint, taken)
        forms = [*kinds.get("form", ()), *kinds.get("multipart", ())]
        fields = result.get("body")
        similar: list[Media] = []
        if chosen == "JSON" and isinstance(fields, dict):
            known = cast("dict[str, object]", fields)
            similar = forms_like(self.schemas, known, kinds["JSON"][0], forms)
        if similar:
            own = result.get("media", JSON_TYPE)
            names = cast("list[str]", own if isinstance(own, list) else [own])
            added = [name for each in similar if (name := media_name(each.name))]
            result["media"] = [*dict.fromkeys([*names, *added])]
        for kind, listed in kinds.items():
            for media in () if kind == chosen else listed:
                if media not in similar:
                    self.note(
                        media.at,
                        "left out",
                        "body of another media type",
                        f"{media.name[:80]}: write an endpoint for it beside the one with {chosen}",
                    )
        return result

    def _body_of(
        self,
        chosen: str,
        body: RequestBody,
        kinds: Mapping[str, list[Media]],
        hint: str,
        taken: set[str],
    ) -> dict[str, object]:
        """Return the body of one kind."""
        if not body.required and chosen != "JSON":
            self.note(body.at, "loosened", "optional body", "the body is always sent")
        match chosen:
            case "JSON":
                return self._json(body, kinds["JSON"], hint, taken)
            case "multipart" | "form":
                return self._form(kinds[chosen][0], chosen, hint, taken)
            case "text":
                names = [name for media in kinds["text"] if (name := media_name(media.name))]
                return {
                    "body": "text",
                    **(
                        {}
                        if names in ([], ["text/plain"])
                        else {"media": names[0] if len(names) == 1 else names}
                    ),
                }
            case _:
                names = [
                    name
                    for media in kinds["binary"]
                    if (name := media_name(media.name)) and "*" not in name
                ]
                for name in names[1:]:
                    self.note(
                        body.at,
                        "left out",
                        "body of another media type",
                        f"{name}: a file has one media type here",
                    )
                return {
                    "content": (
                        {"type": "file", "media": names[0]}
                        if names and names[0] != "application/octet-stream"
                        else "file"
                    )
                }

    def _json(
        self, body: RequestBody, listed: list[Media], hint: str, taken: set[str]
    ) -> dict[str, object]:
        schema = listed[0].schema
        names = [
            *dict.fromkeys(
                name for media in listed if (name := media_name(media.name)) and "*" not in name
            )
        ]
        media: dict[str, object] = {}
        if names and names != [JSON_TYPE]:
            media["media"] = names[0] if len(names) == 1 else names
        shape = (
            self.schemas.convert(schema, f"{hint}Body")
            if schema is not None
            else Shape(JSON, frozenset({"any"}))
        )
        if shape.text == "file":
            return {"content": "file"}
        if (
            shape.text == OBJECT
            and shape.inner is not None
            and [*shape.inner] == ["fields"]
            and not shape.nullable
        ):
            fields = fields_of(shape.inner)
            return {"body": self._flat(fields, taken), **media}
        if not body.required:
            self.note(body.at, "loosened", "optional body", "the body is always sent")
        shape = self.schemas.named(shape, schema or body.at, f"{hint}Body")
        return {"body": shape.expression, **media}

    def _flat(self, fields: dict[str, object], taken: set[str]) -> dict[str, object]:
        """Return fields of a body, which are arguments beside the parameters."""
        result: dict[str, object] = {}
        for key, value in fields.items():
            wire = key.removesuffix("?")
            keys = cast("dict[str, object]", value) if isinstance(value, dict) else {"type": value}
            name = cast("str", keys.get("as")) or naming.snake(wire)
            if name is None or name in taken or name in {"body", "content", "media", "accept"}:
                keys = ordered(
                    {**keys, "as": argument_name(f"body_{wire}" if name else wire, taken)}
                )
                name = cast("str", keys["as"])
            taken.add(name)
            result[key] = compact(keys)
        return result

    def _has_file(self, media: Media) -> bool:
        found = combinations.flat(self.schemas, media.schema) if media.schema is not None else None
        return found is not None and any(
            (target := self.schemas.context.documents.follow(each)) is not None
            and (target.raw("format") == "binary" or target.raw("type") == "file")
            for each in found.properties.values()
        )

    def _form(self, media: Media, kind: str, hint: str, taken: set[str]) -> dict[str, object]:
        """Return the fields of a form."""
        key = "parts" if kind == "multipart" else "form"
        found = (
            combinations.flat(self.schemas, media.schema)
            if media.schema is not None
            else combinations.Parts()
        )
        if not found.properties:
            self.note(media.at, "loosened", f"{kind} without fields", "became a binary body")
            name = media_name(media.name)
            return {"content": {"type": "file", "media": name} if name else "file"}
        fields: dict[str, object] = {}
        for wire, at in found.properties.items():
            if (
                not is_clean(wire)
                or len(wire) > 190
                or wire.endswith("?")
                or self.schemas.only(at) == "response"
            ):
                continue
            keys = self._form_field(media, wire, at, kind, hint)
            required = wire in found.required
            if required:
                keys.pop("default", None)
            name = wire[:-2] if wire.endswith("[]") and keys.get("style") == "brackets" else wire
            fields[name if required else f"{name}?"] = keys
        return {key: self._flat(fields, taken)}

    def _form_field(
        self, media: Media, wire: str, at: At, kind: str, hint: str
    ) -> dict[str, object]:
        encoding = media.encoding.get(wire) if media.encoding else None
        target = self.schemas.context.documents.follow(at) or at
        items = target.get("items")
        item = self.schemas.context.documents.follow(items) if items else None
        if kind == "multipart" and _is_file(target):
            type_ = encoding.text("contentType") if encoding else ""
            names = [name for each in type_.split(",") if (name := media_name(each))]
            return {
                "type": "file",
                **about(at, self.schemas.context, wire),
                **({"media": names} if names else {}),
            }
        if kind == "multipart" and item is not None and _is_file(item):
            return {"type": "list<file>", **about(at, self.schemas.context, wire)}
        shape, keys = self.schemas.field(at, wire, f"{hint}{_pascal(wire)}")
        if "type" in keys:
            keys["type"] = str(keys["type"]).removesuffix("?")
        is_complex = (
            bool(shape.kinds & {"object", "map", "any"})
            or shape.inner is not None
            or (
                "list" in shape.kinds
                and (
                    "json" in shape.text
                    or "map<" in shape.text
                    or re.search(r"<[A-Z]", shape.text) is not None
                )
            )
        )
        style = (encoding.text("x-style") or encoding.text("style")) if encoding else ""
        if kind == "multipart":
            if shape.kinds & {"any"}:
                keys = {
                    key: value for key, value in keys.items() if key in {"title", "description"}
                } | {"type": "string"}
            return keys
        if is_complex and style == "deepObject":
            if "any" in shape.kinds or "json" in shape.text:
                keys = {
                    key: value for key, value in keys.items() if key in {"title", "description"}
                } | {"type": "map<string>"}
            keys["style"] = "brackets"
            keys.pop("example", None)
        elif is_complex:
            if "any" in shape.kinds:
                keys = {
                    key: value for key, value in keys.items() if key in {"title", "description"}
                } | {"type": "string"}
            else:
                keys["type"] = f"text<{keys.get('type', OBJECT)}>"
                keys.pop("example", None)
                keys.pop("pattern", None)
                keys.pop("default", None)
                self.note(at, "guessed", "object in a form", f"`{wire}` is sent as JSON")
        elif "list" in shape.kinds:
            explode = encoding.raw("explode") if encoding else None
            if wire.endswith("[]"):
                keys["style"] = "brackets"
            elif style == "comma" or explode is False:
                keys["style"] = "comma"
        return keys


def _is_file(at: At) -> bool:
    return (
        at.raw("format") == "binary"
        or at.raw("type") == "file"
        or (
            at.raw("contentMediaType") == "application/octet-stream"
            and at.raw("contentEncoding") is None
        )
    )


def _literal(text: str) -> str:
    """Return literal text of a path, percent-encoded where a path cannot have it."""
    return quote(text, safe="/~!$&'()*+,;=:@%-._").replace("{", "%7B").replace("}", "%7D")


def _pascal(wire: str) -> str:
    return naming.pascal(re.sub(r"[^\x00-\x7f]", "", wire) or "field") or "Field"


def _texts(keys: Mapping[str, object]) -> dict[str, object]:
    """Return what a field says to people."""
    return {key: keys[key] for key in ("title", "description", "deprecated") if key in keys}
