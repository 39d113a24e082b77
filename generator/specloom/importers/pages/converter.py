"""Facts of pages to the files of a spec as plain data, and the origin of each part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from msgspec import Struct

from ... import naming
from ...spec.errors import RESERVED_NAMES
from .facts import Basis, ErrorRow, Event, Field, Operation, PageFacts, Response, Site
from .fields import FieldConverter
from .names import endpoint_names, resource_of

Way = tuple[str, ...]


_UNITS: Mapping[str, Mapping[str, str]] = {"fen": {"en": "fen (0.01 CNY)", "zh": "分（0.01 元）"}}


class Origin(Struct, frozen=True):
    """Where a part of the spec comes from: a line of a page, 0 if the reader knows it of the site."""

    file: str
    way: Way
    page: str
    line: int
    basis: Basis


class Draft(Struct):
    """The files of a spec as plain data, and the origins of their parts."""

    files: dict[str, dict[str, object]]
    origins: list[Origin]
    operations: dict[tuple[str, str], tuple[str, str]]
    """Page and operation, or event, of each endpoint and event by file and name."""


def convert(pages: Mapping[str, PageFacts], name: str) -> Draft:
    """Return the spec of pages, by their names, for a package of this name."""
    return _Converter(pages, name).convert()


class _Converter:
    def __init__(self, pages: Mapping[str, PageFacts], name: str) -> None:
        self.pages = pages
        self.package = name
        self.draft = Draft({}, [], {})

    def convert(self) -> Draft:
        self._api()
        by_resource: dict[str, list[tuple[str, Operation]]] = {}
        for page, operation in _unique_operations(self.pages):
            by_resource.setdefault(resource_of(operation.path), []).append((page, operation))
        child_names = {
            tuple(resource.split("/")[:depth])
            for resource in by_resource
            for depth in range(1, resource.count("/") + 2)
        }
        for resource, listed in sorted(by_resource.items()):
            self._resource(resource, listed, child_names)
        for page, event in _unique_events(self.pages):
            self._event(page, event)
        return self.draft

    # _api.yaml

    def _api(self) -> None:
        first_page, first = next(iter(self.pages.items()))
        sites = {each.site.auth: each.site for each in reversed([*self.pages.values()])}
        site: Site = sites[first.site.auth]
        languages = list(dict.fromkeys(each.language for each in self.pages.values()))
        content: dict[str, object] = {
            "specloom": 1,
            "package": self.package,
            "version": "0.1.0",
            "client": naming.pascal(self.package) or "Client",
            "languages": languages,
            "title": site.title or naming.pascal(self.package) or self.package,
        }
        hosts: list[object] = []
        for page, each in self.pages.items():
            for host in each.site.hosts:
                if host.url not in [cast("dict[str, object]", one)["url"] for one in hosts]:
                    description = {"description": host.description} if host.description else {}
                    self._origin("_api.yaml", ("hosts", str(len(hosts))), page, host.line, "stated")
                    hosts.append({"url": host.url, **description})
        if not hosts:
            hosts = ["https://api.example.com"]
            self._origin("_api.yaml", ("hosts", "0"), first_page, 0, "guessed")
        content["hosts"] = hosts
        content["auth"] = site.auth
        facts: dict[str, object] = {}
        for each in self.pages.values():
            for fact in (one for operation in each.operations for one in operation.facts):
                row = cast("dict[str, object]", facts.setdefault(fact.key, {"title": fact.title}))
                texts = {one.value: one.text for one in fact.values if one.text}
                if texts:
                    row["values"] = {**cast("dict[str, object]", row.get("values") or {}), **texts}
        if facts:
            content["facts"] = facts
        units = {each.unit for page in self.pages.values() for each in _fields(page) if each.unit}
        if units:
            content["units"] = {
                unit: {language: _UNITS[unit][language] for language in languages}
                for unit in sorted(units)
            }
        if site.error_shape:
            content["error_shape"] = site.error_shape
        if site.errors:
            content["errors"] = [_error(each) for each in site.errors]
            for index, error in enumerate(site.errors):
                self._origin("_api.yaml", ("errors", str(index)), first_page, error.line, "stated")
        self.draft.files["_api.yaml"] = content

    # resources

    def _file(self, resource: str) -> dict[str, object]:
        file = f"{resource}.yaml"
        if file not in self.draft.files:
            title = resource.split("/")[-1].replace("_", " ").capitalize()
            self.draft.files[file] = {"title": title}
        return self.draft.files[file]

    def _resource(
        self,
        resource: str,
        listed: Sequence[tuple[str, Operation]],
        resources: set[tuple[str, ...]],
    ) -> None:
        file = f"{resource}.yaml"
        content = self._file(resource)
        names = endpoint_names(operation for _, operation in listed)
        endpoints: dict[str, object] = {}
        types: dict[str, object] = {}
        for page, operation in listed:
            name = names[operation.name]
            while (*resource.split("/"), name) in resources:
                name += "_call"
            fields = FieldConverter(file, page, types, naming.pascal(name) or "", self._origin)
            endpoints[name] = self._endpoint(file, page, name, operation, fields)
            self.draft.operations[file, name] = (page, operation.name)
        content["endpoints"] = endpoints
        if types:
            content["types"] = types

    def _endpoint(
        self, file: str, page: str, name: str, operation: Operation, fields: FieldConverter
    ) -> dict[str, object]:
        way = ("endpoints", name)
        self._origin(file, (*way, "http"), page, operation.line, "stated")
        keys: dict[str, object] = {"http": operation.name}
        for key, value in (
            ("title", operation.title),
            ("description", operation.description),
            ("name_on_site", operation.name_on_site),
            ("updated", operation.updated),
        ):
            if value and not (key == "description" and value == operation.title):
                keys[key] = value
                self._origin(file, (*way, key), page, operation.lines.get(key, 0), "stated")
        if operation.facts:
            facts: dict[str, object] = {}
            for fact in operation.facts:
                values = [each.value for each in fact.values]
                facts[fact.key] = values[0] if len(values) == 1 else values
                self._origin(file, (*way, "facts", fact.key), page, fact.line, "stated")
            keys["facts"] = facts
        if operation.links:
            keys["links"] = [{"title": each.title, "url": each.url} for each in operation.links]
            for index, link in enumerate(operation.links):
                self._origin(file, (*way, "links", str(index)), page, link.line, "stated")
        if not operation.is_signed:
            keys["auth"] = "none"
            self._origin(file, (*way, "auth"), page, operation.lines.get("auth", 0), "stated")
        if operation.hosts:
            keys["hosts"] = operation.hosts
            self._origin(file, (*way, "hosts"), page, operation.lines.get("hosts", 0), "stated")
        taken: set[str] = set()
        for key, group in (
            ("path", operation.path_fields),
            ("query", operation.query),
            ("header", operation.headers),
        ):
            if group:
                keys[key] = fields.arguments(group, (*way, key), taken)
        self._body(keys, way, operation, fields, taken)
        keys["responses"] = {
            each.status: self._response(file, page, way, each, operation, fields)
            for each in operation.responses
        } or {204: None}
        if operation.errors:
            keys["errors"] = [_error(each) for each in operation.errors]
            for index, row in enumerate(operation.errors):
                self._origin(file, (*way, "errors", str(index)), page, row.line, "stated")
        if operation.examples:
            keys["examples"] = [
                self._example(file, page, (*way, "examples", str(index)), operation, index)
                for index in range(len(operation.examples))
            ]
        return keys

    def _body(
        self,
        keys: dict[str, object],
        way: Way,
        operation: Operation,
        fields: FieldConverter,
        taken: set[str],
    ) -> None:
        if operation.text_media:
            keys["body"] = "text"
            keys["media"] = operation.text_media
        elif operation.parts is not None:
            keys["parts"] = fields.arguments(operation.parts, (*way, "parts"), taken)
            if operation.is_signed and any(each.name == "meta" for each in operation.parts):
                keys["signed_part"] = "meta"
        elif operation.body is not None:
            keys["body"] = fields.arguments(operation.body, (*way, "body"), taken)

    def _response(
        self,
        file: str,
        page: str,
        way: Way,
        response: Response,
        operation: Operation,
        fields: FieldConverter,
    ) -> object:
        at = (*way, "responses", str(response.status))
        self._origin(file, at, page, response.line, response.basis)
        if response.is_file:
            return {"content": "file"}
        if operation.text_media:
            return {"body": "text", "media": operation.text_media}
        if response.is_json:
            return "json"
        if not response.fields:
            return None
        if response.is_list:
            name = fields.item_type(response.fields, response.line)
            return f"list<{name}>"
        return {"body": fields.map(response.fields, (*at, "body"), is_request=False)}

    def _example(
        self, file: str, page: str, way: Way, operation: Operation, index: int
    ) -> dict[str, object]:
        example = operation.examples[index]
        self._origin(file, way, page, example.line, "stated")
        request: dict[str, object] = {}
        if example.path:
            request["path"] = example.path
        if example.query:
            request["query"] = example.query
        if example.body is not None:
            request["body"] = example.body
        response: dict[str, object] = {"status": example.status}
        if example.response is not None:
            response["body"] = example.response
        return {
            "title": operation.title or operation.name,
            "request": request,
            "response": response,
        }

    # events

    def _event(self, page: str, event: Event) -> None:
        resource = naming.snake(event.name.split(".")[0]) or "events"
        resource = f"events/{resource}"
        file = f"{resource}.yaml"
        content = self._file(resource)
        events = cast("dict[str, object]", content.setdefault("events", {}))
        types = cast("dict[str, object]", content.setdefault("types", {}))
        way = ("events", event.name)
        self._origin(file, way, page, event.line, "stated")
        fields = FieldConverter(
            file, page, types, naming.pascal(event.name) or "Event", self._origin
        )
        keys: dict[str, object] = {
            key: value
            for key, value in (("title", event.title), ("description", event.description))
            if value
        }
        keys["payload"] = fields.map(event.payload, (*way, "payload"), is_request=False)
        if event.example is not None:
            keys["examples"] = [{"title": event.title or event.name, "payload": event.example}]
        events[event.name] = keys
        if not types:
            del content["types"]
        self.draft.operations[file, event.name] = (page, event.name)

    def _origin(self, file: str, way: Way, page: str, line: int, basis: Basis) -> None:
        self.draft.origins.append(Origin(file, way, page, line, basis))


def _fields(page: PageFacts) -> Iterable[Field]:
    """Yield all fields of a page, nested ones too."""
    waiting = [each for event in page.events for each in event.payload]
    for operation in page.operations:
        waiting += [*operation.path_fields, *operation.query, *operation.headers]
        waiting += [*(operation.body or []), *(operation.parts or [])]
        waiting += [each for response in operation.responses for each in response.fields]
    while waiting:
        each = waiting.pop()
        waiting += each.fields
        yield each


def _unique_operations(pages: Mapping[str, PageFacts]) -> Iterable[tuple[str, Operation]]:
    """Yield each operation once: of several descriptions the one with most fields, in the place of the first."""
    found: dict[str, tuple[str, Operation]] = {}
    for page, facts in pages.items():
        for operation in facts.operations:
            other = found.get(operation.name)
            if other is None or operation.size > other[1].size:
                found[operation.name] = page, operation
    return found.values()


def _unique_events(pages: Mapping[str, PageFacts]) -> Iterable[tuple[str, Event]]:
    seen: set[str] = set()
    for page, facts in pages.items():
        for event in facts.events:
            if event.name not in seen:
                seen.add(event.name)
                yield page, event


def _error(row: ErrorRow) -> dict[str, object]:
    keys: dict[str, object] = {}
    if row.status:
        keys["status"] = row.status
    is_number = row.code.lstrip("-").isdigit()
    keys["code"] = int(row.code) if is_number else row.code
    if is_number:
        keys["as"] = f"Error{row.code.replace('-', 'Minus')}"
    elif naming.error_class(row.code) in RESERVED_NAMES:
        keys["as"] = f"{naming.pascal(row.code)}Code"
    if row.retry:
        keys["retry"] = row.retry
    if row.reason:
        keys["reason"] = row.reason
    if row.remedy:
        keys["remedy"] = row.remedy
    return keys
