"""Page of an endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from http import HTTPStatus

from msgspec import Struct
from msgspec.structs import replace

from ...auth_schemes import added_by
from ...code import Markdown, Python, markdown
from ...model import (
    Api,
    BinaryBody,
    Endpoint,
    Event,
    Fact,
    Field,
    File,
    FileHash,
    FormBody,
    Host,
    JsonBody,
    Link,
    MultipartBody,
    Named,
    Object,
    PlainText,
    Response,
    Stream,
    TextBody,
    Type,
    json_text,
    wire_text,
)
from ...render import render
from ..client_interface import argument_of, body_fields
from . import page_paths, types
from . import samples as python_samples
from .errors import error_rows, error_shape
from .field_cells import FieldCells, deprecation, example, shortened
from .localizer import Localizer
from .request import SampleRequest, media_of, schemes_of
from .tables import FieldRow, FieldTable, FieldTables


class ExampleView(Struct, frozen=True):
    """Example of a page: the lines of a curl command, and of the response body if it is documented."""

    title: Markdown
    curl: Markdown
    response: Markdown | None
    is_text: bool
    """Whether the response is text, not JSON."""
    status: Markdown | None
    """None if the endpoint has only one response."""


class EndpointSamples(Struct, frozen=True):
    """Samples of an endpoint, for all languages: the curl command of each example, and Python for the first."""

    curl: tuple[Markdown, ...]
    sync: Markdown
    asynchronous: Markdown
    pages: tuple[Markdown, Markdown] | None
    """Programs that iterate over all pages, sync and async."""
    wait: tuple[Markdown, Markdown] | None
    """Programs that wait for a final state."""

    @classmethod
    def of(cls, api: Api, endpoint: Endpoint) -> EndpointSamples:
        requests = [
            SampleRequest.of(api, endpoint, example) for example in endpoint.examples or (None,)
        ]
        return cls(
            tuple(markdown.code_lines(each.curl()) for each in requests),
            markdown.code_lines(python_samples.sample(requests[0], asynchronous=False)),
            markdown.code_lines(python_samples.sample(requests[0], asynchronous=True)),
            _both(requests[0], python_samples.pages_sample) if endpoint.paging else None,
            (
                _both(requests[0], partial(python_samples.sample, prefix="wait_"))
                if endpoint.poll
                else None
            ),
        )


def _both(request: SampleRequest, sample: Callable[..., Python]) -> tuple[Markdown, Markdown]:
    return (
        markdown.code_lines(sample(request, asynchronous=False)),
        markdown.code_lines(sample(request, asynchronous=True)),
    )


class LoopView(Struct, frozen=True):
    """How pages follow each other, or a state becomes final, and programs that do it."""

    text: Markdown
    sync: Markdown
    asynchronous: Markdown


class Content(Struct, frozen=True):
    """Content of a body: a sentence if it is not an object, and tables of fields. An error body has a title."""

    sentence: Markdown | None
    tables: Sequence[FieldTable]
    title: Markdown | None = None


class ResponseView(Struct, frozen=True):
    """Response of an endpoint; `header` has the tables of its headers."""

    status: Markdown
    title: Markdown
    description: Markdown
    sentence: Markdown | None
    tables: Sequence[FieldTable]
    header: Sequence[FieldTable]
    unsigned: bool
    accept: Sequence[Content]
    """Contents by media type, in place of sentence and tables."""


class HostRow(Struct, frozen=True):
    """Row of a table of hosts; both are table cells."""

    url: Markdown
    description: Markdown


def page(cells: FieldCells, endpoint: Endpoint, samples: EndpointSamples) -> Markdown:
    """Return the page in one language."""
    api, language = cells.api, cells.language
    localizer = Localizer(language)
    here = page_paths.of_endpoint(endpoint, language)
    for documented, key in (
        (endpoint.title, "a_title"),
        (endpoint.description, "a_description"),
        (endpoint.examples, "an_example"),
        (endpoint.responses, "a_response"),
    ):
        if not documented:
            localizer.note_missing(key)
    inherited = api.lineage(endpoint.resource)
    tables = FieldTables(cells, localizer)
    values = {
        "label": localizer.labels,
        "title": localizer.inline(endpoint.title) or markdown.text(endpoint.qualified),
        "navigation": page_paths.navigation(api, language, here),
        **provided(endpoint, localizer),
        "facts": facts(endpoint.facts, localizer, endpoint.name_on_site),
        "http": markdown.code_lines(f"{endpoint.method} {endpoint.path}"),
        "url": (
            localizer.label("url_argument", markdown.code(endpoint.url.name))
            if endpoint.url is not None
            else None
        ),
        "hosts": hosts(endpoint.hosts or api.hosts, localizer),
        "auth": _auth(api, endpoint, localizer),
        "header": tables.of(
            _headers(api, endpoint),
            before=_auth_rows(api, endpoint, "header", localizer),
            after=_content_type(endpoint, localizer),
        ),
        "path": tables.of(endpoint.path_fields),
        "query": tables.of(
            endpoint.query, styled=True, before=_auth_rows(api, endpoint, "query", localizer)
        ),
        "cookie": tables.of(endpoint.cookie),
        "cookies": localizer.label("cookies"),
        "body": _body(endpoint, tables),
        "responses": [_response(endpoint, response, tables) for response in endpoint.responses],
        "examples": list(_examples(endpoint, samples, localizer)),
        "sync_sample": samples.sync,
        "async_sample": samples.asynchronous,
        "pages": _pages(endpoint, samples, localizer),
        "wait": _wait(endpoint, samples, localizer),
        "error_shape": error_shape(endpoint.error_shape, localizer),
        "endpoint_errors": error_rows(endpoint.errors, endpoint.unprocessed, localizer),
        "resource_errors": error_rows(
            (row for resource in inherited for row in resource.errors),
            endpoint.unprocessed,
            localizer,
        ),
        "common_errors": error_rows(api.errors, endpoint.unprocessed, localizer),
        "error_bodies": list(_error_bodies(endpoint, tables)),
        "response_lost": _response_lost(api, endpoint, localizer),
        "notes": markdown.notes(localizer.text(endpoint.notes)),
    }
    return render(Markdown, "docs/endpoint.md.j2", notice=localizer.notice(), **values)


def provided(each: Endpoint | Event, localizer: Localizer) -> dict[str, object]:
    """Return what the provider's page has of an endpoint or event."""
    return {
        "description": markdown.paragraphs(localizer.text(each.description)),
        "deprecated": deprecation(each.deprecated, localizer) if each.deprecated else None,
        "links": links(each.links, localizer),
        "updated": (
            localizer.label("updated", markdown.text(each.updated)) if each.updated else None
        ),
    }


