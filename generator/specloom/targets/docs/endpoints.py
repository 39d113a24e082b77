"""Page of an endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from msgspec import Struct

from ...auth_schemes import added_by
from ...code import Markdown, markdown
from ...model import (
    Api,
    BinaryBody,
    Endpoint,
    Fact,
    Field,
    File,
    FormBody,
    JsonBody,
    MultipartBody,
    Named,
    Object,
    Response,
    Text,
    Type,
    json_text,
)
from ...render import render
from ..client_interface import body_fields
from . import labels, page_paths, tables, types
from . import samples as python_samples
from .errors import error_shape, error_table
from .localizer import Localizer
from .request import SampleRequest, media_of, schemes_of
from .tables import FieldTable, Row


class EndpointSamples(Struct, frozen=True):
    """Samples of an endpoint, for all languages: title and curl command of each example, and Python for the first."""

    curl: tuple[tuple[Text, Markdown], ...]
    sync: Markdown
    asynchronous: Markdown

    @classmethod
    def of(cls, api: Api, endpoint: Endpoint) -> EndpointSamples:
        requests = [SampleRequest.of(api, endpoint, example) for example in endpoint.examples] or [
            SampleRequest.of(api, endpoint, None)
        ]
        titles = [example.title for example in endpoint.examples] or [Text()]
        return cls(
            tuple(
                (title, markdown.fenced(each.curl(), "sh"))
                for title, each in zip(titles, requests, strict=True)
            ),
            markdown.fenced(python_samples.sample(requests[0], asynchronous=False), "python"),
            markdown.fenced(python_samples.sample(requests[0], asynchronous=True), "python"),
        )


class Section(Struct, frozen=True):
    """Section of a page: heading, paragraphs, tables, code."""

    title: Markdown
    parts: tuple[Markdown, ...]


def page(api: Api, endpoint: Endpoint, language: str, samples: EndpointSamples) -> Markdown:
    """Return the page in one language."""
    localizer = Localizer(language)
    here = page_paths.of_endpoint(endpoint, language)
    if not endpoint.title:
        localizer.note_missing("a_title")
    if not endpoint.description:
        localizer.note_missing("a_description")
    if not endpoint.examples:
        localizer.note_missing("an_example")
    if not endpoint.responses:
        localizer.note_missing("a_response")
    inherited = api.lineage(endpoint.resource)
    values = {
        "label": labels.headings(language),
        "title": localizer.inline(endpoint.title) or markdown.text(endpoint.qualified),
        "navigation": localizer.navigation(
            [
                page_paths.link(here, page_paths.of_api(language), localizer.inline(api.title)),
                *page_paths.languages(api, language, here),
            ]
        ),
        "description": markdown.paragraphs(localizer.text(endpoint.description)),
        "deprecated": (
            tables.deprecation(endpoint.deprecated, localizer) if endpoint.deprecated else None
        ),
        "facts": facts(endpoint.facts, localizer, endpoint.name_on_site),
        "request_line": markdown.fenced(f"{endpoint.method} {endpoint.path}", "http"),
        "hosts": hosts(api, endpoint, localizer),
        "header": FieldTable(api, localizer).of(
            _headers(api, endpoint),
            before=_auth_rows(api, endpoint, "header", localizer),
            after=_content_type(endpoint, localizer),
        ),
        "path": FieldTable(api, localizer).of(endpoint.path_fields),
        "query": FieldTable(api, localizer, styled=True).of(
            endpoint.query, before=_auth_rows(api, endpoint, "query", localizer)
        ),
        "body": list(_body(api, endpoint, localizer)),
        "curl": [
            Section(localizer.heading("curl", title), (command,)) for title, command in samples.curl
        ],
        "sync_sample": samples.sync,
        "async_sample": samples.asynchronous,
        "responses": [
            *(_response(api, endpoint, response, localizer) for response in endpoint.responses),
            *_response_examples(endpoint, localizer),
        ],
        "error_shape": error_shape(endpoint.error_shape, localizer),
        "endpoint_errors": error_table(endpoint.errors, localizer),
        "resource_errors": error_table(
            [row for resource in inherited for row in resource.errors], localizer
        ),
        "common_errors": error_table(api.errors, localizer),
        "error_bodies": list(_error_bodies(api, endpoint, localizer)),
        "response_lost": _response_lost(api, endpoint, localizer),
        "notes": markdown.notes(localizer.text(endpoint.notes)),
        "links": markdown.bullets(
            markdown.link(localizer.inline(each.title), each.url) for each in endpoint.links
        ),
        "updated": (
            localizer.label("updated", markdown.text(endpoint.updated))
            if endpoint.updated
            else None
        ),
    }
    return render(Markdown, "docs/endpoint.md.j2", notice=localizer.notice(), **values)


def facts(
    rows: tuple[Fact, ...], localizer: Localizer, name_on_site: str | None = None
) -> Markdown:
    """Return a list of facts, and the provider's name of the endpoint."""
    items = [
        localizer.label(
            "fact",
            markdown.strong(localizer.inline(fact.title)),
            localizer.join([localizer.inline(value) for value in fact.values], "semicolon"),
        )
        for fact in rows
    ]
    if name_on_site is not None:
        items.append(
            localizer.label(
                "fact",
                markdown.strong(localizer.label("name_on_site")),
                markdown.code(name_on_site),
            )
        )
    return markdown.bullets(items)


