"""Endpoint declarations for the runtime: `Endpoint(…)`, and `ErrorCode(…)` for each row of an error table."""

from __future__ import annotations

from collections.abc import Sequence

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
    Resource,
    Response,
)
from ..client_interface import constant, constant_parameters, form_styles
from .imports import Module
from .type_hints import TypeHints, lengths


def declaration(
    api: Api, module: Module, endpoint: Endpoint, name: Python, arguments_class: str | None
) -> Python:
    """Return `_QUERY: Final[Endpoint[FapiaoPage]] = Endpoint(…)`."""
    endpoint_class = module.use_own(("_runtime", "calls"), "Endpoint")
    positional = [
        python.literal(text) for text in (endpoint.qualified, endpoint.method, endpoint.path)
    ]
    options: dict[str, Python] = {}
    if arguments_class:
        options["arguments"] = python.identifier(arguments_class)
    path = [field for field in endpoint.path_fields if field.wire != field.name]
    for location, fields in (
        ("path", path),
        ("query", endpoint.query),
        ("header", endpoint.header),
    ):
        rows = [_parameter(module, field) for field in fields if constant(field) is None]
        if rows:
            options[location] = python.tuple_of(rows, room=76)
    constants = {
        "path": constant_parameters(endpoint.path_fields),
        "query": constant_parameters(endpoint.query),
        "header": constant_parameters(endpoint.header),
    }
    if present := {location: values for location, values in constants.items() if values}:
        options["fixed"] = python.literal(present)
    if endpoint.body is not None:
        options["body"] = _body(api, module, endpoint.body)
    annotations = TypeHints(api, module, "value")
    responses = [
        (python.literal(response.status), _response_type(module, annotations, response))
        for response in endpoint.responses
    ]
    options["responses"] = python.dict_of(responses, room=74)
    shared = (
        [python.unpack(python.identifier(_rows(api, endpoint.resource)))]
        if _inherited(api, endpoint.resource)
        else []
    )
    if rows := [*error_rows(module, endpoint.errors, api), *shared]:
        options["errors"] = python.tuple_of(rows, room=76, explode=bool(endpoint.errors))
    if endpoint.error_shape != api.error_shape:
        options["error_shape"] = error_shape(module, endpoint.error_shape)
    if endpoint.unprocessed != api.unprocessed:
        options["unprocessed"] = python.literal(endpoint.unprocessed)
    options["idempotency"] = _idempotency(module, endpoint.idempotency)
    if endpoint.hosts:
        options["hosts"] = python.literal(tuple(host.url for host in endpoint.hosts))
    if endpoint.auth != api.auth:
        options["auth"] = python.literal(endpoint.auth)
    if not endpoint.verified:
        options["verified"] = python.literal(False)
    final = python.subscript(
        module.use("typing", "Final"),
        [python.subscript(endpoint_class, [value_annotation(api, module, endpoint)])],
    )
    return python.assignment(
        name,
        python.call(endpoint_class, [*positional, *python.call_options(options)], explode=True),
        final,
    )


def value_annotation(api: Api, module: Module, endpoint: Endpoint) -> Python:
    """Return the type of a call's result: the union of its response types."""
    annotations = TypeHints(api, module, "value")
    return python.union(
        [_value_type(module, annotations, response) for response in endpoint.responses]
        or [python.literal(None)]
    )


def error_rows(module: Module, rows: Sequence[ErrorCode], api: Api) -> list[Python]:
    """Return `ErrorCode(…)` for each row of an error table."""
    if not rows:
        return []
    errors = module.use_as(("errors",), "_errors")
    language = api.languages[0]
    annotations = TypeHints(api, module, "value")
    expressions: list[Python] = []
    for row in rows:
        options: dict[str, Python] = {}
        if row.reason:
            options["reason"] = python.literal(row.reason.best(language))
        if row.remedy:
            options["remedy"] = python.literal(row.remedy.best(language))
        if row.retry != "never":
            options["retry"] = python.literal(row.retry)
        if row.outcome is not None:
            options["outcome"] = python.literal(row.outcome)
        if row.body is not None:
            options["body"] = annotations.of(row.body)
        head = [
            python.literal(row.status),
            python.literal(row.code),
            python.dotted(errors, row.class_name),
        ]
        row_class = module.use_own(("_runtime", "calls"), "ErrorCode")
        expressions.append(python.call(row_class, [*head, *python.call_options(options)], room=79))
    return expressions


def error_shape(module: Module, shape: ErrorShape) -> Python:
    """Return `ErrorShape(…)`, the locations of code, message and detail in an error."""
    parts = {
        "code": shape.code,
        "message": shape.message,
        "detail": shape.detail,
        "success": shape.success,
    }
    options = {name: python.literal(part) for name, part in parts.items() if part is not None}
    return python.call(
        module.use_own(("_runtime", "calls"), "ErrorShape"), python.call_options(options), room=70
    )


