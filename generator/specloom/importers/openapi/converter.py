"""Conversion of a whole document: operations to resources, schemas to types, the rest to `_api.yaml`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import cast

from msgspec import Struct

from ... import naming
from . import conventions, endpoint_names, servers
from .context import API, Context
from .credentials import Credentials
from .documents import At
from .events import EventConverter
from .examples import examples_of
from .named_types import TypeNames
from .openapi3 import Reader
from .operations import Operation
from .requests import RequestConverter
from .responses import ErrorRow, ResponseConverter, usual_class
from .scalars import quoted
from .schemas import SchemaConverter
from .swagger2 import SwaggerReader
from .texts import clean, deprecation, labels, link_of, links

_PLAIN_SCHEMES = {"bearer", "basic", "api-key"}
_ORDER = (
    "http",
    "title",
    "description",
    "deprecated",
    "facts",
    "links",
    "auth",
    "hosts",
    "path",
    "query",
    "header",
    "cookie",
    "body",
    "media",
    "form",
    "parts",
    "content",
    "responses",
    "errors",
    "idempotency",
    "paging",
    "examples",
)


class Endpoint(Struct):
    """An endpoint, its operation, and where it is written."""

    operation: Operation
    resource: str
    name: str
    keys: dict[str, object]
    errors: list[ErrorRow]


class Conversion(Struct):
    """A converted document: the files of a spec as plain data, and what became of which operation."""

    files: dict[str, object]
    context: Context
    operations: Mapping[Hashable, str]
    """Names of the operations and events, for reports."""
    operation_count: int
    resources: int
    types: int
    positions: dict[tuple[str, ...], tuple[At, Hashable]]
    """Endpoints and types by file, section and name: their positions in the document, and their owners."""


class Converter:
    """Converts one document."""

    def __init__(self, context: Context, name: str) -> None:
        self.context = context
        self.package = name
        self.root = context.documents.root
        is_swagger = "swagger" in self.root.map
        self.reader = SwaggerReader(context) if is_swagger else Reader(context)
        self.names = TypeNames(context)
        self.schemas = SchemaConverter(context, self.names)
        self.requests = RequestConverter(self.schemas)
        self.responses = ResponseConverter(self.schemas)
        self.credentials = Credentials(context, self.reader.schemes)
        self.events = EventConverter(self.schemas)
        self.files: dict[str, object] = {}
        self.positions: dict[tuple[str, ...], tuple[At, Hashable]] = {}

    def convert(self) -> Conversion:
        """Return the files of the spec."""
        listed = [each for each in self.reader.operations() if self._is_sayable(each)]
        self._find_duplicates(listed)
        resources = endpoint_names.resources(listed)
        by_resource: dict[str, list[Operation]] = {}
        for operation in listed:
            by_resource.setdefault(resources[operation.key][0], []).append(operation)
        default_auth = self._default_auth(listed)
        endpoints: list[Endpoint] = []
        for resource, operations in sorted(by_resource.items()):
            names = endpoint_names.endpoint_names(operations, resource)
            for operation in operations:
                with self.context.owned_by(operation.key):
                    endpoints += self._endpoints(
                        operation, resource, names[operation.key], default_auth
                    )
        self._rename_streams(endpoints)
        titles = {
            resource: next(
                (resources[each.key][1] for each in operations if resources[each.key][1]), ""
            )
            for resource, operations in by_resource.items()
        }
        events = self.events.convert(self.reader, listed, resources)
        while self.names.waiting:
            self.schemas.declare(self.names.waiting.popleft())
        self._set_tags()
        self._share_errors(endpoints)
        for endpoint in endpoints:
            if found := conventions.paging(endpoint.keys, self._fields_of):
                endpoint.keys["paging"] = found
                self.context.owner = endpoint.operation.key
                self.context.note(
                    endpoint.operation.at,
                    "guessed",
                    "paging",
                    f"`{endpoint.resource}.{endpoint.name}`: {_inline(found)}",
                )
        self.context.owner = API
        owners = {each.key: resources[each.key][0] for each in listed} | self.events.owners
        self._note_unused()
        self._write(endpoints, titles, events, owners, default_auth)
        return Conversion(
            self.files,
            self.context,
            {each.key: each.name for each in listed} | self.events.names,
            len(listed),
            len({*by_resource, *events}),
            sum(each.keys is not None for each in self.names.types.values()),
            self.positions,
        )

    def _is_sayable(self, operation: Operation) -> bool:
        if operation.method == "TRACE":
            with self.context.owned_by(operation.key):
                self.context.note(
                    operation.at,
                    "left out",
                    "operation",
                    f"{operation.name}: there are no TRACE requests",
                )
            return False
        return True

    def _find_duplicates(self, operations: list[Operation]) -> None:
        """Ignore an operation id that an earlier operation has; the name comes from method and path."""
        seen: dict[str, Operation] = {}
        for operation in operations:
            first = seen.setdefault(operation.id, operation) if operation.id else operation
            if first is not operation:
                with self.context.owned_by(operation.key):
                    self.context.note(
                        operation.at,
                        "repaired",
                        "duplicate operationId",
                        f"`{operation.id[:80]}` is that of {first.name}; named by method and path",
                    )
                operation.is_named_twice = True

    def _default_auth(self, operations: list[Operation]) -> object:
        """Return the most common `auth` of the operations, which becomes that of the API."""
        counted: Counter[str] = Counter()
        written: dict[str, object] = {}
        for operation in operations:
            with self.context.owned_by(operation.key):
                auth = self.credentials.alternatives(operation.security)
            counted[repr(auth)] += 1
            written[repr(auth)] = auth
        return written[counted.most_common(1)[0][0]] if counted else "none"

    def _endpoints(
        self, operation: Operation, resource: str, name: str, default_auth: object
    ) -> list[Endpoint]:
        """Return the endpoint of an operation, and a second one if the route also streams."""
        at = operation.at
        hint = (
            (naming.pascal(name) or "Call")
            if resource == ""
            else f"{naming.pascal(resource)}{naming.pascal(name)}"
        )
        auth = self.credentials.alternatives(operation.security)
        keys = self.requests.convert(operation, hint, self.credentials.set_by(auth))
        responses, errors, streamed = self.responses.convert(operation, hint)
        keys["responses"] = responses
        keys |= labels(
            clean(at.text("summary"), at, self.context),
            clean(at.text("description"), at, self.context),
        )
        keys |= deprecation(at)
        if pages := links(at.get("externalDocs"), self.context):
            keys["links"] = pages
        if auth != default_auth:
            keys["auth"] = auth
        if scopes := self.credentials.scopes(operation.security):
            keys["facts"] = {"scopes": scopes[0] if len(scopes) == 1 else scopes}
        if operation.servers is not None and (
            hosts := servers.host_of_endpoint(operation.servers, self.context)
        ):
            keys["hosts"] = hosts
        for extra in operation.tags[1:]:
            self.context.note(
                at, "left out", "further tag", f"`{extra[:60]}`: an endpoint is in one resource"
            )
        if found := conventions.idempotency(keys):
            keys["idempotency"] = found
            self.context.note(
                at, "guessed", "idempotency", f"`{resource}.{name}`: key {found['key']}"
            )
        if examples := examples_of(operation, keys, self.context):
            keys["examples"] = examples
        own = Endpoint(operation, resource, name, keys, errors)
        if streamed is None:
            return [own]
        stream_keys = {key: value for key, value in keys.items() if key != "examples"} | {
            "responses": streamed
        }
        self._mark_stream(keys, stream_keys, hint)
        self.context.note(
            at,
            "guessed",
            "stream",
            f"`{resource}.{name}` returns JSON, `{resource}.stream_{name}` the stream",
        )
        return [own, Endpoint(operation, resource, f"stream_{name}", stream_keys, errors)]

    def _mark_stream(self, plain: dict[str, object], stream: dict[str, object], hint: str) -> None:
        """Set the field `stream` of the requests of both endpoints, if it is written in the endpoint or its type."""
        key = next((each for each in ("body", "form", "parts") if each in stream), "body")
        body = stream.get(key)
        if isinstance(body, dict):
            fields = cast("dict[str, object]", body)
            if "stream" in fields or "stream?" in fields:
                stream[key] = {
                    **{
                        name: value
                        for name, value in fields.items()
                        if name.rstrip("?") != "stream"
                    },
                    "stream": "boolean(true)",
                }
                plain[key] = {
                    name: ("boolean(false)" if name == "stream?" else value)
                    for name, value in fields.items()
                }
        elif isinstance(body, str) and (named := self.names.named(body)) and named.at.is_map:
            properties = named.at.get("properties")
            if properties is not None and "stream" in properties.map:
                stream[key] = self.names.add(
                    f"{body}Stream",
                    {"includes": [body], "fields": {"stream": "boolean(true)"}},
                    named.at,
                )

    def _rename_streams(self, endpoints: list[Endpoint]) -> None:
        taken: set[tuple[str, str]] = set()
        for endpoint in endpoints:
            while (endpoint.resource, endpoint.name) in taken:
                endpoint.name += "_stream"
            taken.add((endpoint.resource, endpoint.name))

    def _set_tags(self) -> None:
        """Write the values of tags into the members of tagged unions; a union that has none of its own is told apart by fields."""
        by_name = {each.name: each for each in self.names.types.values()}
        fixed: dict[tuple[str, str], tuple[str, ...]] = {}
        for union, shape in self.schemas.tags:
            tag = shape.tag or ""
            members = [by_name.get(name) for name in shape.tagged]
            can_be = all(
                each is not None
                and each.keys is not None
                and ("fields" in each.keys or "includes" in each.keys)
                and "enum" not in each.keys
                and "type" not in each.keys
                for each in members
            )
            can_be = can_be and all(
                fixed.get((name, tag), values) == values for name, values in shape.tagged.items()
            )
            declared = by_name[union].keys if union in by_name else None
            if declared is None:
                continue
            if not can_be:
                declared.pop("tag", None)
                continue
            for name, values in shape.tagged.items():
                fixed[name, tag] = values
                keys = by_name[name].keys
                assert keys is not None
                fields = cast("dict[str, object]", keys.get("fields") or {})
                expression = f"string({' | '.join(map(quoted, values))})"
                old = fields.get(tag, fields.get(f"{tag}?"))
                kept = (
                    {
                        key: value
                        for key, value in cast("dict[str, object]", old).items()
                        if key in {"title", "description"}
                    }
                    if isinstance(old, dict)
                    else {}
                )
                new: object = {"type": expression, **kept} if kept else expression
                if old is None:
                    keys["fields"] = {tag: new, **fields}
                else:
                    keys["fields"] = {
                        (tag if key.rstrip("?") == tag else key): (
                            new if key.rstrip("?") == tag else value
                        )
                        for key, value in fields.items()
                    }

    def _share_errors(self, endpoints: list[Endpoint]) -> None:
        """Write the error rows: a class has one type of body, so less common ones get classes of their own."""
        counted: dict[int | str, Counter[str]] = {}
        for endpoint in endpoints:
            for row in endpoint.errors:
                if row.body:
                    counted.setdefault(row.status, Counter())[row.body] += 1
        usual = {status: bodies.most_common(1)[0][0] for status, bodies in counted.items()}
        for endpoint in endpoints:
            rows: list[dict[str, object]] = []
            for row in endpoint.errors:
                own = usual_class(row.status)
                keys: dict[str, object] = {"status": row.status}
                name = own or f"Status{row.status}"
                if row.body and usual[row.status] != row.body:
                    keys["as"] = f"{name}{re.sub('[^A-Za-z0-9]', '', row.body)}"[:90]
                elif not own:
                    keys["as"] = name
                rows.append(
                    keys
                    | ({"reason": row.reason} if row.reason else {})
                    | ({"body": row.body} if row.body else {})
                )
            if rows:
                endpoint.keys["errors"] = rows

    def _fields_of(self, name: str) -> dict[str, object] | None:
        named = self.names.named(name.removesuffix("?")) if name[:1].isupper() else None
        keys = named.keys if named else None
        fields = dict(cast("dict[str, object]", (keys or {}).get("fields") or {}))
        for include in cast("list[str]", (keys or {}).get("includes") or []):
            fields = {**(self._fields_of(include) or {}), **fields}
        return fields or None

    def _note_unused(self) -> None:
        components = self.root.get("components")
        schemas = (components.get("schemas") if components else None) or self.root.get(
            "definitions"
        )
        for name, at in schemas.entries() if schemas else ():
            if at.key not in self.names.types:
                self.context.note(
                    at,
                    "left out",
                    "unused schema",
                    f"no operation leads to `{name[:80]}` as a type",
                )

    # files

    def _write(
        self,
        endpoints: list[Endpoint],
        titles: Mapping[str, str],
        events: Mapping[str, dict[str, object]],
        owners: Mapping[Hashable, str],
        auth: object,
    ) -> None:
        reached = self.context.reached([API, *owners])
        described = {tag.text("name"): tag for tag in _items(self.root.get("tags"))}
        contents: dict[str, dict[str, object]] = {}
        for resource in sorted({*(each.resource for each in endpoints), *events}):
            tag = described.get(titles.get(resource, ""))
            title = (
                titles.get(resource)
                or resource.removesuffix("_resource").replace("_", " ").capitalize()
            )
            content: dict[str, object] = {
                "title": " ".join(clean(title, self.root, self.context).split())
            }
            description = clean(tag.text("description"), tag, self.context) if tag else ""
            if description and description.rstrip(".") != title:
                content["description"] = description
            if tag is not None and tag.get("externalDocs"):
                self.context.note(
                    tag, "left out", "externalDocs of a tag", "a resource has no links"
                )
            contents[resource] = content
        for endpoint in endpoints:
            content = contents[endpoint.resource]
            written = cast("dict[str, object]", content.setdefault("endpoints", {}))
            written[endpoint.name] = {
                key: endpoint.keys[key] for key in _ORDER if key in endpoint.keys
            }
            self.positions[f"{endpoint.resource}.yaml", "endpoints", endpoint.name] = (
                endpoint.operation.at,
                endpoint.operation.key,
            )
        for resource, found in events.items():
            contents[resource]["events"] = found
        for content in contents.values():
            self._share_rows(content)
        shared: dict[str, object] = {}
        for named in sorted(self.names.types.values(), key=lambda each: each.name):
            if named.keys is None:
                continue
            users = {owners.get(owner, "") for owner in reached.get(named.key, frozenset())}
            resource = next(iter(users)) if len(users) == 1 else ""
            if not users:
                continue
            if resource and resource in contents:
                cast("dict[str, object]", contents[resource].setdefault("types", {}))[
                    named.name
                ] = named.keys
            else:
                resource = "_types"
                shared[named.name] = named.keys
            self.positions[f"{resource}.yaml", "types", named.name] = named.at, named.key
        self.files["_api.yaml"] = self._api(auth, endpoints, has_events=bool(events))
        if shared:
            self.files["_types.yaml"] = {"types": shared}
        self.files |= {f"{resource}.yaml": content for resource, content in contents.items()}
        self._separate_bodies(contents)

    def _share_rows(self, content: dict[str, object]) -> None:
        """Write an error that all endpoints of a resource have at the resource."""
        endpoints = cast("dict[str, dict[str, object]]", content.get("endpoints") or {})
        if len(endpoints) < 3:
            return
        tables = [
            cast("list[dict[str, object]]", each.get("errors") or []) for each in endpoints.values()
        ]
        shared = [row for row in tables[0] if all(row in table for table in tables)]
        statuses = {
            str(status)
            for each in endpoints.values()
            for status in cast("dict[object, object]", each["responses"])
        }
        shared = [row for row in shared if str(row["status"]) not in statuses]
        if not shared:
            return
        for keys, table in zip(endpoints.values(), tables, strict=True):
            rest = [row for row in table if row not in shared]
            keys.pop("errors", None)
            if rest:
                keys["errors"] = rest
        for name in ("endpoints", "types", "events"):  # errors come before them
            if name in content:
                content[name] = content.pop(name)
        content["errors"] = shared
        for name in ("endpoints", "types", "events"):
            if name in content:
                content[name] = content.pop(name)

    def _separate_bodies(self, contents: Mapping[str, dict[str, object]]) -> None:
        """Write long bodies of examples into files of their own."""
        for resource, content in contents.items():
            for name, keys in cast(
                "dict[str, dict[str, object]]", content.get("endpoints") or {}
            ).items():
                for index, example in enumerate(
                    cast("list[dict[str, dict[str, object]]]", keys.get("examples") or [])
                ):
                    for part in ("request", "response"):
                        body = example.get(part, {}).get("body")
                        if isinstance(body, dict | list) and len(repr(cast("object", body))) > 300:
                            number = f".{index + 1}" if index else ""
                            file = f"{resource}.{name}{'.request' if part == 'request' else ''}{number}.json"
                            self.files[file] = example[part].pop("body")
                            example[part]["body_file"] = file

    def _api(
        self, auth: object, endpoints: list[Endpoint], *, has_events: bool
    ) -> dict[str, object]:
        info = self.root.get("info") or self.root.replaced({})
        title = " ".join(clean(info.text("title"), info, self.context).split()) or (
            naming.pascal(self.package) or self.package
        )
        pascal = naming.pascal(self.package) or "Api"
        client = (
            f"{pascal}Api"
            if pascal in naming.RESERVED_CLASSES or pascal in {"Client", "Stream"}
            else pascal
        )
        api: dict[str, object] = {
            "specloom": 1,
            "package": self.package,
            "version": "0.1.0",
            "client": client,
            "title": title,
        }
        description = clean(info.text("description"), info, self.context)
        if description and description.rstrip(".") != title:
            api["description"] = description
        api["languages"] = ["en"]
        api["hosts"] = servers.hosts(self.reader.servers, self.context)
        schemes = self.credentials.written()
        if schemes:
            api["schemes"] = schemes
        if auth != "none":
            api["auth"] = auth
        if any("facts" in each.keys for each in endpoints):
            api["facts"] = {"scopes": {"title": "OAuth scopes"}}
        if found := self._links(info):
            api["links"] = found
        if has_events:
            api["events"] = self.events.envelope
        if info.raw("version") is not None:
            self.context.note(
                info,
                "left out",
                "version",
                f"{str(info.raw('version'))[:40]}: `version` of a spec is that of the client",
            )
        return api

    def _links(self, info: At) -> list[dict[str, object]]:
        found = links(self.root.get("externalDocs"), self.context)
        for key, title in (("termsOfService", "Terms of service"),):
            link = link_of(info.text(key), title)
            found += [link] if link else []
        for key, title in (("contact", "Contact"), ("license", "License")):
            at = info.get(key)
            link = (
                link_of(at.text("url"), clean(at.text("name"), at, self.context) or title)
                if at
                else None
            )
            found += [link] if link else []
        return [*{str(each["url"]): each for each in found}.values()]


def _items(at: At | None) -> list[At]:
    return [each for each in at.items() if each.is_map] if at else []


def _inline(keys: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"
