"""Advice on specs: what a reader of the documentation would miss. Nothing of it stops a build.

A rule is a row: its id, its purpose, and the function that finds its breaches in an API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from .. import model
from ..diagnostics import Diagnostic
from ..model import Api, Field, SourceLocation, Text

_SHOWN = 5
"""Texts without translation that are quoted; the others are counted."""
_LONG_KEY = re.compile(r"[A-Za-z0-9+/_=-]{40,}")


class LintRule(Struct, frozen=True):
    id: str
    purpose: str
    find: Callable[[Api], Iterator[tuple[SourceLocation, str]]]


def diagnostics(api: Api) -> Iterator[Diagnostic]:
    """All breaches of all rules."""
    for rule in RULES:
        for location, message in rule.find(api):
            yield Diagnostic(
                location.path, location.line, location.column, rule.id, message, severity="notice"
            )


def _missing_translations(api: Api) -> Iterator[tuple[SourceLocation, str]]:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for path, text in _texts(api):
        for language in api.languages:
            if text.is_missing(language):
                found.setdefault((path, language), {})[text.best(language)] = None
    for (path, language), texts in sorted(found.items()):
        shown = ", ".join(f"“{_start(text)}”" for text in list(texts)[:_SHOWN])
        rest = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
        yield SourceLocation(path, 1, 1), f"not in `{language}`: {shown}{rest}"


def _start(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"


def _endpoints_without(
    what: str, there: Callable[[model.Endpoint], object]
) -> Callable[[Api], Iterator[tuple[SourceLocation, str]]]:
    def find(api: Api) -> Iterator[tuple[SourceLocation, str]]:
        for endpoint in api.all_endpoints():
            if not there(endpoint):
                yield endpoint.location, f"`{endpoint.qualified}` has no {what}"

    return find


def _events_without(
    what: str, there: Callable[[model.Event], object]
) -> Callable[[Api], Iterator[tuple[SourceLocation, str]]]:
    def find(api: Api) -> Iterator[tuple[SourceLocation, str]]:
        for event in api.all_events():
            if not there(event):
                yield event.location, f"`{event.name}` has no {what}"

    return find


def _fields_without_title(api: Api) -> Iterator[tuple[SourceLocation, str]]:
    for field in _fields(api):
        if api.is_undocumented(field):
            yield field.location, f"`{field.wire}` has neither title nor description"


def _optional_keys(api: Api) -> Iterator[tuple[SourceLocation, str]]:
    for endpoint in api.all_endpoints():
        if names := ", ".join(f"`{name}`" for name in endpoint.idempotency.optional):
            yield endpoint.location, f"requests of `{endpoint.qualified}` may lack {names} of its idempotency key; the client does not retry those as keyed"


def _long_keys(api: Api) -> Iterator[tuple[SourceLocation, str]]:
    for field in _fields(api):
        example = field.example.json if field.example else None
        if isinstance(example, str) and not field.encrypted and _LONG_KEY.fullmatch(example):
            yield field.location, f"the example of `{field.wire}` looks like a key; make sure that it is not a real one"


RULES = (
    LintRule(
        "translation", "Every text stands in every language of the API.", _missing_translations
    ),
    LintRule(
        "endpoint-title",
        "A title heads the page and the docstring.",
        _endpoints_without("title", lambda e: e.title),
    ),
    LintRule(
        "endpoint-example",
        "An example shows more than a table, and is tested.",
        _endpoints_without("example", lambda e: e.examples),
    ),
    LintRule(
        "endpoint-errors",
        "Callers handle the errors that they know of.",
        _endpoints_without("errors of its own", lambda e: e.errors),
    ),
    LintRule(
        "endpoint-source",
        "A link to the provider's page lets readers check.",
        _endpoints_without("link to its source", lambda e: e.links),
    ),
    LintRule(
        "optional-key",
        "Without its key a request is not recognised, so the client does not retry it.",
        _optional_keys,
    ),
    LintRule(
        "event-title",
        "A title heads the page and the docstring.",
        _events_without("title", lambda e: e.title),
    ),
    LintRule(
        "event-example",
        "An example shows more than a table, and is tested.",
        _events_without("example", lambda e: e.examples),
    ),
    LintRule(
        "event-address",
        "Without an address nobody will ever get it.",
        _events_without("setting that it is sent to (`to`)", lambda e: e.to),
    ),
    LintRule("field-title", "A reader learns what a field means.", _fields_without_title),
    LintRule("long-key", "Specs are public; keys are not.", _long_keys),
)


def _fields(api: Api) -> Iterator[Field]:
    """All fields and parameters, in the order of the model."""
    yield from api.header
    for named in api.types.values():
        if isinstance(named, model.Object):
            yield from named.fields
    for endpoint in api.all_endpoints():
        shared = {field.location for field in api.header}
        yield from (
            field
            for field in (*endpoint.path_fields, *endpoint.query, *endpoint.header)
            if field.location not in shared
        )
        for response in endpoint.responses:
            yield from response.headers


def _texts(api: Api) -> Iterator[tuple[str, Text]]:
    """All texts with the files that they stand in."""
    home = f"{api.source}/_api.yaml"
    yield from _at(
        home,
        (
            api.title,
            api.description,
            *(host.description for host in api.hosts),
            *(link.title for link in api.links),
        ),
    )
    yield from _rows(api.errors)
    facts = [
        text
        for endpoint in api.all_endpoints()
        for fact in endpoint.facts
        for text in (fact.title, *fact.values)
    ]
    yield from _at(
        home, dict.fromkeys([api.notes, *facts, *(field.unit for field in _fields(api))])
    )
    for resource in api.all_resources():
        if resource.source:
            yield from _at(
                f"{api.source}/{resource.source}",
                (resource.title, resource.description, resource.notes),
            )
        yield from _rows(resource.errors)
    for endpoint in api.all_endpoints():
        responses = [
            text
            for response in endpoint.responses
            for text in (response.title, response.description)
        ]
        links = [link.title for link in endpoint.links]
        shown = [example.title for example in endpoint.examples]
        yield from _at(
            endpoint.location.path,
            (endpoint.title, endpoint.description, endpoint.notes, *responses, *links, *shown),
        )
        yield from _rows(endpoint.errors)
    for event in api.all_events():
        shown = [example.title for example in event.examples]
        yield from _at(
            event.location.path,
            (event.title, event.description, *(link.title for link in event.links), *shown),
        )
    for named in api.types.values():
        values = (
            [value.text for value in named.values] if isinstance(named, model.Enumeration) else []
        )
        yield from _at(named.location.path, (named.title, named.description, *values))
    for field in _fields(api):
        yield from _at(field.location.path, (field.title, field.description, field.when))


def _rows(rows: Iterable[model.ErrorCode]) -> Iterator[tuple[str, Text]]:
    for row in rows:
        yield from _at(row.location.path, (row.reason, row.remedy))


def _at(path: str, texts: Iterable[Text]) -> Iterator[tuple[str, Text]]:
    yield from ((path, text) for text in texts)
