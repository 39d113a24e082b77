"""Endpoint declarations for the runtime, and the rows of error tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from ...code import Python, python
from ...model import (
    Api,
    BinaryBody,
    Body,
    Endpoint,
    ErrorCode,
    ErrorShape,
    Field,
    File,
    FormBody,
    Idempotency,
    JsonBody,
    ListOf,
    MultipartBody,
    Named,
    Object,
    Paging,
    PlainText,
    Poll,
    Response,
    Stream,
    TextBody,
    Type,
)
from ..client_interface import (
    arguments,
    auth_names,
    body_as,
    constant,
    constant_parameters,
    form_styles,
    host_template,
)
from .imports import Module
from .type_hints import TypeHints, lengths

Options = tuple[tuple[Python, Python], ...]
"""Keyword arguments: names and values."""


class ErrorCodeView(Struct, frozen=True):
    """Template values of a row of an error table."""

    status: Python
    code: Python
    class_name: Python
    reason: Python | None = None
    remedy: Python | None = None
    retry: Python | None = None
    outcome: Python | None = None
    body: Python | None = None


class ErrorShapeView(Struct, frozen=True):
    """Template values of where an error has its parts, in JSON paths."""

    code: Python | None
    message: Python | None
    detail: Python | None
    success: Python | None
    """The code of a response that is no error."""


class StreamView(Struct, frozen=True):
    """Template values of a streamed response body: its format, what ends it, and the name of the events in it."""

    format: Python
    end: Python | None
    name: Python | None


class ResponseView(Struct, frozen=True):
    """Template values of a response: its status, and the type of its body, or the type of each media type."""

    status: Python
    type: Python | None
    accept: tuple[tuple[Python, Python], ...]
    stream: StreamView | None


class BodyView(Struct, frozen=True):
    """Template values of a request body: the runtime's class for its format, the type or media type, and the options of the format."""

    class_name: Python
    type: Python
    options: Options


class BodyChoiceView(Struct, frozen=True):
    """Template values of a request body with a choice: the runtime's class for it, and the body of each media type."""

    class_name: Python
    choice: tuple[tuple[Python, BodyView], ...]


class IdempotencyView(Struct, frozen=True):
    """Template values of an endpoint's idempotency: its kind, and the names of its key fields."""

    kind: Python
    key: tuple[Python, ...]


class PagingView(Struct, frozen=True):
    """Template values of an endpoint's paging: the runtime's class for its form, arguments that select a page, and locations in the response."""

    class_name: Python
    argument: Python | None
    first: Python | None
    source: Python | None
    relation: Python | None
    items: Python
    limit: Python | None
    more: Python | None
    total: Python | None


class PollView(Struct, frozen=True):
    """Template values of how an endpoint is polled: the location of the state, its final values, and two durations in seconds."""

    until: Python
    states: Python
    every: Python
    deadline: Python


class DeclarationView(Struct, frozen=True):
    """Template values of an endpoint's declaration. What has the API's default is absent."""

    class_name: Python
    """`Endpoint`; with paging `PagedEndpoint`, with a poll `PolledEndpoint`."""
    type: Python
    """The class with the type of the response: `Endpoint[Order]`, `PagedEndpoint[OrderPage, Order]`."""
    qualified: Python
    method: Python
    path: Python
    path_parameters: Python | None
    query: Python | None
    header: Python | None
    cookie: Python | None
    constants: Python | None
    """Constant parameters by location."""
    body: BodyView | None
    body_choice: BodyChoiceView | None
    responses: tuple[ResponseView, ...]
    errors: tuple[ErrorCodeView, ...]
    error_shape: ErrorShapeView | None
    unprocessed: Python | None
    idempotency: IdempotencyView
    inquiry: Python | None
    """Name of the endpoint that tells whether a request was executed."""
    hosts: Python | None
    url: Python | None
    """The argument with the URL of the request, if it has one."""
    auth: Python | None
    verified: Python | None
    paging: PagingView | None
    poll: PollView | None