def hosts(api: Api, endpoint: Endpoint | None, localizer: Localizer) -> Markdown | None:
    """Return the hosts of the endpoint, or else of the API."""
    rows = (endpoint.hosts if endpoint is not None else ()) or api.hosts
    return tables.table(
        ("host", "description"),
        ([markdown.code(host.url), localizer.inline(host.description)] for host in rows),
        localizer,
    )


def _headers(api: Api, endpoint: Endpoint) -> list[Field]:
    own = {field.wire.lower() for field in endpoint.header}
    return [*(field for field in api.header if field.wire.lower() not in own), *endpoint.header]


def _auth_rows(api: Api, endpoint: Endpoint, where: str, localizer: Localizer) -> Iterator[Row]:
    """Yield a row for each header or query parameter that authentication adds."""
    schemes = schemes_of(api, endpoint)
    required = localizer.label("yes" if len(schemes) == 1 else "one_of_schemes")
    for scheme in schemes:
        for name, added in added_by(scheme, where):
            yield _row(
                name, required, localizer.inline(added.meaning), tables.shortened(added.sample)
            )


def _content_type(endpoint: Endpoint, localizer: Localizer) -> Iterator[Row]:
    """Yield a row for the media type of the body."""
    if media := media_of(endpoint):
        yield _row("Content-Type", localizer.label("yes"), localizer.label("media_of_body"), media)


def _row(name: str, required: Markdown, meaning: Markdown, example: str) -> Row:
    return [
        markdown.code(name),
        markdown.code("string"),
        required,
        meaning,
        markdown.text(""),
        markdown.code(example),
    ]


def _body(api: Api, endpoint: Endpoint, localizer: Localizer) -> Iterator[Markdown]:
    """Yield the tables and sentences on the request body."""
    match endpoint.body:
        case None:
            return
        case BinaryBody(file=file):
            yield single_value(api, file, "whole_body", localizer)
        case FormBody():
            if rows := FieldTable(api, localizer, styled=True).of(body_fields(api, endpoint)):
                yield rows
        case JsonBody(type=type) | MultipartBody(type=type):
            yield from _value(api, type, "whole_body", localizer)


