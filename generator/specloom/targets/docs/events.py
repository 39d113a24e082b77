"""Page of an event."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ...auth_schemes import SCHEMES, WebhookDefinition
from ...code import Markdown, markdown
from ...model import Api, Event, json_text
from ...render import render
from . import page_paths, samples
from .endpoints import content, links
from .localizer import Localizer
from .tables import FieldTables, deprecation


class EventExampleView(Struct, frozen=True):
    """Example of an event: the lines of its payload."""

    title: Markdown
    payload: Markdown


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
        "label": localizer.labels,
        "title": localizer.inline(event.title) or markdown.text(event.name),
        "navigation": page_paths.navigation(api, language, here),
        "description": markdown.paragraphs(localizer.text(event.description)),
        "deprecated": deprecation(event.deprecated, localizer) if event.deprecated else None,
        "facts": list(_facts(event, localizer)),
        "payload": content(event.payload, "whole_payload", FieldTables(api, localizer)),
        "examples": [
            EventExampleView(
                localizer.inline(each.title),
                markdown.code_lines(json_text(each.payload.json, indent=0)),
            )
            for each in event.examples
        ],
        "verification": verification(api, localizer),
        "sample": markdown.code_lines(samples.receiver(api, event)),
        "acknowledgement": acknowledgement(api, localizer),
        "redelivery": redelivery(api, localizer),
        "links": links(event.links, localizer),
        "updated": (
            localizer.label("updated", markdown.text(event.updated)) if event.updated else None
        ),
    }
    return render(Markdown, "docs/event.md.j2", notice=localizer.notice(), **values)


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
    facts = {
        "name": markdown.code(event.name),
        "sync": markdown.code(f"events.{event.class_name}"),
    }
    if event.to is not None:
        facts["sent_to"] = localizer.label("setting", markdown.code(event.to))
    for key, value in facts.items():
        yield localizer.label("fact", markdown.strong(localizer.label(key)), value)


def _delivery(api: Api) -> WebhookDefinition | None:
    if api.envelope is not None:
        return None
    return next(
        (SCHEMES[scheme.kind].events for scheme in api.schemes if SCHEMES[scheme.kind].events), None
    )
