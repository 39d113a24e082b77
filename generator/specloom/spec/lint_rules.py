"""Lint rules: advice on what readers of the documentation would miss. No rule fails a build.

A rule has an id, a purpose and a function that yields its violations in an API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from .. import model
from ..diagnostics import Diagnostic
from ..model import Api, Field, SourceLocation, Text

_MAX_QUOTED = 5
"""Untranslated texts quoted in a message; the rest are counted."""
_LONG_KEY = re.compile(r"[A-Za-z0-9+/_=-]{40,}")


class LintRule(Struct, frozen=True):
    """One rule; `find` yields a location and a message for each violation."""

    id: str
    purpose: str
    find: Callable[[Api], Iterator[tuple[SourceLocation, str]]]


def check(api: Api) -> Iterator[Diagnostic]:
    """Yield the violations of all rules."""
    for rule in RULES:
        for location, message in rule.find(api):
            yield Diagnostic(
                location.path, location.line, location.column, rule.id, message, severity="notice"
            )


def _missing_translations(api: Api) -> Iterator[tuple[SourceLocation, str]]:
    missing: dict[tuple[str, str], dict[str, None]] = {}
    for path, text in _texts(api):
        for language in api.languages:
            if text.is_missing(language):
                missing.setdefault((path, language), {})[text.best(language)] = None
    for (path, language), texts in sorted(missing.items()):
        quoted = ", ".join(f"“{_start(text)}”" for text in list(texts)[:_MAX_QUOTED])
        rest = f" and {len(texts) - _MAX_QUOTED} more" if len(texts) > _MAX_QUOTED else ""
        yield SourceLocation(path, 1, 1), f"missing translation to `{language}`: {quoted}{rest}"


def _start(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"


def _endpoints_without(
    what: str, present: Callable[[model.Endpoint], object]
) -> Callable[[Api], Iterator[tuple[SourceLocation, str]]]:
    def find(api: Api) -> Iterator[tuple[SourceLocation, str]]:
        for endpoint in api.all_endpoints():
            if not present(endpoint):
                yield endpoint.location, f"endpoint `{endpoint.qualified}` has no {what}"

    return find


def _events_without(
    what: str, present: Callable[[model.Event], object]
) -> Callable[[Api], Iterator[tuple[SourceLocation, str]]]:
    def find(api: Api) -> Iterator[tuple[SourceLocation, str]]:
        for event in api.all_events():
            if not present(event):
                yield event.location, f"event `{event.name}` has no {what}"

    return find


def _fields_without_title(api: Api) -> Iterator[tuple[SourceLocation, str]]:
    for field in _fields(api):
        if api.is_undocumented(field):
            yield field.location, f"field `{field.wire}` has neither title nor description"


def _optional_keys(api: Api) -> Iterator[tuple[SourceLocation, str]]:
    for endpoint in api.all_endpoints():
        if names := ", ".join(f"`{name}`" for name in endpoint.idempotency.optional):
            yield endpoint.location, f"idempotency key of `{endpoint.qualified}` contains optional {names}; requests without a value for it are not retried"


def _unusual_bodies(api: Api) -> Iterator[tuple[SourceLocation, str]]:
    for endpoint in api.all_endpoints():
        if endpoint.body is not None and endpoint.method in {"GET", "DELETE"}:
            yield endpoint.location, f"`{endpoint.qualified}` is a {endpoint.method} with a body; check that the server reads it"


def _long_keys(api: Api) -> Iterator[tuple[SourceLocation, str]]:
    for field in _fields(api):
        example = field.example.json if field.example else None
        if isinstance(example, str) and not field.encrypted and _LONG_KEY.fullmatch(example):
            yield field.location, f"example of `{field.wire}` looks like a key; check that it is not a real one"


RULES = (
    LintRule(
        "missing-translation",
        "Every text exists in every language of the API.",
        _missing_translations,
    ),
    LintRule(
        "missing-endpoint-title",
        "The title heads the page and the docstring.",
        _endpoints_without("title", lambda e: e.title),
    ),
    LintRule(
        "missing-endpoint-example",
        "An example shows more than a table, and it is tested.",
        _endpoints_without("example", lambda e: e.examples),
    ),
    LintRule(
        "missing-endpoint-errors",
        "Callers can handle only documented errors.",
        _endpoints_without("errors of its own", lambda e: e.errors),
    ),
    LintRule(
        "missing-endpoint-source",
        "A link to the provider's page lets readers check the spec.",
        _endpoints_without("link to its source page", lambda e: e.links),
    ),
    LintRule(
        "optional-idempotency-key",
        "The server cannot recognize a retry without the key, so the client does not retry it.",
        _optional_keys,
    ),
    LintRule(
        "unusual-body",
        "Servers and proxies may ignore or refuse it (RFC 9110, 9.3).",
        _unusual_bodies,
    ),
    LintRule(
        "missing-event-title",
        "The title heads the page and the docstring.",
        _events_without("title", lambda e: e.title),
    ),
    LintRule(
        "missing-event-example",
        "An example shows more than a table, and it is tested.",
        _events_without("example", lambda e: e.examples),
    ),
    LintRule(
        "missing-event-address",
        "Readers must know which setting takes the address of their endpoint.",
        _events_without("`to` (the setting with the delivery address)", lambda e: e.to),
    ),
    LintRule(
        "missing-field-title", "Readers need to know what a field means.", _fields_without_title
    ),
    LintRule("possible-secret", "Specs are public; keys are not.", _long_keys),
)


def _fields(api: Api) -> Iterator[Field]:
    """Yield all fields and parameters, in the order of the model; one that several objects include only once."""
    yield from api.header
    of_objects = (
        field
        for named in api.types.values()
        if isinstance(named, model.Object)
        for field in named.fields
    )
    yield from {field.location: field for field in of_objects}.values()
    for endpoint in api.all_endpoints():
        shared = {field.location for field in api.header}
        yield from (
            field
            for field in (
                *endpoint.path_fields,
                *endpoint.query,
                *endpoint.header,
                *endpoint.cookie,
            )
            if field.location not in shared
        )
        for response in endpoint.responses:
            yield from response.headers


def _texts(api: Api) -> Iterator[tuple[str, Text]]:
    """Yield all texts with the paths of their files."""
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
        example_titles = [example.title for example in endpoint.examples]
        yield from _at(
            endpoint.location.path,
            (
                endpoint.title,
                endpoint.description,
                endpoint.notes,
                *responses,
                *links,
                *example_titles,
            ),
        )
        yield from _rows(endpoint.errors)
    for event in api.all_events():
        example_titles = [example.title for example in event.examples]
        yield from _at(
            event.location.path,
            (
                event.title,
                event.description,
                *(link.title for link in event.links),
                *example_titles,
            ),
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
