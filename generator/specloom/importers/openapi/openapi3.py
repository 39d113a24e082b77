"""OpenAPI 3.0 and 3.1: operations in the common form."""

from __future__ import annotations

from collections.abc import Iterable

from .context import Context
from .documents import At
from .operations import METHODS, Media, Operation, Parameter, RequestBody, Response

_STYLES = {
    ("form", True): "repeat",
    ("form", False): "comma",
    ("pipeDelimited", False): "pipe",
    ("pipeDelimited", True): "repeat",
    ("spaceDelimited", False): "space",
    ("spaceDelimited", True): "repeat",
    ("deepObject", True): "deep",
    ("deepObject", False): "deep",
    ("simple", False): "comma",
    ("simple", True): "comma",
}


class Reader:
    """Reads the parts of an OpenAPI 3 document."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.root = context.documents.root
        components = self.root.get("components")
        self.schemes = components.get("securitySchemes") if components else None
        self.servers = self.root.get("servers")

    def operations(self) -> Iterable[Operation]:
        paths = self.root.get("paths")
        for path, item in paths.entries() if paths else ():
            if path.startswith("x-"):
                continue
            yield from self.path_item(path, item)

    def path_item(self, path: str, item: At) -> Iterable[Operation]:
        target = self.context.documents.follow(item)
        if target is None or not target.is_map:
            self.context.note(
                item, "left out", "path", f"`{path[:80]}` is no object or a dangling reference"
            )
            return
        for method in METHODS:
            operation = target.get(method)
            if operation is None:
                continue
            if not operation.is_map:
                self.context.note(operation, "left out", "operation", "not an object")
                continue
            key = ("operation", method, path)
            with self.context.owned_by(key):
                yield self._operation(key, method, path, target, operation)

    def _operation(
        self, key: tuple[str, str, str], method: str, path: str, item: At, at: At
    ) -> Operation:
        parameters: dict[tuple[str, str], Parameter] = {}
        for source in (item, at):
            for each in _items(source.get("parameters")):
                parameter = self.parameter(each)
                if parameter is not None:
                    name = parameter.name.lower() if parameter.place == "header" else parameter.name
                    parameters[parameter.place, name] = parameter
        body = at.get("requestBody")
        return Operation(
            key,
            at,
            method.upper(),
            path,
            [*parameters.values()],
            self.body(body) if body else None,
            [*self.responses(at.get("responses"))],
            at.get("security") or self.root.get("security"),
            at.get("servers") or item.get("servers"),
        )

    def parameter(self, at: At) -> Parameter | None:
        target = self.context.documents.follow(at)
        name, place = (target.text("name"), target.text("in")) if target else ("", "")
        if target is None or not name or place not in {"path", "query", "header", "cookie"}:
            self.context.note(
                at, "left out", "parameter", "a dangling reference, or without a name and a place"
            )
            return None
        content = target.get("content")
        schema = target.get("schema")
        is_json = False
        if content is not None and content.map:
            media, described = next(content.entries())
            schema, is_json = described.get("schema"), "json" in media.lower()
        default = "form" if place in {"query", "cookie"} else "simple"
        style = target.text("style") or default
        explode = target.raw("explode")
        exploded = explode if isinstance(explode, bool) else style in {"form", "deepObject"}
        found = _STYLES.get((style, exploded), f"unknown:{style}")
        slashes = target.flag("allowReserved") or target.flag("x-multi-segment")
        return Parameter(
            target, name, place, target.flag("required"), schema, found, is_json, slashes
        )

    def body(self, at: At) -> RequestBody | None:
        target = self.context.documents.follow(at)
        if target is None:
            self.context.note(
                at, "repaired", "dangling reference", "the request body leads nowhere; left out"
            )
            return None
        return RequestBody(target, target.flag("required"), self.media(target.get("content")))

    def media(self, content: At | None) -> list[Media]:
        found: list[Media] = []
        for name, at in content.entries() if content else ():
            examples: list[tuple[str, At]] = []
            if (example := at.get("example")) is not None:
                examples.append(("", example))
            listed = at.get("examples")
            for title, each in listed.entries() if listed else ():
                target = self.context.documents.follow(each)
                if target is not None and (value := target.get("value")) is not None:
                    examples.append((target.text("summary") or title, value))
            schema = at.get("schema") or at.get("itemSchema")
            found.append(Media(name, at, schema, examples, at.get("encoding")))
        return found

    def responses(self, at: At | None) -> Iterable[Response]:
        for status, response in at.entries() if at else ():
            if status.startswith("x-"):
                continue
            target = self.context.documents.follow(response)
            if target is None:
                self.context.note(
                    response,
                    "repaired",
                    "dangling reference",
                    f"response {status} leads nowhere; became one without a body",
                )
                target = response.replaced({})
            headers: list[tuple[str, At, At]] = []
            listed = target.get("headers")
            for name, header in listed.entries() if listed else ():
                found = self.context.documents.follow(header)
                if found is not None and found.is_map:
                    content = found.get("content")
                    first = next(iter(content.entries()), None) if content else None
                    schema = found.get("schema") or (first[1].get("schema") if first else None)
                    headers.append((name, found, schema or found.replaced({"type": "string"})))
            yield Response(
                target,
                status,
                target.text("description"),
                self.media(target.get("content")),
                headers,
            )


def _items(at: At | None) -> Iterable[At]:
    return at.items() if at else ()