def facts(
    rows: Iterable[Fact], localizer: Localizer, name_on_site: str | None = None
) -> list[Markdown]:
    """Return facts, and the provider's name of the endpoint."""
    items = [
        (
            localizer.inline(fact.title),
            localizer.join([localizer.inline(value) for value in fact.values], "semicolon"),
        )
        for fact in rows
    ]
    if name_on_site is not None:
        items.append((localizer.label("name_on_site"), markdown.code(name_on_site)))
    return [localizer.label("fact", markdown.strong(title), value) for title, value in items]


def hosts(rows: Iterable[Host], localizer: Localizer) -> list[HostRow]:
    """Return the rows of a table of hosts."""
    return [
        HostRow(
            markdown.cell(markdown.code(host.url)),
            markdown.cell(localizer.inline(host.description)),
        )
        for host in rows
    ]


def links(rows: Iterable[Link], localizer: Localizer) -> list[Markdown]:
    """Return links to other pages on the web."""
    return [markdown.link(localizer.inline(each.title), each.url) for each in rows]


def _headers(api: Api, endpoint: Endpoint) -> list[Field]:
    own = {field.wire.lower() for field in endpoint.header}
    if endpoint.stream is not None:
        own.add("accept")  # the client sends that of the format
    return [*(field for field in api.header if field.wire.lower() not in own), *endpoint.header]


def _auth(api: Api, endpoint: Endpoint, localizer: Localizer) -> Markdown | None:
    """Return a sentence on the credentials, if one of the alternatives needs several."""
    if all(len(names) == 1 for names in endpoint.auth):
        return None
    arguments = {
        scheme.name: argument_of(api, scheme) or "" for scheme in schemes_of(api, endpoint.auth)
    }
    alternatives = [
        localizer.join([markdown.code(arguments[name]) for name in names], "together")
        for names in endpoint.auth
    ]
    return localizer.label("credentials", localizer.join(alternatives, "semicolon"))


