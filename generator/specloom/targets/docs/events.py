"""Page of an event, and tables of events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from ...auth_schemes import SCHEMES, WebhookDefinition
from ...code import Markdown, markdown, python
from ...model import Api, Event, Named, Object, Resource, json_text
from ...render import render
from . import labels, page_paths, tables, webhook_samples
from .endpoints import Section, single_value
from .localizer import Localizer
from .tables import FieldTable


def page(api: Api, event: Event, language: str) -> Markdown:
    """Return the page in one language."""
    localizer = Localizer(language)
    here = page_paths.of_event(event, language)
    for text, label_key in (
        (event.title, "a_title"),
        (event.description, "a_description"),
        (event.examples, "an_example"),
    ):
        if not text:
            localizer.note_missing(label_key)
    values = {
        "label": labels.headings(language),
        "title": localizer.inline(event.title) or markdown.text(event.name),
        "navigation": localizer.navigation(
            [
                page_paths.link(here, page_paths.of_api(language), localizer.inline(api.title)),
                *page_paths.languages(api, language, here),
            ]
        ),
        "description": markdown.paragraphs(localizer.text(event.description)),
        "deprecated": tables.deprecation(event.deprecated, localizer) if event.deprecated else None,
        "facts": markdown.bullets(_facts(event, localizer)),
        "payload": list(_payload(api, event, localizer)),
        "examples": [
            Section(
                localizer.heading("example", each.title),
                (markdown.fenced(json_text(each.payload.json, indent=0), "json"),),
            )
            for each in event.examples
        ],
        "verification": verification(api, localizer),
        "sample": markdown.fenced(
            webhook_samples.function(api, python.identifier(event.class_name)), "python"
        ),
        "acknowledgement": acknowledgement(api, localizer),
        "redelivery": redelivery(api, localizer),
        "links": markdown.bullets(
            markdown.link(localizer.inline(each.title), each.url) for each in event.links
        ),
        "updated": (
            localizer.label("updated", markdown.text(event.updated)) if event.updated else None
        ),
    }
    return render(Markdown, "docs/event.md.j2", notice=localizer.notice(), **values)


def events_table(resource: Resource, here: PurePosixPath, localizer: Localizer) -> Markdown | None:
    """Return a table of a resource's events, with links to their pages."""
    rows = [
        [
            page_paths.link(
                here,
                page_paths.of_event(event, localizer.language),
                localizer.inline(event.title) or markdown.text(event.name),
            ),
            markdown.code(event.name),
            markdown.code(f"events.{event.class_name}"),
        ]
        for event in resource.events
    ]
    return tables.table(("event", "name", "sync"), rows, localizer)


def verification(api: Api, localizer: Localizer) -> Markdown:
    """Describe how events are verified."""
    if delivery := _delivery(api):
        return localizer.inline(delivery.proof)
    return localizer.label(
        "your_proof" if api.envelope is None or api.envelope.verified else "no_proof"
    )


def acknowledgement(api: Api, localizer: Localizer) -> Markdown:
    """Describe how a receiver acknowledges an event."""
    delivery = _delivery(api)
    return (
        localizer.inline(delivery.acknowledgement)
        if delivery
        else localizer.label("plain_acknowledgement")
    )


def redelivery(api: Api, localizer: Localizer) -> Markdown:
    """Describe the redelivery of an event that is not acknowledged."""
    delivery = _delivery(api)
    return (
        localizer.inline(delivery.redelivery) if delivery else localizer.label("plain_redelivery")
    )


def _facts(event: Event, localizer: Localizer) -> Iterator[Markdown]:
    yield localizer.label(
        "fact", markdown.strong(localizer.label("name")), markdown.code(event.name)
    )
    yield localizer.label(
        "fact",
        markdown.strong(localizer.label("sync")),
        markdown.code(f"events.{event.class_name}"),
    )
    if event.to is not None:
        yield localizer.label(
            "fact",
            markdown.strong(localizer.label("sent_to")),
            localizer.label("setting", markdown.code(event.to)),
        )


def _payload(api: Api, event: Event, localizer: Localizer) -> Iterator[Markdown]:
    """Yield the fields of an object; for any other type a sentence, and the fields inside of it."""
    if not isinstance(event.payload, Named) or not isinstance(api.types[event.payload.to], Object):
        yield single_value(api, event.payload, "whole_payload", localizer)
    if rows := FieldTable(api, localizer).of_type(event.payload):
        yield rows


def _delivery(api: Api) -> WebhookDefinition | None:
    if api.envelope is not None:
        return None
    return next(
        (SCHEMES[scheme.kind].events for scheme in api.schemes if SCHEMES[scheme.kind].events), None
    )
