"""`events.py`: a class for each event, the union of all events, and the table of events by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from ...auth_schemes import SCHEMES
from ...code import Code, Python, python
from ...model import Api, Event, ValueLocation
from . import docstrings
from .imports import Layout, Module, public_names
from .type_hints import TypeHints

_HOME = ("_runtime", "webhooks")


class EventView(Struct, frozen=True):
    """Template values of an event class."""

    class_name: Python
    docstring: Python
    payload: Python
    """Type of the payload."""
    name: Python
    """Name of the event on the wire."""


class LocationView(Struct, frozen=True):
    """Template values of a location in a delivery: a header, or a path in the body."""

    header: Python | None
    path: Python | None


class EnvelopeView(Struct, frozen=True):
    """Template values of what carries an event: the class of an auth scheme, or the locations that the spec gives."""

    class_name: Python
    name: LocationView | None = None
    payload: Python | None = None
    id: LocationView | None = None
    verified: Python | None = None


class WebhooksView(Struct, frozen=True):
    """Template values of the property `webhooks` of a client."""

    class_name: Python
    """Local name of the class."""
    imported_name: Python
    docstring: Python


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the module, if the API has events."""
    events = list(api.all_events())
    if not events:
        return
    module = Module(layout, ("events",))
    module.use("typing", "Final", "Literal", "TypeAlias", "Union")
    runtime = ("Acknowledgement", "UnknownEvent")
    module.use_own((*_HOME, "events"), *runtime, "Event", "EventTable")
    views = [_event(api, module, event) for event in events]
    names = [event.class_name for event in events]
    envelope = _envelope(api, module)
    yield (
        layout.file(module.parts),
        module.render(
            "python/events.py.j2",
            docstring=docstrings.of_module(api, "events"),
            public_names=public_names(["AnyEvent", *names, *runtime]),
            events=views,
            envelope=envelope,
        ),
    )


def webhooks(api: Api, module: Module, *, is_async: bool) -> WebhooksView:
    """Return the `webhooks` property of a client."""
    module.use("functools", "cached_property")
    module.use_for_typing(module.relative(("events",)), "AnyEvent")
    name = "AsyncWebhooks" if is_async else "Webhooks"
    local = module.use_for_typing(module.relative((*_HOME, "receiver")), name)
    return WebhooksView(
        local,
        python.imported_name(name if name == local else f"{name} as {local}"),
        docstrings.of_webhooks(api, is_async=is_async),
    )


def _event(api: Api, module: Module, event: Event) -> EventView:
    return EventView(
        python.identifier(event.class_name),
        docstrings.of_event(api, event),
        TypeHints(api, module, "value").of(event.payload),
        python.literal(event.name),
    )


def _envelope(api: Api, module: Module) -> EnvelopeView:
    if api.envelope is None:
        home, class_name = next(
            (kind.home(kind.events.module), kind.events.class_name)
            for kind in (SCHEMES[scheme.kind] for scheme in api.schemes)
            if kind.events
        )
        return EnvelopeView(module.use_class(("_runtime", *home), class_name))
    envelope = api.envelope
    module.use_own((*_HOME, "envelopes"), "ValueLocation")
    return EnvelopeView(
        class_name=module.use_own((*_HOME, "envelopes"), "PlainEnvelope"),
        name=_location(envelope.name),
        payload=None if envelope.payload is None else python.literal(envelope.payload),
        id=None if envelope.id is None else _location(envelope.id),
        verified=None if envelope.verified else python.literal(False),
    )


def _location(location: ValueLocation) -> LocationView:
    if location.header is not None:
        return LocationView(python.literal(location.header), None)
    return LocationView(None, python.literal(location.path))
