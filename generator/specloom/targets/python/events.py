"""`events.py`: a class for each event, the union of all events, and the table of events by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from ...auth_schemes import SCHEMES
from ...code import Code, Python, python
from ...model import Api, Event, ValueLocation, code_span
from ...render import render
from .. import descriptions
from . import docstrings
from .imports import Layout, Module, export_order
from .resources import PropertyView
from .type_hints import TypeHints

UNION = "AnyEvent"
TABLE = "EVENTS"
_HOME = ("_runtime", "webhooks")


class EventView(Struct, frozen=True):
    """Template values of an event class."""

    header: Python
    docstring: Python
    payload: Python
    name: Python


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the module, if the API has events."""
    events = list(api.all_events())
    if not events:
        return
    module = Module(layout, ("events",))
    classes = [_class(api, module, event) for event in events]
    inherited = [
        module.use_own((*_HOME, "events"), name) for name in ("Acknowledgement", "UnknownEvent")
    ]
    names = [event.class_name for event in events]
    members = [python.identifier(name) for name in [*names, "UnknownEvent"]]
    alias = python.union_member(module.use("typing", "TypeAlias"))
    flat = python.union(members)
    broken = python.broken_union(members) if python.columns(flat) > python.WIDTH - 4 else None
    union = python.declaration(UNION, [alias], flat, broken=broken)
    title = f"Events of {docstrings.multilingual(api.title, api.languages) or api.name}."
    yield (
        layout.file(module.parts),
        render(
            Python,
            "python/events.py.j2",
            docstring=docstrings.of_module(title, docstrings.source_of(api, ())),
            classes=classes,
            union=union,
            table=_table(api, module, events),
            imports=module.imports(),
            all=python.assignment(
                "__all__",
                python.list_of(
                    [
                        python.literal(name)
                        for name in sorted([UNION, *names, *inherited], key=export_order)
                    ],
                    room=78,
                ),
            ),
        ),
    )


def receiver(api: Api, module: Module, *, asynchronous: bool) -> PropertyView:
    """Return the `webhooks` property of a client."""
    kind = "AsyncWebhooks" if asynchronous else "Webhooks"
    module_name = module.relative((*_HOME, "receiver"))
    event_type = module.use_for_typing(module.relative(("events",)), UNION)
    returns = python.subscript(module.use_for_typing(module_name, kind), [event_type])
    await_prefix = "await " if asynchronous else ""
    title = docstrings.multilingual(api.title, api.languages) or api.name
    text = f"Receiver of webhook events of {title}: `{await_prefix}client.webhooks.receive(headers, body)`."
    return PropertyView(
        python.decorator(module.use("functools", "cached_property")),
        python.signature("webhooks", python.parameters([python.identifier("self")]), returns),
        python.docstring(text, 8),
        python.lines(
            [
                python.from_import(module_name, [kind], room=80),
                python.from_import(module.relative(("events",)), [TABLE], room=80),
            ]
        ),
        python.return_statement(
            python.call(
                python.identifier(kind),
                [
                    python.dotted("self", "_driver"),
                    python.dotted("self", "_settings"),
                    python.identifier(TABLE),
                ],
            )
        ),
    )


def _class(api: Api, module: Module, event: Event) -> EventView:
    bases = [
        module.use_own((*_HOME, "events"), "Event"),
        python.keyword_argument("frozen", python.literal(True)),
        python.keyword_argument("kw_only", python.literal(True)),
    ]
    name = python.literal(event.name)
    literal = python.union_member(module.use("typing", "Literal"), [name])
    return EventView(
        python.class_header(python.identifier(event.class_name), bases),
        _docstring(api, event),
        python.declaration(
            "payload", TypeHints(api, module, "value").members(event.payload), room=84
        ),
        python.declaration("name", [literal], name, room=84),
    )


def _docstring(api: Api, event: Event) -> Python:
    language = api.languages[0]
    blocks = [
        descriptions.with_full_stop(
            docstrings.multilingual(event.title, api.languages) or code_span(event.name), language
        )
    ]
    if event.deprecated:
        blocks.append(
            descriptions.with_full_stop(
                descriptions.deprecation(event.deprecated, language), language
            )
        )
    if event.description:
        blocks.append(event.description.best(language))
    blocks += [f"Source: {link.url}" for link in event.links[:1]]
    return python.docstring("\n\n".join(blocks), 4)


def _table(api: Api, module: Module, events: list[Event]) -> Python:
    table_class = module.use_own((*_HOME, "events"), "EventTable")
    rows = [(python.literal(event.name), python.identifier(event.class_name)) for event in events]
    table_call = python.call(
        table_class, [_envelope(api, module), python.dict_of(rows, explode=True)], explode=True
    )
    annotation = python.subscript(table_class, [python.identifier(UNION)])
    return python.assignment(
        TABLE, table_call, python.subscript(module.use("typing", "Final"), [annotation])
    )


def _envelope(api: Api, module: Module) -> Python:
    if api.envelope is None:
        home, class_name = next(
            (kind.home(kind.events.module), kind.events.class_name)
            for kind in (SCHEMES[scheme.kind] for scheme in api.schemes)
            if kind.events
        )
        return python.call(module.use_own(("_runtime", *home), class_name), [])
    options = {"name": _location(module, api.envelope.name)}
    if api.envelope.payload is not None:
        options["payload"] = python.literal(api.envelope.payload)
    if api.envelope.id is not None:
        options["id"] = _location(module, api.envelope.id)
    if not api.envelope.verified:
        options["verified"] = python.literal(False)
    return python.call(
        module.use_own((*_HOME, "envelopes"), "PlainEnvelope"),
        python.call_options(options),
        room=84,
    )


def _location(module: Module, location: ValueLocation) -> Python:
    options = (
        {"header": location.header} if location.header is not None else {"path": location.path}
    )
    location_class = module.use_own((*_HOME, "envelopes"), "ValueLocation")
    return python.call(
        location_class,
        python.call_options({name: python.literal(value) for name, value in options.items()}),
    )
