"""Constructs of OpenAPI 3 operations: what a description language must be able to say, by short names.

Names and texts of a document do not count, nor do keywords that only restrict a value further (`uniqueItems`, `multipleOf`, `minProperties`),
because a spec can say these in a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
BEARER_FLOWS = frozenset({"implicit", "authorizationCode"})
"""Flows of OAuth 2 that need a person: a client is given their token."""


class Document:
    """An OpenAPI 3 document."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        self._schemas: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._closures: dict[str, frozenset[str]] = {}

    def operations(self) -> Iterator[frozenset[str]]:
        """Yield the constructs of each operation."""
        for path, item in self.content.get("paths", {}).items():
            item = self.resolved(item)
            for method in METHODS:
                operation = _dict(item.get(method))
                if operation:
                    yield frozenset(self._operation(path, method, item, operation))

    def resolved(self, node: Any) -> dict[str, Any]:
        """Return an object behind references within the document; an empty one for anything else."""
        for _ in range(20):
            known = _dict(node)
            reference = known.get("$ref")
            if not isinstance(reference, str):
                return known
            if not reference.startswith("#/"):
                return {"x-elsewhere": True}
            node = self.content
            for part in reference[2:].split("/"):
                part = (
                    part.replace("~1", "/")
                    .replace("~0", "~")
                    .replace("%7B", "{")
                    .replace("%7D", "}")
                )
                node = _dict(node).get(part)
        return {}

    def _operation(
        self, path: str, method: str, item: Mapping[str, Any], operation: Mapping[str, Any]
    ) -> Iterator[str]:
        parameters = {
            (each.get("in"), each.get("name")): each
            for each in map(
                self.resolved, [*_list(item.get("parameters")), *_list(operation.get("parameters"))]
            )
        }
        for parameter in parameters.values():
            yield from self._parameter(parameter)
        if "{+" in path or "+}" in path or "*}" in path:
            yield "slashes in a path parameter"
        if "requestBody" in operation:
            if method in ("get", "head", "delete"):
                yield "body of a GET or DELETE"
            yield from self._body(self.resolved(operation["requestBody"]))
        yield from self._responses(_dict(operation.get("responses")))
        yield from self._security(operation.get("security", self.content.get("security", [])))
        servers = operation.get("servers") or item.get("servers") or self.content.get("servers")
        for server in _list(servers):
            if "{" in str(_dict(server).get("url", "")):
                yield "host variables"

    def _parameter(self, parameter: Mapping[str, Any]) -> Iterator[str]:
        where = parameter.get("in")
        if where == "cookie":
            yield "cookie"
        if "content" in parameter:
            yield "JSON in a parameter"
            for media in _dict(parameter["content"]).values():
                yield from self.schema(_dict(media).get("schema"))
            return
        schema = self.resolved(parameter.get("schema"))
        style = parameter.get("style") or ("form" if where in ("query", "cookie") else "simple")
        explode = parameter.get("explode", style == "form")
        kind = _type(schema)
        if style in ("matrix", "label"):
            yield "matrix or label style"
        elif kind == "array" and where == "query":
            if style == "pipeDelimited" and not explode:
                yield "list joined by pipes"
            elif style == "spaceDelimited" and not explode:
                yield "list joined by spaces"
            elif style == "deepObject":
                yield "list in brackets"
            item = _type(self.resolved(schema.get("items")))
            if item == "object":
                yield "list of objects in a query"
        elif kind == "object" and where == "query":
            yield "object in a query" if style == "deepObject" else "object spread over a query"
        if where == "path" and parameter.get("allowReserved"):
            yield "slashes in a path parameter"
        yield from self.schema(parameter.get("schema"))

    def _body(self, body: Mapping[str, Any]) -> Iterator[str]:
        content = _dict(body.get("content"))
        kinds = {_kind(media) for media in content}
        if kinds & {"JSON", "other JSON"}:
            kinds = kinds - {"other JSON"} | {"JSON"}
        if len(kinds & {"JSON", "form", "multipart"}) > 1:
            yield "body as JSON or a form"
        if len(kinds) > 1 and kinds - {"JSON", "form", "multipart"}:
            yield "bodies of several kinds"
        for media, described in content.items():
            kind = _kind(media)
            schema = self.resolved(_dict(described).get("schema"))
            yield f"{kind} body"
            if kind == "form":
                for field in map(self.resolved, _dict(schema.get("properties")).values()):
                    if (
                        _type(field) == "array"
                        and _type(self.resolved(field.get("items"))) == "object"
                    ):
                        yield "list of objects in a form"
                    elif _type(field) == "object":
                        yield "object in a form"
            if kind not in ("text", "binary"):
                yield from self.schema(_dict(described).get("schema"))

    def _responses(self, responses: Mapping[str, Any]) -> Iterator[str]:
        statuses = [str(status) for status in responses]
        has_success = any(status.startswith(("2", "3")) for status in statuses)
        for status, response in responses.items():
            status, response = str(status), self.resolved(response)
            content = _dict(response.get("content"))
            is_success = status.startswith(("1", "2", "3")) or (
                status == "default" and not has_success
            )
            if not is_success:
                yield from self._error(status, content)
                continue
            if status.upper().endswith("XX") or status == "default":
                yield "range of success statuses"
            kinds = {_kind(media) for media in content}
            if len(kinds) > 1:
                yield "several media types of a response"
            for media, described in content.items():
                kind = _kind(media)
                yield f"{kind} response"
                if kind not in ("text", "binary", "XML"):
                    yield from self.schema(_dict(described).get("schema"))

    def _error(self, status: str, content: Mapping[str, Any]) -> Iterator[str]:
        if not content:
            return
        if status == "default":
            yield "body of all other errors"
        elif status.upper().endswith("XX"):
            yield "body of a range of errors"
        else:
            yield "body of an error"
        for media, described in content.items():
            if _kind(media) in ("JSON", "other JSON"):
                yield from self.schema(_dict(described).get("schema"))

    def _security(self, requirements: Any) -> Iterator[str]:
        schemes = _dict(_dict(self.content.get("components")).get("securitySchemes"))
        for requirement in _list(requirements):
            named = _dict(requirement)
            if len(named) > 1:
                yield "two credentials at once"
            for name in named:
                scheme = self.resolved(schemes.get(name))
                kind = scheme.get("type")
                if kind == "apiKey":
                    yield f"key in a {scheme.get('in')}"
                elif kind == "http":
                    yield f"{str(scheme.get('scheme')).lower()} authentication"
                elif kind == "oauth2":
                    flows = set(_dict(scheme.get("flows")))
                    yield "bearer authentication" if flows & BEARER_FLOWS else "OAuth 2 token"
                elif kind == "openIdConnect":
                    yield "bearer authentication"
                elif kind:
                    yield f"{kind} authentication"

    def schema(self, node: Any) -> frozenset[str]:
        """Return the constructs of a schema and of all schemas that it leads to."""
        own, references = self._own(node)
        return own.union(*map(self._reached, references))

    def _reached(self, reference: str) -> frozenset[str]:
        """Return the constructs of a named schema and of all that it leads to."""
        known = self._closures.get(reference)
        if known is None:
            seen, pending = {reference}, [reference]
            while pending:
                for each in self._named(pending.pop())[1] - seen:
                    seen.add(each)
                    pending.append(each)
            known = frozenset[str]().union(*(self._named(each)[0] for each in seen))
            self._closures[reference] = known
        return known

    def _named(self, reference: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the constructs of a named schema itself, and the references in it."""
        if reference not in self._schemas:
            self._schemas[reference] = self._own(self.resolved({"$ref": reference}))
        return self._schemas[reference]

    def _own(self, node: Any) -> tuple[frozenset[str], frozenset[str]]:
        """Return the constructs of a schema without those behind references, and its references."""
        constructs: set[str] = set()
        references: set[str] = set()
        pending: list[Any] = [node]
        while pending:
            schema = _dict(pending.pop())
            if not schema:
                continue
            if isinstance(schema.get("$ref"), str):
                references.add(schema["$ref"])
                continue
            constructs.update(self._keywords(schema))
            pending += [
                schema.get("items"),
                schema.get("additionalProperties"),
                *_dict(schema.get("properties")).values(),
                *(each for key in ("allOf", "oneOf", "anyOf") for each in _list(schema.get(key))),
            ]
        return frozenset(constructs), frozenset(references)

    def _keywords(self, schema: Mapping[str, Any]) -> Iterator[str]:
        """Yield the constructs of a schema itself."""
        properties = _dict(schema.get("properties"))
        if schema.get("x-elsewhere"):
            yield "reference to another file"
        if schema.get("readOnly"):
            yield "read-only field"
        if schema.get("writeOnly"):
            yield "write-only field"
        if len(_list(schema.get("allOf"))) > 1 or (schema.get("allOf") and properties):
            yield "fields of several types"
        yield from self._union(schema)
        for keyword in ("not", "if", "patternProperties", "dependentSchemas"):
            if keyword in schema:
                yield f"keyword {keyword}"
        if properties and schema.get("additionalProperties") not in (None, False):
            yield "unknown fields beside known ones"
        if isinstance(schema.get("items"), list) or "prefixItems" in schema:
            yield "tuple"
        allowed = _list(schema.get("type"))
        kinds = {_value_kind(value) for value in _list(schema.get("enum"))} - {"null"}
        # A value of another type is an error of the document, such as an unquoted `9` or `yes`.
        kinds &= {*allowed, *(("number",) if "integer" in allowed else ())} or kinds
        if "object" in kinds:
            yield "objects as values"
        elif kinds == {"array"}:
            yield "lists as values"
        elif len(kinds) > 1:
            yield "values of several types"
        types = {each for each in _list(schema.get("type")) if each != "null"}
        if len(types) > 1:
            yield "union with objects" if types & {"object", "array"} else "union of scalars"

    def _union(self, schema: Mapping[str, Any]) -> Iterator[str]:
        kinds: list[str] = []
        for member in map(
            self.resolved, [*_list(schema.get("oneOf")), *_list(schema.get("anyOf"))]
        ):
            if _type(member) != "null" and not member.keys() <= {"nullable", "required"}:
                kinds.append(_type(member))
        if sum(kind in ("object", "any") for kind in kinds) > 1:
            yield "tagged union" if "discriminator" in schema else "union of objects without a tag"
        elif len(set(kinds)) > 1:
            yield "union of scalars"


def _kind(media: str) -> str:
    """Return the kind of a media type."""
    name = media.split(";")[0].strip().lower()
    if name in ("application/json", "text/json", "*/*", "application/*", ""):
        return "JSON"
    if name.endswith("+json") or name in ("application/hal+json",):
        return "other JSON"
    if name in ("text/event-stream",):
        return "event stream"
    if name in (
        "application/x-ndjson",
        "application/jsonl",
        "application/stream+json",
        "application/x-json-stream",
        "application/json-seq",
    ):
        return "JSON lines"
    if name == "application/x-www-form-urlencoded":
        return "form"
    if name.startswith("multipart/"):
        return "multipart"
    if name in ("application/xml", "text/xml") or (
        name.endswith("+xml") and not name.startswith("image")
    ):
        return "XML"
    if name.startswith("text/") or name in (
        "application/javascript",
        "application/yaml",
        "application/x-yaml",
    ):
        return "text"
    return "binary"


def _type(schema: Mapping[str, Any]) -> str:
    named = [str(each) for each in _list(schema.get("type")) if each != "null"]
    if named:
        return named[0] if len(named) == 1 else "any"
    if schema.get("type"):
        return "null"
    if "properties" in schema or "additionalProperties" in schema or "allOf" in schema:
        return "object"
    return "array" if "items" in schema else "any"


def _value_kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return {"str": "string", "dict": "object", "list": "array"}[type(value).__name__]


def _list(node: object) -> list[Any]:
    if isinstance(node, str):
        return [node]
    return cast("list[Any]", node) if isinstance(node, list) else []


def _dict(node: object) -> dict[str, Any]:
    return cast("dict[str, Any]", node) if isinstance(node, dict) else {}
