"""The page on using the client: what holds for every call, and the ways to receive events and to test."""

from __future__ import annotations

from collections.abc import Mapping

from ...code import Markdown, Python, markdown, python
from ...model import Api
from ...render import render
from . import events, labels, page_paths, samples, tables, webhook_samples
from .endpoints import Block
from .localizer import Localizer

DEFAULTS: Mapping[str, str] = {"deadline": "30.0", "max_attempts": "3", "strict": "False"}
"""Options of every client with a default other than `None`."""


def page(api: Api, language: str, *, testing: bool = True) -> Markdown:
    """The page in one language; `testing` says whether the client has a mock."""
    reader = Localizer(language)
    here = page_paths.of_client(language)
    client, asynchronous = markdown.code(api.client), markdown.code(f"Async{api.client}")
    values: dict[str, object] = {
        "label": labels.headings(language),
        "navigation": reader.navigation(
            [
                page_paths.link(here, page_paths.of_api(language), reader.inline(api.title)),
                *page_paths.languages(api, language, here),
            ]
        ),
        "construction": markdown.fenced(samples.construction(api), "python"),
        "client": reader.bullets("client", client, asynchronous),
        "options": _options(reader),
        "calls": reader.bullets("calls", markdown.code(f"{api.package}.calls")),
        "outcome": reader.guide("outcome"),
        "outcomes": _outcomes(reader),
        "errors": reader.bullets("errors"),
        "retries": reader.bullets("retries"),
        "logging": reader.bullets("logging", markdown.code(api.package)),
        "events": _events(api, reader),
        "views": _views(api),
        **_testing(api, reader, testing),
    }
    return render(Markdown, "docs/client.md.j2", notice=reader.notice(), **values)


def _testing(api: Api, reader: Localizer, testing: bool) -> Mapping[str, Markdown | None]:
    """Tests of code that uses the client; None for each value of a client without a mock."""
    found = {
        "mock": reader.guide("mock"),
        "test": _sample(samples.test(api)),
        "mock_usage": reader.bullets(
            "mock_usage",
            markdown.code(f"python -m {api.package}.testing --print-client"),
            markdown.code(f"help(testing.{api.client}Mock)"),
        ),
        "stubs": _stubs(api, reader),
        "ledger": reader.bullets("ledger"),
        "ledger_test": _sample(samples.ledger(api)),
    }
    return found if testing else dict.fromkeys(found)


def _options(reader: Localizer) -> Markdown | None:
    rows = [
        [markdown.code(name), markdown.code(DEFAULTS.get(name, "")), reader.guide("options", name)]
        for name in reader.keys("options")
    ]
    return tables.table(("argument", "absent", "meaning"), rows, reader)


def _outcomes(reader: Localizer) -> Markdown | None:
    rows = [
        [markdown.code(name), *_both("outcomes", name, reader)] for name in reader.keys("outcomes")
    ]
    return tables.table(("outcome", "meaning", "remedy"), rows, reader)


def _events(api: Api, reader: Localizer) -> Block | None:
    """What there is to know of events, if the API has any."""
    if (first := next(api.all_events(), None)) is None:
        return None
    refusals = [
        [markdown.code(f"errors.{name}"), *_both("refusals", name, reader)]
        for name in reader.keys("refusals")
    ]
    return Block(
        reader.words("events"),
        (
            events.proof(api, reader),
            reader.bullets("webhooks"),
            markdown.fenced(
                webhook_samples.handler(api, python.identifier(first.class_name)), "python"
            ),
            events.acknowledgement(api, reader),
            events.redelivery(api, reader),
            reader.guide("refused"),
            *filter(None, [tables.table(("exception", "reason", "remedy"), refusals, reader)]),
        ),
    )


def _views(api: Api) -> list[Block]:
    """How each framework receives events, if the API has any."""
    if not any(api.all_events()):
        return []
    return [
        Block(markdown.text(name), (markdown.fenced(webhook_samples.view(api, name), "python"),))
        for name in webhook_samples.FRAMEWORKS
    ]


def _sample(sample: Python | None) -> Markdown | None:
    return markdown.fenced(sample, "python") if sample else None


def _stubs(api: Api, reader: Localizer) -> Markdown | None:
    parts = ["stubs", *(["event_stubs"] if any(api.all_events()) else [])]
    return tables.table(
        ("call", "meaning"),
        [
            [markdown.code(call), reader.guide(key, call)]
            for key in parts
            for call in reader.keys(key)
        ],
        reader,
    )


def _both(table: str, name: str, reader: Localizer) -> list[Markdown]:
    """The meaning of a name, and what to do."""
    return [reader.guide(table, name, "meaning"), reader.guide(table, name, "remedy")]
