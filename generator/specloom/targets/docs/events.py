"""The page of an event, and lists of events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ...auth_schemes import SCHEMES, Delivery
from ...code import Markdown, markdown, python
from ...model import Api, Event, Named, Object, Resource, json_text
from ...render import render
from . import labels, page_paths, tables, webhook_samples
from .endpoints import Block, whole
from .localizer import Localizer
from .tables import FieldTable


def page(api: Api, event: Event, language: str) -> Markdown:
    """The page in one language."""
    reader = Localizer(language)
    here = page_paths.of_event(event, language)
    for there, what in (
        (event.title, "a_title"),
        (event.description, "a_description"),
        (event.examples, "an_example"),
    ):
        if not there:
            reader.lacks(what)
    values = {
        "label": labels.headings(language),
        "title": reader.inline(event.title) or markdown.text(event.name),
        "navigation": reader.navigation(
            [
                page_paths.link(here, page_paths.of_api(language), reader.inline(api.title)),
                *page_paths.languages(api, language, here),
            ]
        ),
        "description": markdown.paragraphs(reader.says(event.description)),
        "deprecated": tables.deprecation(event.deprecated, reader) if event.deprecated else None,
        "facts": markdown.bullets(_facts(event, reader)),
        "payload": list(_payload(api, event, reader)),
        "examples": [
            Block(
                reader.titled("example", each.title),
                (markdown.fenced(json_text(each.payload.json, indent=0), "json"),),
            )
            for each in event.examples
        ],
        "proof": proof(api, reader),
        "sample": markdown.fenced(
            webhook_samples.function(api, python.identifier(event.class_name)), "python"
        ),
        "acknowledgement": acknowledgement(api, reader),
        "redelivery": redelivery(api, reader),
        "links": markdown.bullets(
            markdown.link(reader.inline(each.title), each.url) for each in event.links
        ),
        "updated": reader.words("updated", markdown.text(event.updated)) if event.updated else None,
    }
    return render(Markdown, "docs/event.md.j2", notice=reader.notice(), **values)


def listed(resource: Resource, here: PurePosixPath, reader: Localizer) -> Markdown | None:
    """The events of a resource, with the way to their pages."""
    rows = [
        [
            page_paths.link(
                here,
                page_paths.of_event(event, reader.language),
                reader.inline(event.title) or markdown.text(event.name),
            ),
            markdown.code(event.name),
            markdown.code(f"events.{event.class_name}"),
        ]
        for event in resource.events
    ]
    return tables.table(("event", "name", "sync"), rows, reader)


def proof(api: Api, reader: Localizer) -> Markdown:
    """How a receiver knows that events are real."""
    if delivery := _delivery(api):
        return reader.inline(delivery.proof)
    return reader.words(
        "your_proof" if api.envelope is None or api.envelope.verified else "no_proof"
    )


def acknowledgement(api: Api, reader: Localizer) -> Markdown:
    """How a receiver says that it has taken an event."""
    delivery = _delivery(api)
    return (
        reader.inline(delivery.acknowledgement)
        if delivery
        else reader.words("plain_acknowledgement")
    )


def redelivery(api: Api, reader: Localizer) -> Markdown:
    """What becomes of an event that has not been taken."""
    delivery = _delivery(api)
    return reader.inline(delivery.redelivery) if delivery else reader.words("plain_redelivery")


def _facts(event: Event, reader: Localizer) -> Iterator[Markdown]:
    yield reader.words("fact", markdown.strong(reader.words("name")), markdown.code(event.name))
    yield reader.words(
        "fact", markdown.strong(reader.words("sync")), markdown.code(f"events.{event.class_name}")
    )
    if event.to is not None:
        yield reader.words(
            "fact",
            markdown.strong(reader.words("sent_to")),
            reader.words("setting", markdown.code(event.to)),
        )


def _payload(api: Api, event: Event, reader: Localizer) -> Iterator[Markdown]:
    """The fields of a structure; of anything else what it is, and the fields in it."""
    if not isinstance(event.payload, Named) or not isinstance(api.types[event.payload.to], Object):
        yield whole(api, event.payload, "whole_payload", reader)
    if rows := FieldTable(api, reader).of_type(event.payload):
        yield rows


def _delivery(api: Api) -> Delivery | None:
    if api.envelope is not None:
        return None
    return next(
        (SCHEMES[scheme.kind].events for scheme in api.schemes if SCHEMES[scheme.kind].events), None
    )