def declaration(api: Api, module: Module, endpoint: Endpoint) -> DeclarationView:
    """Return the declaration of an endpoint."""
    class_name = module.use_own(*_kind(endpoint, "Endpoint"))
    hints = TypeHints(api, module, "value")
    renamed = [field for field in endpoint.path_fields if field.wire != field.name]
    parameters = {
        "path": endpoint.path_fields,
        "query": endpoint.query,
        "header": endpoint.header,
        "cookie": endpoint.cookie,
    }
    constants = {where: constant_parameters(fields) for where, fields in parameters.items()}
    choice = _body_choice(api, module, endpoint.body)
    own_shape = endpoint.error_shape != api.error_shape
    own_unprocessed = endpoint.unprocessed != api.unprocessed
    return DeclarationView(
        class_name=class_name,
        type=python.subscript(class_name, value_hints(api, module, endpoint)),
        qualified=python.literal(endpoint.qualified),
        method=python.literal(endpoint.method),
        path=python.literal(endpoint.path),
        path_parameters=_parameters(module, renamed),
        query=_parameters(module, endpoint.query),
        header=_parameters(module, endpoint.header),
        cookie=_parameters(module, endpoint.cookie),
        constants=_literal({where: values for where, values in constants.items() if values}),
        body=None if choice or not endpoint.body else _body(api, module, endpoint.body),
        body_choice=choice,
        responses=tuple(_response(module, hints, each) for each in endpoint.responses),
        errors=error_codes(api, module, endpoint.errors),
        error_shape=error_shape(module, endpoint.error_shape) if own_shape else None,
        unprocessed=python.literal(endpoint.unprocessed) if own_unprocessed else None,
        idempotency=_idempotency(module, endpoint.idempotency),
        inquiry=_literal(endpoint.idempotency.ask),
        hosts=_literal(tuple(host_template(api, host.url) for host in endpoint.hosts)),
        url=_url(module, endpoint),
        auth=python.literal(auth_names(endpoint.auth)) if endpoint.auth != api.auth else None,
        verified=None if endpoint.verified else python.literal(False),
        paging=None if endpoint.paging is None else _paging(api, module, endpoint, endpoint.paging),
        poll=None if endpoint.poll is None else _poll(module, endpoint.poll),
    )


def _kind(endpoint: Endpoint, name: str) -> tuple[tuple[str, str], str]:
    """Return the runtime's class for an endpoint or a call: its module and its name."""
    if endpoint.paging is not None:
        return ("_runtime", "paging"), f"Paged{name}"
    if endpoint.poll is not None:
        return ("_runtime", "polling"), f"Polled{name}"
    return ("_runtime", "calls"), name


def call_hint(api: Api, module: Module, endpoint: Endpoint) -> Python:
    """Return the type of a call: `Call[Order]`, `PagedCall[OrderPage, Order]`, `PolledCall[Job]`, with a stream `Call[Streamed[Chunk]]`."""
    call = module.use_own(*_kind(endpoint, "Call"))
    if accepted_hints(api, module, endpoint):
        return python.subscript(call, [module.use("typing", "Any")])
    return python.subscript(call, value_hints(api, module, endpoint))


def value_hints(api: Api, module: Module, endpoint: Endpoint) -> list[Python]:
    """Return the type of a call's result, as a `Streamed` if it is a stream, and with paging that of an item."""
    hints = [value_hint(api, module, endpoint)]
    if endpoint.stream is not None:
        hints = [python.subscript(module.use_own(("_runtime", "calls"), "Streamed"), hints)]
    if endpoint.paging is not None:
        hints.append(TypeHints(api, module, "value").of(endpoint.paging.item))
    return hints


def value_hint(api: Api, module: Module, endpoint: Endpoint) -> Python:
    """Return the type of a call's result: the union of its response types, or the type of each value of its stream."""
    return _union_of(api, module, endpoint, None)


def accepted_hints(api: Api, module: Module, endpoint: Endpoint) -> list[tuple[str, Python]]:
    """Return the media types that a call can choose, with the type of its result for each; none if all have the same type."""
    hints = [(name, _union_of(api, module, endpoint, name)) for name in endpoint.accept]
    return hints if len({hint for _, hint in hints}) > 1 else []


def _union_of(api: Api, module: Module, endpoint: Endpoint, media: str | None) -> Python:
    """Return the type of a call's result, for one media type or for all."""
    hints = TypeHints(api, module, "value")
    types: list[Type | None] = []
    for response in endpoint.responses:
        chosen = [each.type for each in response.accept if media in (each.name, None)]
        types += chosen or [each.type for each in response.accept] or [response.type]
    return python.union([_value_type(module, hints, type) for type in types or [None]])


