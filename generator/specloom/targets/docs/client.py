"""The page on using the client: what holds for every call, and the ways to receive events and to test."""

from __future__ import annotations

from collections.abc import Iterable

from ...code import Markdown, Python, markdown, python
from ...model import Api
from ...render import render
from . import events, labels, manual, places, receiving, samples, tables
from .endpoints import Block
from .manual import Said
from .reader import Reader


def page(api: Api, language: str) -> Markdown:
    """The page in one language."""
    reader = Reader(language)
    here = places.of_client(language)
    client, asynchronous = markdown.code(api.client), markdown.code(f"Async{api.client}")
    values = {
        "label": labels.headings(language),
        "navigation": reader.navigation(
            [places.link(here, places.of_api(language), reader.inline(api.title)), *places.languages(api, language, here)]
        ),
        "construction": markdown.fenced(samples.construction(api), "python"),
        "making": _bullets(manual.MAKING, reader, client, asynchronous),
        "options": _options(reader),
        "calling": _bullets(manual.CALLING, reader, markdown.code(f"{api.package}.calls")),
        "outcome": reader.said(manual.OUTCOME),
        "outcomes": _outcomes(reader),
        "failing": _bullets(manual.FAILING, reader),
        "repeating": _bullets(manual.REPEATING, reader),
        "watching": _bullets(manual.WATCHING, reader, markdown.code(api.package)),
        "events": _events(api, reader),
        "views": _views(api),
        "mock": reader.said(manual.TESTING),
        "test": _sample(samples.test(api)),
        "mocking": _bullets(
            manual.MOCKING, reader, markdown.code(f"python -m {api.package}.testing --print-client"), markdown.code(f"help(testing.{api.client}Mock)")
        ),
        "steering": _steering(api, reader),
        "ledger": _bullets(manual.LEDGER, reader),
        "retries": _sample(samples.ledger(api)),
    }
    return render(Markdown, "docs/client.md.j2", notice=reader.notice(), **values)


def _bullets(texts: Iterable[Said], reader: Reader, *values: Markdown) -> Markdown:
    return markdown.bullets(reader.said(text, *values) for text in texts)


def _options(reader: Reader) -> Markdown | None:
    rows = [[markdown.code(name), markdown.code(default), reader.said(meaning)] for name, default, meaning in manual.OPTIONS]
    return tables.table(("argument", "absent", "meaning"), rows, reader)


def _outcomes(reader: Reader) -> Markdown | None:
    rows = [[markdown.code(name), reader.said(meaning), reader.said(remedy)] for name, meaning, remedy in manual.OUTCOMES]
    return tables.table(("outcome", "meaning", "remedy"), rows, reader)


def _events(api: Api, reader: Reader) -> Block | None:
    """What there is to know of events, if the API has any."""
    if (first := next(api.all_events(), None)) is None:
        return None
    told = (*manual.RECEIVING, *manual.SHARING)
    refusals = [[markdown.code(f"errors.{name}"), reader.said(meaning), reader.said(remedy)] for name, meaning, remedy in manual.REFUSALS]
    return Block(
        reader.words("events"),
        (
            events.proof(api, reader),
            _bullets(told, reader),
            markdown.fenced(receiving.handler(api, python.identifier(first.class_name)), "python"),
            events.acknowledgement(api, reader),
            events.redelivery(api, reader),
            reader.said(manual.REFUSED),
            *filter(None, [tables.table(("exception", "reason", "remedy"), refusals, reader)]),
        ),
    )


def _views(api: Api) -> list[Block]:
    """How each framework receives events, if the API has any."""
    if not any(api.all_events()):
        return []
    return [Block(markdown.text(name), (markdown.fenced(receiving.view(api, name), "python"),)) for name in receiving.FRAMEWORKS]


def _sample(sample: Python | None) -> Markdown | None:
    return markdown.fenced(sample, "python") if sample else None


def _steering(api: Api, reader: Reader) -> Markdown | None:
    texts = [*manual.STEERING, *(manual.STEERING_EVENTS if any(api.all_events()) else ())]
    return tables.table(("call", "meaning"), [[markdown.code(call), reader.said(meaning)] for call, meaning in texts], reader)