def _response(api: Api, endpoint: Endpoint, response: Response, localizer: Localizer) -> Section:
    phrase = HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else ""
    parts = [markdown.paragraphs(localizer.text(response.description))]
    if response.type is None:
        parts.append(localizer.label("no_content"))
    elif isinstance(response.type, File):
        limits = types.limits(api, response.type, localizer)
        parts.append(
            localizer.label("raw_response_within", limits)
            if limits
            else localizer.label("raw_response")
        )
    else:
        parts += _value(api, response.type, "whole_response", localizer)
    if headers := FieldTable(api, localizer).of(response.headers):
        parts += [localizer.label("response_headers"), headers]
    if not endpoint.verified:
        parts.append(localizer.label("unsigned"))
    title = markdown.inline(
        [markdown.text(f"{response.status} {phrase}"), localizer.inline(response.title)], " · "
    )
    return Section(title, tuple(part for part in parts if part))


def _value(api: Api, type: Type, sentence: str, localizer: Localizer) -> Iterator[Markdown]:
    """Yield the fields of an object; for any other type a sentence, and the fields inside of it."""
    if not isinstance(type, Named) or not isinstance(api.types[type.to], Object):
        yield single_value(api, type, sentence, localizer)
    if rows := FieldTable(api, localizer).of_type(type):
        yield rows


def single_value(api: Api, type: Type, sentence: str, localizer: Localizer) -> Markdown:
    """Return a sentence on a body that is a single value: its type and limits."""
    return localizer.label(
        sentence,
        localizer.join(
            [types.cell(api, type, localizer), types.limits(api, type, localizer)], "semicolon"
        ),
    )


def _error_bodies(api: Api, endpoint: Endpoint, localizer: Localizer) -> Iterator[Section]:
    """Yield the fields of each error body that has a type, by exception class."""
    rows = api.errors_of(endpoint)
    for name, body in dict.fromkeys(
        (row.class_name, row.body) for row in rows if row.body is not None
    ):
        title = localizer.label("error_body", markdown.code(f"errors.{name}"))
        yield Section(
            title,
            (localizer.label("body_of_error"), *_value(api, body, "whole_response", localizer)),
        )


def _response_examples(endpoint: Endpoint, localizer: Localizer) -> Iterator[Section]:
    """Yield the documented response bodies; the heading has the status if there are several."""
    for example in endpoint.examples:
        if example.response is not None:
            status = str(example.status) if len(endpoint.responses) > 1 else ""
            title = [
                localizer.label("response_example"),
                markdown.text(status),
                localizer.inline(example.title),
            ]
            yield Section(
                markdown.inline(title, " · "),
                (markdown.fenced(json_text(example.response.json, indent=0), "json"),),
            )


def _response_lost(api: Api, endpoint: Endpoint, localizer: Localizer) -> Markdown:
    """Describe what to do if the response is lost."""
    match endpoint.idempotency.kind:
        case "safe":
            return localizer.label("safe" if endpoint.method in ("GET", "HEAD") else "idempotent")
        case "key":
            sentences = [
                localizer.label(
                    "keyed",
                    localizer.join([markdown.code(key) for key in endpoint.idempotency.key]),
                )
            ]
            if optional := [markdown.code(key) for key in endpoint.idempotency.optional]:
                sentences.append(localizer.label("optional_key", localizer.join(optional)))
        case "none":
            sentences = [localizer.label("not_idempotent")]
    if endpoint.unprocessed:
        sentences.append(
            localizer.label(
                "unprocessed",
                localizer.join([markdown.code(str(status)) for status in endpoint.unprocessed]),
            )
        )
    inquiry = (
        api.endpoint(endpoint.idempotency.ask) if endpoint.idempotency.ask is not None else None
    )
    if inquiry is not None:
        here, there = (
            page_paths.of_endpoint(each, localizer.language) for each in (endpoint, inquiry)
        )
        sentences.append(
            localizer.label(
                "inquiry", page_paths.link(here, there, markdown.code(inquiry.qualified))
            )
        )
    return localizer.join(sentences, "sentences")
