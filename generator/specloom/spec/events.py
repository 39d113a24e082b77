"""Event resolver: turns the events of a resource into the model. Examples follow later, when all types are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct

from .. import auth_schemes, naming
from ..model import Endpoint, Envelope, Event, Field, Scheme, Type, TypeName, ValueLocation
from . import api_file
from .collector import DiagnosticCollector, closest, did_you_mean, line_reference
from .endpoints import EndpointResolver
from .fields import FieldResolver, deprecation
from .localized import TextReader, child, entries, flag, word
from .nodes import MapNode, Node, Scalar, location_of
from .reachability import outside_json
from .spec_folder import MAX_NAME_LENGTH
from .type_resolver import UNRESOLVED, TypeResolver

RESERVED_NAMES = frozenset(
    [
        "Acknowledgement",
        "AnyEvent",
        "Event",
        "EventTable",
        "Final",
        "PlainEnvelope",
        "ValueLocation",
        "UnknownEvent",
        *naming.RESERVED_CLASSES,
        *naming.BUILTIN_CLASSES,
    ]
)
"""Class names that an event cannot have."""
UNNAMED = "Event_"
"""Placeholder for a class name that could not be derived, which has been reported."""


class EventDraft(Struct, frozen=True):
    """An event without its examples, which are resolved later."""

    event: Event
    key: Scalar
    node: MapNode


class EventResolver:
    """Resolves events; a name means one event in the whole API."""

    def __init__(
        self,
        fields: FieldResolver,
        types: TypeResolver,
        texts: TextReader,
        used: Iterable[Scheme],
        diagnostics: DiagnosticCollector,
    ) -> None:
        self.fields = fields
        self.types = types
        self.texts = texts
        self.diagnostics = diagnostics
        self._reserved = RESERVED_NAMES | _envelopes(used)
        self._by_name: dict[str, Event] = {}
        self._by_class: dict[str, Event] = {}

    def read(self, root: MapNode, module: tuple[str, ...]) -> list[EventDraft]:
        """Return the events of a resource."""
        nodes = [
            (key, node) for key, node in entries(root.get("events")) if isinstance(node, MapNode)
        ]
        return [EventDraft(self._event(key, node, module), key, node) for key, node in nodes]

    def _event(self, key: Scalar, node: MapNode, module: tuple[str, ...]) -> Event:
        class_name = self._class_name(key, node)
        texts = self.texts
        event = Event(
            name=key.text,
            class_name=class_name,
            resource=module,
            payload=self._payload(key, node, TypeName(module, class_name + "Payload")),
            title=texts.read(node.get("title")),
            description=texts.read(node.get("description")),
            to=word(node.get("to")) or None,
            links=api_file.links(node.get("links"), texts),
            updated=api_file.date_of_page(node.get("updated"), self.diagnostics),
            deprecated=deprecation(node.get("deprecated"), texts),
            location=location_of(key),
        )
        self._check_unique(event, node.get("as") or key)
        return event

    def _class_name(self, key: Scalar, node: MapNode) -> str:
        override = node.get("as")
        name = override.text if isinstance(override, Scalar) else naming.pascal(key.text) or ""
        if not name or len(name) > MAX_NAME_LENGTH:
            self.diagnostics.add(
                key,
                "class-name",
                f"cannot derive a class name from `{key.text[:60]}`",
                "add one: {as: OrderPaid, …}",
            )
            return UNNAMED
        if name in self._reserved:
            message = f"event class name `{name}` is reserved"
            self.diagnostics.add(
                override or key, "class-name", message, "use another name: {as: …}"
            )
        return name

    def _check_unique(self, event: Event, at: Node) -> None:
        first = self._by_name.setdefault(event.name, event)
        if first is not event:
            self.diagnostics.add(
                at,
                "duplicate-event",
                f"duplicate event `{event.name}`; the first is in {line_reference(first.location)}",
                "keep it beside the endpoints that cause it",
            )
            return
        if event.class_name == UNNAMED:
            return
        other = self._by_class.setdefault(
            (naming.snake(event.class_name) or "").replace("_", ""), event
        )
        if other is not event:
            message = f"class name `{event.class_name}` collides with that of event `{other.name}` ({line_reference(other.location)})"
            self.diagnostics.add(
                at, "duplicate-class", message, "give one of them another name with `as:`"
            )

    def _payload(self, key: Scalar, node: MapNode, name: TypeName) -> Type:
        payload = node.get("payload")
        if not isinstance(payload, Scalar):
            return self.fields.resolve_object(name, payload, None, key)
        read = self.types.read(payload, name.module)
        if read and (word := outside_json(read)):
            self.diagnostics.add(
                payload,
                "misplaced-file",
                f"an event payload cannot contain a `{word}`",
                ("use `string`" if word == "text" else "use `bytes` for binary data in JSON"),
            )
        return read or UNRESOLVED


class EventAddressChecker:
    """Checks `to` of events where it names an endpoint or a field; settings outside the spec may have any name."""

    def __init__(
        self,
        resolver: EndpointResolver,
        endpoints: Iterable[Endpoint],
        resources: Collection[tuple[str, ...]],
        diagnostics: DiagnosticCollector,
    ) -> None:
        self.resolver = resolver
        self.endpoints = {(*endpoint.resource, endpoint.name): endpoint for endpoint in endpoints}
        self.resources = resources
        self.diagnostics = diagnostics

    def check(self, draft: EventDraft) -> None:
        """Report an address that starts with a resource, or with an endpoint of the event's resource, but does not name a field."""
        at = draft.node.get("to")
        if not isinstance(at, Scalar):
            return
        path = tuple(at.text.split("."))
        if (*draft.event.resource, path[0]) in self.endpoints:
            path = (*draft.event.resource, *path)
        depth = max(
            (depth for depth in range(len(path) + 1) if path[:depth] in self.resources), default=0
        )
        if depth:
            self._check_rest(at, path[:depth], path[depth:])
        elif slip := closest(path[0], sorted({resource[0] for resource in self.resources})):
            self.diagnostics.warn(
                at, "event-address", f"unknown resource `{path[0]}`", f"did you mean `{slip}`?"
            )

    def _check_rest(self, at: Scalar, resource: tuple[str, ...], rest: tuple[str, ...]) -> None:
        inside = {
            name[-1]: endpoint for name, endpoint in self.endpoints.items() if name[:-1] == resource
        }
        named = inside.get(rest[0]) if rest else None
        if named is not None:
            unknown, known_fields = self._follow(named, rest[1:])
            message = f"unknown field `{'.'.join(rest[1:])}` of the request of `{named.qualified}`"
            if unknown or not rest[1:]:
                hint = did_you_mean(unknown, (field.wire for field in known_fields))
                self.diagnostics.add(
                    at,
                    "event-address",
                    (
                        message
                        if unknown
                        else f"`{named.qualified}` is an endpoint; expected a field of its request"
                    ),
                    hint,
                )
        elif not rest or all(self._follow(endpoint, rest)[0] for endpoint in inside.values()):
            known = (*inside, *(below[-1] for below in self.resources if below[:-1] == resource))
            message = (
                f"unknown endpoint `{rest[0]}` of resource `{'.'.join(resource)}`"
                if rest
                else f"`{at.text}` is a resource; expected a field of a request"
            )
            self.diagnostics.add(
                at, "event-address", message, did_you_mean(rest[0] if rest else "", known)
            )

    def _follow(self, endpoint: Endpoint, path: tuple[str, ...]) -> tuple[str, tuple[Field, ...]]:
        return self.resolver.request_fields.follow(
            ".".join(path), self.resolver.request_fields.all_of(endpoint)
        )


