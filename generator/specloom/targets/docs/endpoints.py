"""The page of an endpoint."""

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
from . import labels, page_paths, samples, tables, types
from .errors import error_parts, error_table
from .localizer import Localizer
from .request import Request, media_of, schemes_of
from .tables import FieldTable, Row


class Samples(Struct, frozen=True):
    """The samples of an endpoint, the same in every language: its examples' titles and curl commands, Python for the first."""

    curl: tuple[tuple[Text, Markdown], ...]
    sync: Markdown
    asynchronous: Markdown

    @classmethod
    def of(cls, api: Api, endpoint: Endpoint) -> Samples:
        requests = [Request.of(api, endpoint, example) for example in endpoint.examples] or [
            Request.of(api, endpoint, None)
        ]
        titles = [example.title for example in endpoint.examples] or [Text()]
        return cls(
            tuple(
                (title, markdown.fenced(each.curl(), "sh"))
                for title, each in zip(titles, requests, strict=True)
            ),
            markdown.fenced(samples.sample(requests[0], asynchronous=False), "python"),
            markdown.fenced(samples.sample(requests[0], asynchronous=True), "python"),
        )


class Block(Struct, frozen=True):
    """A part of a page with a heading of its own: paragraphs, tables, code."""

    title: Markdown
    parts: tuple[Markdown, ...]


def page(api: Api, endpoint: Endpoint, language: str, shown: Samples) -> Markdown:
    """The page in one language."""
    reader = Localizer(language)
    here = page_paths.of_endpoint(endpoint, language)
    if not endpoint.title:
        reader.lacks("a_title")
    if not endpoint.description:
        reader.lacks("a_description")
    if not endpoint.examples:
        reader.lacks("an_example")
    if not endpoint.responses:
        reader.lacks("a_response")
    inherited = api.lineage(endpoint.resource)
    values = {
        "label": labels.headings(language),
        "title": reader.inline(endpoint.title) or markdown.text(endpoint.qualified),
        "navigation": reader.navigation(
            [
                page_paths.link(here, page_paths.of_api(language), reader.inline(api.title)),
                *page_paths.languages(api, language, here),
            ]
        ),
        "description": markdown.paragraphs(reader.says(endpoint.description)),
        "deprecated": (
            tables.deprecation(endpoint.deprecated, reader) if endpoint.deprecated else None
        ),
        "facts": facts(endpoint.facts, reader, endpoint.name_on_site),
        "line": markdown.fenced(f"{endpoint.method} {endpoint.path}", "http"),
        "hosts": hosts(api, endpoint, reader),
        "header": FieldTable(api, reader).of(
            _headers(api, endpoint),
            before=_added(api, endpoint, "header", reader),
            after=_content_type(endpoint, reader),
        ),
        "path": FieldTable(api, reader).of(endpoint.path_fields),
        "query": FieldTable(api, reader, styled=True).of(
            endpoint.query, before=_added(api, endpoint, "query", reader)
        ),
        "body": list(_body(api, endpoint, reader)),
        "curl": [Block(reader.titled("curl", title), (command,)) for title, command in shown.curl],
        "sync": shown.sync,
        "asynchronous": shown.asynchronous,
        "responses": [
            *(_answer(api, endpoint, answer, reader) for answer in endpoint.responses),
            *_examples(endpoint, reader),
        ],
        "error_parts": error_parts(endpoint.error_shape, reader),
        "endpoint_errors": error_table(endpoint.errors, reader),
        "resource_errors": error_table(
            [row for resource in inherited for row in resource.errors], reader
        ),
        "common_errors": error_table(api.errors, reader),
        "error_bodies": list(_error_bodies(api, endpoint, reader)),
        "response_lost": _lost(api, endpoint, reader),
        "notes": markdown.notes(reader.says(endpoint.notes)),
        "links": markdown.bullets(
            markdown.link(reader.inline(each.title), each.url) for each in endpoint.links
        ),
        "updated": (
            reader.words("updated", markdown.text(endpoint.updated)) if endpoint.updated else None
        ),
    }
    return render(Markdown, "docs/endpoint.md.j2", notice=reader.notice(), **values)


def facts(rows: tuple[Fact, ...], reader: Localizer, name_on_site: str | None = None) -> Markdown:
    """A list of facts, and what the provider calls the endpoint."""
    found = [
        reader.words(
            "fact",
            markdown.strong(reader.inline(fact.title)),
            reader.listed([reader.inline(value) for value in fact.values], "semicolon"),
        )
        for fact in rows
    ]
    if name_on_site is not None:
        found.append(
            reader.words(
                "fact", markdown.strong(reader.words("name_on_site")), markdown.code(name_on_site)
            )
        )
    return markdown.bullets(found)


def hosts(api: Api, endpoint: Endpoint | None, reader: Localizer) -> Markdown | None:
    """The hosts of the endpoint, or of the API."""
    shown = (endpoint.hosts if endpoint is not None else ()) or api.hosts
    return tables.table(
        ("host", "description"),
        ([markdown.code(host.url), reader.inline(host.description)] for host in shown),
        reader,
    )


def _headers(api: Api, endpoint: Endpoint) -> list[Field]:
    own = {field.wire.lower() for field in endpoint.header}
    return [*(field for field in api.header if field.wire.lower() not in own), *endpoint.header]