def error_codes(api: Api, module: Module, rows: Sequence[ErrorCode]) -> tuple[ErrorCodeView, ...]:
    """Return the rows of an error table; the template names the module of errors `errors`."""
    if not rows:
        return ()
    module.use_own(("_runtime", "calls"), "ErrorCode")
    errors = module.use_as(("errors",), "_errors")
    language = api.languages[0]
    hints = TypeHints(api, module, "value")

    return tuple(
        ErrorCodeView(
            status=python.literal(row.status),
            code=python.literal(row.code),
            class_name=python.dotted(errors, row.class_name),
            reason=python.literal(row.reason.best(language)) if row.reason else None,
            remedy=python.literal(row.remedy.best(language)) if row.remedy else None,
            retry=python.literal(row.retry) if row.retry != "never" else None,
            outcome=None if row.outcome is None else python.literal(row.outcome),
            body=hints.of(row.body) if row.body is not None else None,
        )
        for row in rows
    )


def error_shape(module: Module, shape: ErrorShape) -> ErrorShapeView:
    """Return the locations of code, message and detail in an error."""
    module.use_own(("_runtime", "calls"), "ErrorShape")
    return ErrorShapeView(
        code=_literal(shape.code),
        message=_literal(shape.message),
        detail=_literal(shape.detail),
        success=None if shape.success is None else python.literal(shape.success),
    )


def shared_errors(api: Api, path: tuple[str, ...]) -> list[ErrorCode]:
    """Return the errors that all endpoints of a resource share: its own, then those of the resources above it."""
    return [row for resource in api.lineage(path) for row in resource.errors]


def shared_errors_name(api: Api, path: tuple[str, ...]) -> str:
    """Return the name of the constant with a resource's shared errors; it differs from those of all endpoints."""
    name = "errors"
    while any(endpoint.name == name for endpoint in api.lineage(path)[0].endpoints):
        name += "_"
    return f"_{name.upper()}"


def _options(values: Mapping[str, Python | None]) -> Options:
    return tuple((python.identifier(name), value) for name, value in values.items() if value)


def _literal(value: python.Plain) -> Python | None:
    """Return the literal of a value that is not empty."""
    return python.literal(value) if value else None


def _parameters(module: Module, fields: Sequence[Field]) -> Python | None:
    rows = [_parameter(module, field) for field in fields if constant(field) is None]
    return python.tuple_of(rows) if rows else None


def _parameter(module: Module, field: Field) -> Python:
    if field.wire == field.name and field.style == "repeat":
        return python.literal(field.wire)
    options = [python.literal(field.wire)]
    if field.wire != field.name:
        options.append(python.literal(field.name))
    if field.style != "repeat":
        options.append(python.keyword_argument("style", python.literal(field.style)))
    return python.inline_call(module.use_own(("_runtime", "calls"), "Parameter"), options)


def _body_choice(api: Api, module: Module, body: Body | None) -> BodyChoiceView | None:
    if not isinstance(body, JsonBody) or not body.choice:
        return None
    choice = ((media, _body(api, module, body_as(body, media))) for media in body.choice)
    return BodyChoiceView(
        module.use_own(("_runtime", "body_choice"), "BodyChoice"),
        tuple((python.literal(media), view) for media, view in choice),
    )


def _body(api: Api, module: Module, body: Body) -> BodyView:
    hints = TypeHints(api, module, "field")
    options: Mapping[str, Python | None]
    match body:
        case JsonBody(type=type, flat=flat, media=media):
            options = {
                "argument": None if flat else python.literal("body"),
                "media": None if media == "application/json" else python.literal(media),
            }
            name, of = "Json", hints.of(type)
        case FormBody(type=type):
            options = {"styles": _literal(form_styles(api, type))}
            name, of = "Form", hints.of(type)
        case MultipartBody(type=type, signed_part=signed_part):
            signed = None if signed_part is None else python.literal(signed_part)
            options = {"media": _literal(_media(api, type)), "signed_part": signed}
            name, of = "Multipart", hints.of(type)
        case BinaryBody(file=file, media=media):
            options = lengths(file.length)
            name, of = "Binary", python.literal(media)
        case TextBody(type=text, media=media):
            options = lengths(text.length)
            name, of = "Text", python.literal(media)
    home = {"Multipart": "multipart", "Binary": "binary", "Text": "text"}.get(name, "calls")
    return BodyView(module.use_own(("_runtime", home), name), of, _options(options))


def _media(api: Api, parts: Named) -> dict[str, tuple[str, ...]]:
    """Return the allowed media types of file parts, by wire name."""
    parts_type = api.types[parts.to]
    assert isinstance(parts_type, Object)
    types = (
        (field.wire, field.type.item if isinstance(field.type, ListOf) else field.type)
        for field in parts_type.fields
    )
    return {wire: type.media for wire, type in types if isinstance(type, File) and type.media}