def _auth_rows(
    api: Api, endpoint: Endpoint, where: str, localizer: Localizer
) -> Iterator[FieldRow]:
    """Yield a row for each header or query parameter that authentication adds."""
    alternatives = [schemes_of(api, [names]) for names in endpoint.auth]
    for scheme in schemes_of(api, endpoint.auth):
        is_needed = all(scheme in alternative for alternative in alternatives)
        required = localizer.label("yes" if is_needed else "one_of_schemes")
        for name, added in added_by(scheme, where):
            meaning, sample = localizer.inline(added.meaning), shortened(added.sample)
            yield _row(name, required, meaning, sample, localizer)


def _content_type(endpoint: Endpoint, localizer: Localizer) -> Iterator[FieldRow]:
    """Yield a row for the media type of the body."""
    is_argument = any(field.wire == "Content-Type" for field in endpoint.header)
    if not is_argument and (media := media_of(endpoint)):
        required, meaning = localizer.label("yes"), localizer.label("media_of_body")
        yield _row("Content-Type", required, meaning, media, localizer)


def _row(
    name: str, required: Markdown, description: Markdown, sample: str, localizer: Localizer
) -> FieldRow:
    return FieldRow(
        markdown.cell(markdown.code(name)),
        markdown.code("string"),
        required,
        markdown.cell_lines([description, example(sample, localizer)]),
    )


def _body(endpoint: Endpoint, tables: FieldTables) -> Content | None:
    match endpoint.body:
        case None:
            return None
        case BinaryBody(file=type) | TextBody(type=type):
            return Content(single_value(type, "whole_body", tables), [])
        case FormBody() | JsonBody(flat=True, choice=(_, *_)):
            fields = body_fields(tables.api, endpoint)
            added = _auth_rows(tables.api, endpoint, "form", tables.localizer)
            return Content(None, tables.of(fields, styled=True, after=added))
        case JsonBody(type=type) | MultipartBody(type=type):
            return content(type, "whole_body", tables)


def _response(endpoint: Endpoint, response: Response, tables: FieldTables) -> ResponseView:
    localizer = tables.localizer
    status = markdown.text(str(response.status))
    if response.status == "2XX":
        status = localizer.label("success_range")
    elif response.status in set(HTTPStatus):
        status = markdown.text(f"{response.status} {HTTPStatus(response.status).phrase}")
    body = Content(None, []) if response.accept else _response_content(endpoint, response, tables)
    return ResponseView(
        status,
        localizer.inline(response.title),
        markdown.paragraphs(localizer.text(response.description)),
        body.sentence,
        body.tables,
        tables.of(response.headers),
        not endpoint.verified,
        list(_accepted(response, tables)),
    )


def _stream(stream: Stream, localizer: Localizer) -> Iterator[Markdown]:
    """Yield the sentences on a stream: its format, its end, and the names of its events."""
    is_events = stream.format == "events"
    yield localizer.label("stream_of_events" if is_events else "stream_of_lines")
    if stream.end is not None:
        yield localizer.label("end_of_stream", markdown.code(stream.end))
    if stream.name is not None:
        yield localizer.label("name_of_event", markdown.code(stream.name))


def _file_hash(hash: FileHash, localizer: Localizer) -> Markdown:
    """Return a sentence on the hash that verifies a file."""
    algorithm = markdown.text(hash.algorithm)
    if hash.field is None:
        return localizer.label("hash_in_header", algorithm, markdown.code(hash.header or ""))
    return localizer.label("hash_in_argument", algorithm, markdown.code(hash.field.name))


def _response_content(endpoint: Endpoint, response: Response, tables: FieldTables) -> Content:
    """Return the content of a response body with one media type."""
    localizer = tables.localizer
    if response.stream is not None and response.type is not None:
        body = content(response.type, "each_value", tables)
        sentences = [*_stream(response.stream, localizer), body.sentence or markdown.text("")]
        return replace(body, sentence=localizer.join(sentences, "sentences"))
    body = _body_content(response.type, tables, is_download=endpoint.is_download)
    if response.hash is not None:
        sentences = [body.sentence or markdown.text(""), _file_hash(response.hash, localizer)]
        return replace(body, sentence=localizer.join(sentences, "sentences"))
    return body


