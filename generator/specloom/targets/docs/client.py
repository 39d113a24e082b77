"""Page on using the client: calls, errors, retries, logging, webhook events and tests."""

from __future__ import annotations

from collections.abc import Mapping

from ...code import Markdown, Python, markdown, python
from ...model import Api
from ...render import render
from . import events, labels, page_paths, samples, tables, webhook_samples
from .endpoints import Section
from .localizer import Localizer

DEFAULTS: Mapping[str, str] = {"deadline": "30.0", "max_attempts": "3", "strict": "False"}
"""Defaults of the options that have one other than `None`."""


def page(api: Api, language: str, *, testing: bool = True) -> Markdown:
    """Return the page in one language. With `testing=False` the client has no mock."""
    localizer = Localizer(language)
    here = page_paths.of_client(language)
    client, async_client = markdown.code(api.client), markdown.code(f"Async{api.client}")
    values: dict[str, object] = {
        "label": labels.headings(language),
        "navigation": localizer.navigation(
            [
                page_paths.link(here, page_paths.of_api(language), localizer.inline(api.title)),
                *page_paths.languages(api, language, here),
            ]
        ),
        "create_client": markdown.fenced(samples.create_client(api), "python"),
        "usage": localizer.guide_bullets("client", client, async_client),
        "options": _options(localizer),
        "calls": localizer.guide_bullets("calls", markdown.code(f"{api.package}.calls")),
        "outcome": localizer.guide_text("outcome"),
        "outcomes": _outcomes(localizer),
        "errors": localizer.guide_bullets("errors"),
        "retries": localizer.guide_bullets("retries"),
        "logging": localizer.guide_bullets("logging", markdown.code(api.package)),
        "events": _events(api, localizer),
        "webhook_views": _webhook_views(api),
        **_testing(api, localizer, testing),
    }
    return render(Markdown, "docs/client.md.j2", notice=localizer.notice(), **values)


def _testing(api: Api, localizer: Localizer, testing: bool) -> Mapping[str, Markdown | None]:
    """Return the values of the chapter on tests; each is None for a client without a mock."""
    values = {
        "mock": localizer.guide_text("mock"),
        "test": _sample(samples.rejected_call_test(api)),
        "mock_usage": localizer.guide_bullets(
            "mock_usage",
            markdown.code(f"python -m {api.package}.testing --print-client"),
            markdown.code(f"help(testing.{api.client}Mock)"),
        ),
        "stubs": _stubs(api, localizer),
        "ledger": localizer.guide_bullets("ledger"),
        "ledger_test": _sample(samples.ledger_test(api)),
    }
    return values if testing else dict.fromkeys(values)


def _options(localizer: Localizer) -> Markdown | None:
    rows = [
        [
            markdown.code(name),
            markdown.code(DEFAULTS.get(name, "")),
            localizer.guide_text("options", name),
        ]
        for name in localizer.guide_keys("options")
    ]
    return tables.table(("argument", "absent", "meaning"), rows, localizer)


def _outcomes(localizer: Localizer) -> Markdown | None:
    rows = [
        [markdown.code(name), *_meaning_and_remedy("outcomes", name, localizer)]
        for name in localizer.guide_keys("outcomes")
    ]
    return tables.table(("outcome", "meaning", "remedy"), rows, localizer)


def _events(api: Api, localizer: Localizer) -> Section | None:
    """Return the chapter on events, if the API has any."""
    if (first := next(api.all_events(), None)) is None:
        return None
    refusals = [
        [markdown.code(f"errors.{name}"), *_meaning_and_remedy("refusals", name, localizer)]
        for name in localizer.guide_keys("refusals")
    ]
    return Section(
        localizer.label("events"),
        (
            events.verification(api, localizer),
            localizer.guide_bullets("webhooks"),
            markdown.fenced(
                webhook_samples.handler(api, python.identifier(first.class_name)), "python"
            ),
            events.acknowledgement(api, localizer),
            events.redelivery(api, localizer),
            localizer.guide_text("refused"),
            *filter(None, [tables.table(("exception", "reason", "remedy"), refusals, localizer)]),
        ),
    )


def _webhook_views(api: Api) -> list[Section]:
    """Return a view for each web framework, if the API has events."""
    if not any(api.all_events()):
        return []
    return [
        Section(markdown.text(name), (markdown.fenced(webhook_samples.view(api, name), "python"),))
        for name in webhook_samples.FRAMEWORKS
    ]


def _sample(sample: Python | None) -> Markdown | None:
    return markdown.fenced(sample, "python") if sample else None


def _stubs(api: Api, localizer: Localizer) -> Markdown | None:
    guide_tables = ["stubs", *(["event_stubs"] if any(api.all_events()) else [])]
    return tables.table(
        ("call", "meaning"),
        [
            [markdown.code(call), localizer.guide_text(key, call)]
            for key in guide_tables
            for call in localizer.guide_keys(key)
        ],
        localizer,
    )


def _meaning_and_remedy(table: str, name: str, localizer: Localizer) -> list[Markdown]:
    """Return the cells for meaning and remedy of a name."""
    return [
        localizer.guide_text(table, name, "meaning"),
        localizer.guide_text(table, name, "remedy"),
    ]