_PAGING = {
    "cursor": "Cursor",
    "offset": "Offset",
    "page": "PageNumber",
    "link": "NextLink",
    "url": "NextUrl",
}


def _paging(api: Api, module: Module, endpoint: Endpoint, paging: Paging) -> PagingView:
    sent = {
        each.field.wire: each.field
        for each in arguments(api, endpoint)
        if each.where in ("query", "header", "cookie", "field")
    }
    by_parameter = paging.form not in ("link", "url")
    field = sent[paging.by] if by_parameter else None
    first = None
    if field is not None and field.default is not None and paging.form != "cursor":
        first = python.literal(field.default.json)
    return PagingView(
        class_name=module.use_own(("_runtime", "paging"), _PAGING[paging.form]),
        argument=None if field is None else python.literal(field.name),
        first=first,
        source=_literal(paging.by if paging.form == "url" else paging.next),
        relation=_literal(paging.by) if paging.form == "link" else None,
        items=python.literal(paging.items),
        limit=None if paging.limit is None else python.literal(sent[paging.limit].name),
        more=_literal(paging.more),
        total=_literal(paging.total),
    )


def _poll(module: Module, poll: Poll) -> PollView:
    module.use_own(("_runtime", "polling"), "Poll")
    return PollView(
        until=python.literal(poll.until),
        states=python.literal(poll.states),
        every=python.literal(poll.every),
        deadline=python.literal(poll.deadline),
    )


def _value_type(module: Module, hints: TypeHints, type: Type | None) -> Python:
    if type is None:
        return python.literal(None)
    return module.builtin("bytes") if isinstance(type, File) else hints.of(type)


def _response(module: Module, hints: TypeHints, response: Response) -> ResponseView:
    status = python.literal(response.status)
    if response.stream is not None:
        type = _value_type(module, hints, response.type)
        return ResponseView(status, type, (), _stream(module, response.stream))
    if not response.accept:
        type = _body_type(module, hints, response.type, _file_hash(module, response))
        return ResponseView(status, type, (), None)
    module.use_own(("_runtime", "calls"), "Accepts")
    accept = ((each.name, _body_type(module, hints, each.type)) for each in response.accept)
    rows = tuple((python.literal(name), type) for name, type in accept)
    return ResponseView(status, None, rows, None)


def _body_type(
    module: Module, hints: TypeHints, type: Type | None, file_hash: Sequence[Python] = ()
) -> Python:
    """Return the response type for the runtime; raw bytes and texts have a marker, because `bytes` means Base64 in JSON."""
    if not isinstance(type, File | PlainText):
        return _value_type(module, hints, type)
    home, any_content, content = ("calls", "BINARY", "BinaryContent")
    if isinstance(type, PlainText):
        home, any_content, content = ("text", "TEXT", "TextContent")
    media = [python.literal(type.media)] if type.media else []
    limits = [*media, *python.call_options(lengths(type.length)), *file_hash]
    if not limits:
        return module.use_own(("_runtime", home), any_content)
    return python.call(module.use_own(("_runtime", home), content), limits)


def _stream(module: Module, stream: Stream) -> StreamView:
    module.use_own(("_runtime", "calls"), "Streamed")
    return StreamView(
        format=python.literal(stream.format),
        end=None if stream.end is None else python.literal(stream.end),
        name=None if stream.name is None else python.literal(stream.name),
    )


def _file_hash(module: Module, response: Response) -> list[Python]:
    """Return the option with the hash of a file."""
    if response.hash is None:
        return []
    source, field = response.hash.header, response.hash.field
    options = {"header": python.literal(source)} if source is not None else {}
    if field is not None:
        options["argument"] = python.literal(field.name)
    name = module.use_own(("_runtime", "hashes"), "FileHash")
    algorithm = python.literal(response.hash.algorithm.lower())
    value = python.inline_call(name, [algorithm, *python.call_options(options)])
    return [python.keyword_argument("hash", value)]


def _url(module: Module, endpoint: Endpoint) -> Python | None:
    if endpoint.url is None:
        return None
    module.use_own(("_runtime", "url_arguments"), "UrlArgument")
    return python.literal(endpoint.url.name)


def _idempotency(module: Module, idempotency: Idempotency) -> IdempotencyView:
    if idempotency.kind == "key":
        module.use_own(("_runtime", "calls"), "Keyed")
    return IdempotencyView(
        python.literal(idempotency.kind),
        tuple(python.literal(key) for key in idempotency.key),
    )