def shared_rows(api: Api, module: Module, resource: Resource) -> Python | None:
    """Return the tuple of error rows that all endpoints of a resource share: its own, then those of the resources above it."""
    inherited = _inherited(api, resource.path)
    if not inherited:
        return None
    rows = error_rows(module, inherited, api)
    return python.assignment(_rows(api, resource.path), python.tuple_of(rows, explode=True))


def _rows(api: Api, path: tuple[str, ...]) -> str:
    """Return the name of the constant with a resource's shared error rows; it differs from those of all endpoints."""
    name = "errors"
    while any(endpoint.name == name for endpoint in api.lineage(path)[0].endpoints):
        name += "_"
    return f"_{name.upper()}"


def _inherited(api: Api, path: tuple[str, ...]) -> list[ErrorCode]:
    return [row for resource in api.lineage(path) for row in resource.errors]


def _parameter(module: Module, field: Field) -> Python:
    if field.wire == field.name and field.style == "repeat":
        return python.literal(field.wire)
    parameter_class = module.use_own(("_runtime", "calls"), "Parameter")
    options = [python.literal(field.wire)]
    if field.wire != field.name:
        options.append(python.literal(field.name))
    if field.style != "repeat":
        options.append(python.keyword_argument("style", python.literal(field.style)))
    return python.call(parameter_class, options)


def _body(api: Api, module: Module, body: Body) -> Python:
    annotations = TypeHints(api, module, "field")
    match body:
        case JsonBody(type=type, flat=flat, media=media):
            media_options = {} if flat else {"argument": python.literal("body")}
            if media != "application/json":
                media_options["media"] = python.literal(media)
            body_class = module.use_own(("_runtime", "calls"), "Json")
            return python.call(
                body_class, [annotations.of(type), *python.call_options(media_options)], room=78
            )
        case FormBody(type=type):
            style_options = (
                {"styles": python.literal(body_styles)}
                if (body_styles := form_styles(api, body))
                else {}
            )
            body_class = module.use_own(("_runtime", "calls"), "Form")
            return python.call(
                body_class, [annotations.of(type), *python.call_options(style_options)], room=78
            )
        case MultipartBody(type=type, signed_part=signed_part):
            options: dict[str, Python] = {}
            if file_media := _media(api, type):
                options["media"] = python.literal(file_media)
            if signed_part is not None:
                options["signed_part"] = python.literal(signed_part)
            body_class = module.use_own(("_runtime", "multipart"), "Multipart")
            return python.call(body_class, [annotations.of(type), *python.call_options(options)])
        case BinaryBody(file=file, media=media):
            body_class = module.use_own(("_runtime", "calls"), "Binary")
            return python.call(
                body_class, [python.literal(media), *python.call_options(lengths(file.length))]
            )


def _media(api: Api, parts: Named) -> dict[str, tuple[str, ...]]:
    """Return the allowed media types of file parts, by wire name."""
    parts_type = api.types[parts.to]
    assert isinstance(parts_type, Object)
    types = (
        (field.wire, field.type.item if isinstance(field.type, ListOf) else field.type)
        for field in parts_type.fields
    )
    return {wire: type.media for wire, type in types if isinstance(type, File) and type.media}


def _value_type(module: Module, annotations: TypeHints, response: Response) -> Python:
    if response.type is None:
        return python.literal(None)
    return (
        module.builtin("bytes")
        if isinstance(response.type, File)
        else annotations.of(response.type)
    )


def _response_type(module: Module, annotations: TypeHints, response: Response) -> Python:
    """Return the response type for the runtime; raw bytes have a marker, because `bytes` means Base64 in JSON."""
    if isinstance(response.type, File):
        media = [python.literal(response.type.media)] if response.type.media else []
        limits = [*media, *python.call_options(lengths(response.type.length))]
        return (
            python.call(module.use_own(("_runtime", "calls"), "BinaryContent"), limits)
            if limits
            else module.use_own(("_runtime", "calls"), "BINARY")
        )
    return _value_type(module, annotations, response)


def _idempotency(module: Module, idempotency: Idempotency) -> Python:
    if idempotency.kind != "key":
        return python.literal(idempotency.kind)
    keyed_class = module.use_own(("_runtime", "calls"), "Keyed")
    keys = [python.literal(key) for key in idempotency.key]
    inquiry = {} if idempotency.ask is None else {"inquiry": python.literal(idempotency.ask)}
    return python.call(keyed_class, [*keys, *python.call_options(inquiry)], room=66)