def _envelopes(used: Iterable[Scheme]) -> frozenset[str]:
    """Return the names of envelope classes of the schemes, which clients import beside the event classes."""
    kinds = [
        auth_schemes.SCHEMES[scheme.kind] for scheme in used if scheme.kind in auth_schemes.SCHEMES
    ]
    return frozenset(kind.events.class_name for kind in kinds if kind.events)


def envelope(
    root: Node | None,
    drafts: Iterable[EventDraft],
    used: Iterable[Scheme],
    diagnostics: DiagnosticCollector,
) -> Envelope | None:
    """Return the envelope that `events` in _api.yaml describes.

    Report a missing envelope, or one where the authentication scheme defines its own.
    """
    node = child(root, "events")
    scheme = next(
        (
            scheme
            for scheme in used
            if scheme.kind in auth_schemes.SCHEMES and auth_schemes.SCHEMES[scheme.kind].events
        ),
        None,
    )
    if scheme is not None:
        if node is not None:
            diagnostics.add(
                node,
                "event-envelope",
                f"the scheme {scheme.kind} defines the event envelope itself",
                "remove `events` from _api.yaml",
            )
        return None
    if not isinstance(node, MapNode):
        for draft in drafts:
            message = f"missing event envelope: where a delivery has the name and the payload of `{draft.event.name}`"
            diagnostics.add(
                draft.key,
                "event-envelope",
                message,
                "add it to _api.yaml: events: {name: event, payload: payload}",
            )
            break
        return None
    name, payload, id = node.get("name"), word(node.get("payload")) or None, node.get("id")
    return Envelope(
        _value_location(name),
        payload,
        _value_location(id) if id is not None else None,
        flag(node.get("verified"), otherwise=True),
    )


def _value_location(node: Node | None) -> ValueLocation:
    return (
        ValueLocation(path=node.text)
        if isinstance(node, Scalar)
        else ValueLocation(header=word(child(node, "header")))
    )
