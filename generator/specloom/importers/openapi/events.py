"""Webhooks and callbacks to events.

OpenAPI does not say where a delivery has the name of its event. It is guessed: a header that the webhooks declare, or a field with a constant.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import cast

from ... import naming
from ...spec.events import RESERVED_NAMES
from .documents import At
from .media_types import kind_of
from .openapi3 import Reader
from .operations import METHODS, Operation
from .schemas import SchemaConverter
from .shapes import OBJECT, fields_of
from .texts import clean, deprecation, labels, links

RESOURCE = "event_types"


class EventConverter:
    """Converts webhooks and callbacks."""

    def __init__(self, schemas: SchemaConverter) -> None:
        self.schemas = schemas
        self.context = schemas.context
        self.owners: dict[Hashable, str] = {}
        self.names: dict[Hashable, str] = {}
        """Names for reports."""
        self.envelope: dict[str, object] = {"name": "type"}
        self._classes: set[str] = set()
        self._names: set[str] = set()
        self._headers: dict[str, int] = {}
        self._constants: dict[str, int] = {}

    def convert(
        self,
        reader: Reader,
        operations: Iterable[Operation],
        resources: Mapping[object, tuple[str, str]],
    ) -> dict[str, dict[str, object]]:
        """Return the events of each resource."""
        found: dict[str, dict[str, object]] = {}
        webhooks = reader.root.get("webhooks") or reader.root.get("x-webhooks")
        for name, item in webhooks.entries() if webhooks else ():
            target = self.context.documents.follow(item)
            self._add(found, RESOURCE, name, target, reader, "")
        for operation in operations:
            callbacks = operation.at.get("callbacks")
            for name, callback in callbacks.entries() if callbacks else ():
                followed = self.context.documents.follow(callback)
                for expression, item in followed.entries() if followed else ():
                    if expression.startswith("x-"):
                        continue
                    field = re.fullmatch(
                        r"\{\$request\.(?:body#/|query\.)([A-Za-z0-9_/-]+)\}.*", expression
                    )
                    to = field[1].replace("/", ".") if field else expression[:200]
                    self._add(
                        found,
                        resources[operation.key][0],
                        name,
                        self.context.documents.follow(item),
                        reader,
                        to,
                    )
        if found:
            self._guess()
        return found

    def _add(
        self,
        found: dict[str, dict[str, object]],
        resource: str,
        name: str,
        item: At | None,
        reader: Reader,
        to: str,
    ) -> None:
        for method in METHODS:
            at = item.get(method) if item else None
            if at is None or not at.is_map:
                continue
            key = ("event", name, method, resource)
            self.owners[key] = resource
            self.names[key] = f"event {name}"
            with self.context.owned_by(key):
                written = self._event(at, name, reader, to)
            unique, count = name if name.strip() else "event", 1
            while unique in self._names:
                count += 1
                unique = f"{name}.{count}"
            self._names.add(unique)
            keys: dict[str, object] = {}
            class_name = naming.pascal(unique) or "Event"
            wanted, count = class_name, 1
            while _folded(class_name) in self._classes or class_name in RESERVED_NAMES:
                count += 1
                class_name = (
                    f"{wanted}{count}"
                    if wanted not in RESERVED_NAMES or count > 2
                    else f"{wanted}Received"
                )
            self._classes.add(_folded(class_name))
            if class_name != naming.pascal(unique):
                keys["as"] = class_name
            found.setdefault(resource, {})[unique] = keys | written

    def _event(self, at: At, name: str, reader: Reader, to: str) -> dict[str, object]:
        self.schemas.direction, self.schemas.depth = "response", 0
        keys = labels(
            clean(at.text("summary"), at, self.context),
            clean(at.text("description"), at, self.context),
        )
        if to and not re.search(r"[\s]", to):
            keys["to"] = re.sub(r"[^A-Za-z0-9_.-]", "_", to)
        keys |= deprecation(at)
        if pages := links(at.get("externalDocs"), self.context):
            keys["links"] = pages
        parameters = at.get("parameters")
        for each in parameters.items() if parameters else ():
            target = self.context.documents.follow(each)
            if (
                target is not None
                and target.text("in") == "header"
                and re.search("event", target.text("name"), re.IGNORECASE)
            ):
                self._headers[target.text("name")] = self._headers.get(target.text("name"), 0) + 1
        body = reader.body(found) if (found := at.get("requestBody")) else None
        media = (
            next((each for each in body.media if kind_of(each.name) in {"JSON", "form"}), None)
            if body
            else None
        )
        if media is None or media.schema is None:
            keys["payload"] = "json"
            return keys
        hint = f"{naming.pascal(name) or 'Event'}Payload"
        shape = self.schemas.convert(media.schema, hint)
        self._count_constants(media.schema)
        if (
            shape.text == OBJECT
            and shape.inner is not None
            and [*shape.inner] == ["fields"]
            and fields_of(shape.inner)
        ):
            keys["payload"] = fields_of(shape.inner)
        else:
            named = self.schemas.named(shape, media.schema, hint)
            keys["payload"] = named.expression.removesuffix("?")
        return keys

    def _count_constants(self, schema: At) -> None:
        target = self.context.documents.follow(schema)
        properties = target.get("properties") if target else None
        for name, each in properties.entries() if properties else ():
            listed = each.raw("enum")
            if "const" in each.map or (
                isinstance(listed, list) and len(cast("list[object]", listed)) == 1
            ):
                self._constants[name] = self._constants.get(name, 0) + 1

    def _guess(self) -> None:
        header = max(self._headers, key=lambda each: self._headers[each], default=None)
        field = max(self._constants, key=lambda each: self._constants[each], default=None)
        if header is not None:
            self.envelope = {"name": {"header": header}}
        elif field is not None and re.fullmatch(r"[^.\s]+", field):
            self.envelope = {"name": field}
        at = self.context.documents.root
        where = self.envelope["name"]
        self.context.note(
            at,
            "guessed",
            "envelope of events",
            f"the name of an event is in {where if isinstance(where, str) else header}; deliveries are rejected until a function verifies them",
        )


def _folded(name: str) -> str:
    return (naming.snake(name) or name).replace("_", "")