def _added(api: Api, endpoint: Endpoint, where: str, reader: Localizer) -> Iterator[Row]:
    """Rows for what authentication adds."""
    schemes = schemes_of(api, endpoint)
    required = reader.words("yes" if len(schemes) == 1 else "one_of_schemes")
    for scheme in schemes:
        for name, added in added_by(scheme, where):
            yield _row(name, required, reader.inline(added.meaning), tables.shortened(added.sample))


def _content_type(endpoint: Endpoint, reader: Localizer) -> Iterator[Row]:
    """A row for the media type of the body."""
    if media := media_of(endpoint):
        yield _row("Content-Type", reader.words("yes"), reader.words("media_of_body"), media)


def _row(name: str, required: Markdown, meaning: Markdown, example: str) -> Row:
    return [
        markdown.code(name),
        markdown.code("string"),
        required,
        meaning,
        markdown.text(""),
        markdown.code(example),
    ]


def _body(api: Api, endpoint: Endpoint, reader: Localizer) -> Iterator[Markdown]:
    """What the body consists of."""
    match endpoint.body:
        case None:
            return
        case BinaryBody(file=file):
            yield whole(api, file, "whole_body", reader)
        case FormBody():
            if rows := FieldTable(api, reader, styled=True).of(body_fields(api, endpoint)):
                yield rows
        case JsonBody(type=type) | MultipartBody(type=type):
            yield from _value(api, type, "whole_body", reader)


def _answer(api: Api, endpoint: Endpoint, answer: Response, reader: Localizer) -> Block:
    phrase = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else ""
    parts = [markdown.paragraphs(reader.says(answer.description))]
    if answer.type is None:
        parts.append(reader.words("no_content"))
    elif isinstance(answer.type, File):
        limits = types.limits(api, answer.type, reader)
        parts.append(
            reader.words("raw_response_within", limits) if limits else reader.words("raw_response")
        )
    else:
        parts += _value(api, answer.type, "whole_response", reader)
    if headers := FieldTable(api, reader).of(answer.headers):
        parts += [reader.words("response_headers"), headers]
    if not endpoint.verified:
        parts.append(reader.words("unsigned"))
    title = markdown.inline(
        [markdown.text(f"{answer.status} {phrase}"), reader.inline(answer.title)], " · "
    )
    return Block(title, tuple(part for part in parts if part))


def _value(api: Api, type: Type, sentence: str, reader: Localizer) -> Iterator[Markdown]:
    """The fields of a structure; of anything else what it is, and the fields in it."""
    if not isinstance(type, Named) or not isinstance(api.types[type.to], Object):
        yield whole(api, type, sentence, reader)
    if rows := FieldTable(api, reader).of_type(type):
        yield rows


def whole(api: Api, type: Type, sentence: str, reader: Localizer) -> Markdown:
    """Says that a body is one value: its type, and what it must keep to."""
    return reader.words(
        sentence,
        reader.listed(
            [types.cell(api, type, reader), types.limits(api, type, reader)], "semicolon"
        ),
    )


def _error_bodies(api: Api, endpoint: Endpoint, reader: Localizer) -> Iterator[Block]:
    """What the bodies of errors hold that have a type of their own, by exception."""
    rows = api.errors_of(endpoint)
    for name, body in dict.fromkeys(
        (row.class_name, row.body) for row in rows if row.body is not None
    ):
        title = reader.words("error_body", markdown.code(f"errors.{name}"))
        yield Block(
            title, (reader.words("body_of_error"), *_value(api, body, "whole_response", reader))
        )


def _examples(endpoint: Endpoint, reader: Localizer) -> Iterator[Block]:
    """The documented answers that have a body; with its status, where an endpoint has several."""
    for example in endpoint.examples:
        if example.response is not None:
            status = str(example.status) if len(endpoint.responses) > 1 else ""
            title = [
                reader.words("response_example"),
                markdown.text(status),
                reader.inline(example.title),
            ]
            yield Block(
                markdown.inline(title, " · "),
                (markdown.fenced(json_text(example.response.json, indent=0), "json"),),
            )


def _lost(api: Api, endpoint: Endpoint, reader: Localizer) -> Markdown:
    """What a caller can do who never got the response."""
    match endpoint.idempotency.kind:
        case "safe":
            return reader.words("safe" if endpoint.method in ("GET", "HEAD") else "idempotent")
        case "key":
            sentences = [
                reader.words(
                    "keyed", reader.listed([markdown.code(key) for key in endpoint.idempotency.key])
                )
            ]
            if optional := [markdown.code(key) for key in endpoint.idempotency.optional]:
                sentences.append(reader.words("optional_key", reader.listed(optional)))
        case "none":
            sentences = [reader.words("not_idempotent")]
    if endpoint.unprocessed:
        sentences.append(
            reader.words(
                "unprocessed",
                reader.listed([markdown.code(str(status)) for status in endpoint.unprocessed]),
            )
        )
    asked = api.endpoint(endpoint.idempotency.ask) if endpoint.idempotency.ask is not None else None
    if asked is not None:
        here, there = (page_paths.of_endpoint(each, reader.language) for each in (endpoint, asked))
        sentences.append(
            reader.words("inquiry", page_paths.link(here, there, markdown.code(asked.qualified)))
        )
    return reader.listed(sentences, "sentences")
