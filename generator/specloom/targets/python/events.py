"""`events.py`: a class for each event, the union of all, and the table by which a receiver finds them."""

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
from .resources import Child
from .type_hints import Annotations

UNION = "AnyEvent"
TABLE = "EVENTS"
_HOME = ("_runtime", "webhooks")


class EventClass(Struct, frozen=True):
    header: Python
    docstring: Python
    payload: Python
    name: Python


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """The one module, if the API has events."""
    found = list(api.all_events())
    if not found:
        return
    module = Module(layout, ("events",))
    classes = [_class(api, module, event) for event in found]
    ours = [
        module.use_ours((*_HOME, "events"), name) for name in ("Acknowledgement", "UnknownEvent")
    ]
    names = [event.class_name for event in found]
    members = [python.identifier(name) for name in [*names, "UnknownEvent"]]
    alias = python.member(module.use("typing", "TypeAlias"))
    flat = python.union(members)
    broken = python.broken_union(members) if python.columns(flat) > python.WIDTH - 4 else None
    union = python.declaration(UNION, [alias], flat, broken=broken)
    title = f"Events of {docstrings.both(api.title, api.languages) or api.name}."
    yield (
        layout.file(module.parts),
        render(
            Python,
            "python/events.py.j2",
            docstring=docstrings.of_module(title, docstrings.source_of(api, ())),
            classes=classes,
            union=union,
            table=_table(api, module, found),
            imports=module.imports(),
            all=python.assignment(
                "__all__",
                python.list_of(
                    [
                        python.literal(name)
                        for name in sorted([UNION, *names, *ours], key=export_order)
                    ],
                    room=78,
                ),
            ),
        ),
    )


def receiver(api: Api, module: Module, *, asynchronous: bool) -> Child:
    """The property through which a client gives its receiver of events."""
    kind = "AsyncWebhooks" if asynchronous else "Webhooks"
    home = module.relative((*_HOME, "receiver"))
    union = module.use_typing_only(module.relative(("events",)), UNION)
    returns = python.subscript(module.use_typing_only(home, kind), [union])
    awaited = "await " if asynchronous else ""
    title = docstrings.both(api.title, api.languages) or api.name
    text = f"Receives events of {title}: `{awaited}client.webhooks.receive(headers, body)`."
    return Child(
        python.decorator(module.use("functools", "cached_property")),
        python.signature("webhooks", python.parameters([python.identifier("self")]), returns),
        python.docstring(text, 8),
        python.lines(
            [
                python.from_import(home, [kind], room=80),
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


def _class(api: Api, module: Module, event: Event) -> EventClass:
    bases = [
        module.use_ours((*_HOME, "events"), "Event"),
        python.keyword_argument("frozen", python.literal(True)),
        python.keyword_argument("kw_only", python.literal(True)),
    ]
    name = python.literal(event.name)
    literal = python.member(module.use("typing", "Literal"), [name])
    return EventClass(
        python.class_header(python.identifier(event.class_name), bases),
        _docstring(api, event),
        python.declaration(
            "payload", Annotations(api, module, "value").members(event.payload), room=84
        ),
        python.declaration("name", [literal], name, room=84),
    )


def _docstring(api: Api, event: Event) -> Python:
    language = api.languages[0]
    blocks = [
        descriptions.ended(
            docstrings.both(event.title, api.languages) or code_span(event.name), language
        )
    ]
    if event.deprecated:
        blocks.append(
            descriptions.ended(descriptions.deprecation(event.deprecated, language), language)
        )
    if event.description:
        blocks.append(event.description.best(language))
    blocks += [f"Source: {link.url}" for link in event.links[:1]]
    return python.docstring("\n\n".join(blocks), 4)


def _table(api: Api, module: Module, events: list[Event]) -> Python:
    table = module.use_ours((*_HOME, "events"), "EventTable")
    rows = [(python.literal(event.name), python.identifier(event.class_name)) for event in events]
    made = python.call(
        table, [_envelope(api, module), python.mapping(rows, explode=True)], explode=True
    )
    typed = python.subscript(table, [python.identifier(UNION)])
    return python.assignment(TABLE, made, python.subscript(module.use("typing", "Final"), [typed]))


def _envelope(api: Api, module: Module) -> Python:
    if api.envelope is None:
        delivery = next(
            kind.events for kind in (SCHEMES[scheme.kind] for scheme in api.schemes) if kind.events
        )
        return python.call(module.use_ours((*_HOME, delivery.module), delivery.class_name), [])
    options = {"name": _spot(module, api.envelope.name)}
    if api.envelope.payload is not None:
        options["payload"] = python.literal(api.envelope.payload)
    if api.envelope.id is not None:
        options["id"] = _spot(module, api.envelope.id)
    if not api.envelope.verified:
        options["verified"] = python.literal(False)
    return python.call(
        module.use_ours((*_HOME, "envelopes"), "PlainEnvelope"),
        python.call_options(options),
        room=84,
    )


def _spot(module: Module, spot: ValueLocation) -> Python:
    given = {"header": spot.header} if spot.header is not None else {"path": spot.path}
    made = module.use_ours((*_HOME, "envelopes"), "ValueLocation")
    return python.call(
        made, python.call_options({name: python.literal(value) for name, value in given.items()})
    )