def _body_content(
    type: Type | None, tables: FieldTables, title: Markdown | None = None, is_download: bool = False
) -> Content:
    """Return the content of a response body of a type."""
    localizer = tables.localizer
    if type is None:
        return Content(localizer.label("no_content"), [], title)
    if not isinstance(type, File | PlainText):
        return content(type, "whole_response", tables, title)
    label = "text_response"
    if isinstance(type, File):
        label = "download" if is_download else "raw_response"
    limits = markdown.text(types.limits(tables.api, type, localizer))
    sentence = localizer.label(f"{label}_within", limits) if limits else localizer.label(label)
    return Content(sentence, [], title)


def _accepted(response: Response, tables: FieldTables) -> Iterator[Content]:
    """Yield the content of each media type that a request can choose."""
    for each in response.accept:
        argument = markdown.code(f'accept="{each.name}"')
        title = tables.localizer.label("accepted", markdown.code(each.name), argument)
        yield _body_content(each.type, tables, title)


def content(
    type: Type, sentence: str, tables: FieldTables, title: Markdown | None = None
) -> Content:
    """Return the fields of an object; for any other type a sentence, and the fields inside of it."""
    is_object = isinstance(type, Named) and isinstance(tables.api.types[type.to], Object)
    return Content(
        None if is_object else single_value(type, sentence, tables), tables.of_type(type), title
    )


def single_value(type: Type, sentence: str, tables: FieldTables) -> Markdown:
    """Return a sentence on a body that is a single value: its type and limits."""
    api, localizer = tables.api, tables.localizer
    limits = markdown.text(types.limits(api, type, localizer))
    return localizer.label(
        sentence, localizer.join([types.cell(api, type, localizer), limits], "semicolon")
    )


def _error_bodies(endpoint: Endpoint, tables: FieldTables) -> Iterator[Content]:
    """Yield the content of each error body that has a type, by exception class."""
    rows = tables.api.errors_of(endpoint)
    for name, body in dict.fromkeys((row.class_name, row.body) for row in rows):
        if body is not None:
            title = tables.localizer.label("error_body", markdown.code(f"errors.{name}"))
            yield content(body, "whole_response", tables, title)


def _examples(
    endpoint: Endpoint, samples: EndpointSamples, localizer: Localizer
) -> Iterator[ExampleView]:
    """Yield an example without a response if none is documented."""
    if not endpoint.examples:
        yield ExampleView(markdown.text(""), samples.curl[0], None, False, None)
    for each, curl in zip(endpoint.examples, samples.curl, strict=bool(endpoint.examples)):
        documented = None if each.status is None else endpoint.response_with(each.status)
        is_text = documented is not None and isinstance(documented.type, PlainText)
        response = None
        if each.response is not None:
            json = each.response.json
            response = markdown.code_lines(str(json) if is_text else json_text(json, indent=0))
        status = markdown.text(str(each.status)) if len(endpoint.responses) > 1 else None
        yield ExampleView(localizer.inline(each.title), curl, response, is_text, status)


def _pages(endpoint: Endpoint, samples: EndpointSamples, localizer: Localizer) -> LoopView | None:
    paging = endpoint.paging
    if paging is None or samples.pages is None:
        return None
    values = [paging.by, *([] if paging.next is None else [paging.next])]
    sentences = [localizer.label(f"pages_by_{paging.form}", *map(markdown.code, values))]
    if paging.more is not None:
        sentences.append(localizer.label("no_more_pages", markdown.code(paging.more)))
    if paging.total is not None:
        sentences.append(localizer.label("total_of_pages", markdown.code(paging.total)))
    if paging.limit is not None:
        sentences.append(localizer.label("limit_of_pages", markdown.code(paging.limit)))
    sentences.append(localizer.label("iterate_pages", markdown.code(f"iter_{endpoint.name}")))
    return LoopView(localizer.join(sentences, "sentences"), *samples.pages)


def _wait(endpoint: Endpoint, samples: EndpointSamples, localizer: Localizer) -> LoopView | None:
    poll = endpoint.poll
    if poll is None or samples.wait is None:
        return None
    states = localizer.join([markdown.code(wire_text(state)) for state in poll.states])
    sentences = [
        localizer.label("states", markdown.code(poll.until), states),
        localizer.label("wait_for_state", markdown.code(f"wait_{endpoint.name}")),
    ]
    return LoopView(localizer.join(sentences, "sentences"), *samples.wait)


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
