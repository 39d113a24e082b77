"""Page on using the client: calls, errors, retries, logging, webhook events and tests."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ...code import Markdown, Python, markdown
from ...model import Api
from ...render import render
from . import events, page_paths, samples
from .localizer import Localizer
from .request import SampleRequest

DEFAULTS: Mapping[str, str] = {"deadline": "30.0", "max_attempts": "3", "strict": "False"}
"""Defaults of the options that have one other than `None`."""


class GuideRow(Struct, frozen=True):
    """Row of a table of the user guide; all are table cells."""

    name: Markdown
    description: Markdown
    remedy: Markdown | None = None
    default: Markdown | None = None


def page(api: Api, language: str, *, testing: bool = True) -> Markdown:
    """Return the page in one language. With `testing=False` the client has no mock."""
    localizer = Localizer(language)
    client, async_client = markdown.code(api.client), markdown.code(f"Async{api.client}")
    values: dict[str, object] = {
        "label": localizer.labels,
        "navigation": page_paths.navigation(api, language, page_paths.of_client(language)),
        "create_client": markdown.code_lines(samples.create_client(api)),
        "usage": localizer.guide_list("client", client, async_client),
        "options": [
            GuideRow(
                markdown.code(name),
                markdown.cell(localizer.guide_text("options", name)),
                default=markdown.code(DEFAULTS.get(name, "")),
            )
            for name in localizer.guide_keys("options")
        ],
        "calls": localizer.guide_list("calls", markdown.code(f"{api.package}.calls")),
        "outcome": localizer.guide_text("outcome"),
        "outcomes": _rows("outcomes", "", localizer),
        "errors": localizer.guide_list("errors"),
        "retries": localizer.guide_list("retries"),
        "logging": localizer.guide_list("logging", markdown.code(api.package)),
        "terminal": localizer.guide_list(
            "terminal",
            markdown.code(f"python -m {api.package} --help"),
            markdown.code(f"{api.package.upper()}_CREDENTIALS"),
        ),
        **_streams(api, localizer),
        **_webhooks(api, localizer),
        **_testing(api, localizer, testing),
    }
    return render(Markdown, "docs/client.md.j2", notice=localizer.notice(), **values)


def _testing(api: Api, localizer: Localizer, testing: bool) -> Mapping[str, object]:
    """Return the values of the chapter on tests; each is None for a client without a mock."""
    values = {
        "mock": localizer.guide_text("mock"),
        "test": _sample(samples.rejected_call_test(api)),
        "mock_usage": localizer.guide_list(
            "mock_usage",
            markdown.code(f"python -m {api.package}.testing --print-client"),
            markdown.code(f"help(testing.{api.client}Mock)"),
        ),
        "stubs": [
            GuideRow(
                markdown.cell(markdown.code(call)), markdown.cell(localizer.guide_text(key, call))
            )
            for key in (
                "stubs",
                *(("stream_stubs",) if api.has_streams else ()),
                *(("event_stubs",) if any(api.all_events()) else ()),
            )
            for call in localizer.guide_keys(key)
        ],
        "ledger": localizer.guide_list("ledger"),
        "ledger_test": _sample(samples.ledger_test(api, localizer.language)),
    }
    return values if testing else dict.fromkeys(values)


def _streams(api: Api, localizer: Localizer) -> Mapping[str, object]:
    """Return the values of the chapter on streams; `streams` is None for an API without any."""
    endpoint = next((each for each in api.all_endpoints() if each.stream), None)
    if endpoint is None:
        return {"streams": None}
    request = SampleRequest.of(api, endpoint, next(iter(endpoint.examples), None))
    return {
        "streams": localizer.guide_list("streams", markdown.code(f"{api.package}.calls")),
        "stream": markdown.code_lines(samples.sample(request, asynchronous=False)),
        "async_stream": markdown.code_lines(samples.sample(request, asynchronous=True)),
    }


def _webhooks(api: Api, localizer: Localizer) -> Mapping[str, object]:
    """Return the values of the chapter on webhook events; `webhooks` is None for an API without events."""
    first = next(api.all_events(), None)
    if first is None:
        return {"webhooks": None}
    views = {
        framework: markdown.code_lines(samples.view(api, framework))
        for framework in ("fastapi", "flask", "django")
    }
    return {
        "webhooks": localizer.guide_list("webhooks"),
        **events.delivery(api, localizer),
        "handler": markdown.code_lines(samples.handler(api, first)),
        "rejected": localizer.guide_text("refused"),
        "event_errors": _rows("refusals", "errors.", localizer),
        **views,
    }


def _sample(sample: Python | None) -> Markdown | None:
    return markdown.code_lines(sample) if sample else None


def _rows(table: str, prefix: str, localizer: Localizer) -> list[GuideRow]:
    """Return the rows of a table of the user guide."""
    return [
        GuideRow(
            markdown.code(f"{prefix}{name}"),
            markdown.cell(localizer.guide_text(table, name, "meaning")),
            markdown.cell(localizer.guide_text(table, name, "remedy")),
        )
        for name in localizer.guide_keys(table)
    ]
