"""Page of an event."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ...auth_schemes import SCHEMES
from ...code import Markdown, markdown
from ...model import Api, Event, json_text
from ...render import render
from . import page_paths, samples
from .endpoints import content, provided
from .field_cells import FieldCells
from .localizer import Localizer
from .tables import FieldTables


class EventExampleView(Struct, frozen=True):
    """Example of an event: the lines of its payload."""

    title: Markdown
    payload: Markdown


def page(cells: FieldCells, event: Event) -> Markdown:
    """Return the page in one language."""
    api, language = cells.api, cells.language
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
        "navigation": page_paths.navigation(api, language, here),
        **provided(event, localizer),
        "title": localizer.inline(event.title) or markdown.text(event.name),
        "facts": list(_facts(event, localizer)),
        "payload": content(event.payload, "whole_payload", FieldTables(cells, localizer)),
        "examples": [
            EventExampleView(
                localizer.inline(each.title),
                markdown.code_lines(json_text(each.payload.json, indent=0)),
            )
            for each in event.examples
        ],
        **delivery(api, localizer),
        "sample": markdown.code_lines(samples.receiver(api, event)),
    }
    return render(Markdown, "docs/event.md.j2", notice=localizer.notice(), **values)


def delivery(api: Api, localizer: Localizer) -> dict[str, Markdown]:
    """Describe how events are verified, acknowledged, and delivered again."""
    kinds = [] if api.envelope is not None else [SCHEMES[each.kind] for each in api.schemes]
    webhooks = next((kind.events for kind in kinds if kind.events), None)
    if webhooks is not None:
        return {
            "verification": localizer.inline(webhooks.proof),
            "acknowledgement": localizer.inline(webhooks.acknowledgement),
            "redelivery": localizer.inline(webhooks.redelivery),
        }
    is_verified = api.envelope is None or api.envelope.verified
    return {
        "verification": localizer.label("your_proof" if is_verified else "no_proof"),
        "acknowledgement": localizer.label("plain_acknowledgement"),
        "redelivery": localizer.label("plain_redelivery"),
    }


def _facts(event: Event, localizer: Localizer) -> Iterator[Markdown]:
    facts = {
        "name": markdown.code(event.name),
        "sync": markdown.code(f"events.{event.class_name}"),
    }
    if event.to is not None:
        facts["sent_to"] = localizer.label("setting", markdown.code(event.to))
    for key, value in facts.items():
        yield localizer.label("fact", markdown.strong(localizer.label(key)), value)
