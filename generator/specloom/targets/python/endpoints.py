"""What the runtime needs to know of an endpoint: `Endpoint(…)`, and `ErrorCode(…)` for each row of an error table."""

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
from ..client_interface import constant, fixed, styles
from .imports import Module
from .type_hints import Annotations, lengths


def declaration(
    api: Api, module: Module, endpoint: Endpoint, name: Python, holder: str | None
) -> Python:
    """`_QUERY: Final[Endpoint[FapiaoPage]] = Endpoint(…)`."""
    made = module.use_ours(("_runtime", "calls"), "Endpoint")
    positional = [
        python.literal(text) for text in (endpoint.qualified, endpoint.method, endpoint.path)
    ]
    options: dict[str, Python] = {}
    if holder:
        options["arguments"] = python.identifier(holder)
    path = [field for field in endpoint.path_fields if field.wire != field.name]
    for where, fields in (("path", path), ("query", endpoint.query), ("header", endpoint.header)):
        rows = [_located(module, field) for field in fields if constant(field) is None]
        if rows:
            options[where] = python.sequence(rows, room=76)
    constants = {
        "path": fixed(endpoint.path_fields),
        "query": fixed(endpoint.query),
        "header": fixed(endpoint.header),
    }
    if given_constants := {where: values for where, values in constants.items() if values}:
        options["fixed"] = python.literal(given_constants)
    if endpoint.body is not None:
        options["body"] = _body(api, module, endpoint.body)
    annotations = Annotations(api, module, "value")
    responses = [
        (python.literal(answer.status), _answer_type(module, annotations, answer))
        for answer in endpoint.responses
    ]
    options["responses"] = python.mapping(responses, room=74)
    shared = (
        [python.star(python.identifier(_rows(api, endpoint.resource)))]
        if _inherited(api, endpoint.resource)
        else []
    )
    if rows := [*error_rows(module, endpoint.errors, api), *shared]:
        options["errors"] = python.sequence(rows, room=76, explode=bool(endpoint.errors))
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
        [python.subscript(made, [value_annotation(api, module, endpoint)])],
    )
    return python.assignment(
        name, python.call(made, [*positional, *python.call_options(options)], explode=True), final
    )


def value_annotation(api: Api, module: Module, endpoint: Endpoint) -> Python:
    """What a call gives: the union of its answers."""
    annotations = Annotations(api, module, "value")
    return python.union(
        [_answer(module, annotations, answer) for answer in endpoint.responses]
        or [python.literal(None)]
    )


def error_rows(module: Module, rows: Sequence[ErrorCode], api: Api) -> list[Python]:
    """`ErrorCode(…)` for each row of an error table."""
    if not rows:
        return []
    errors = module.use_as(("errors",), "_errors")
    language = api.languages[0]
    annotations = Annotations(api, module, "value")
    found: list[Python] = []
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
        make = module.use_ours(("_runtime", "calls"), "ErrorCode")
        found.append(python.call(make, [*head, *python.call_options(options)], room=79))
    return found


def error_shape(module: Module, shape: ErrorShape) -> Python:
    """`ErrorShape(…)`, which says where an error has its parts."""
    parts = {
        "code": shape.code,
        "message": shape.message,
        "detail": shape.detail,
        "success": shape.success,
    }
    options = {name: python.literal(part) for name, part in parts.items() if part is not None}
    return python.call(
        module.use_ours(("_runtime", "calls"), "ErrorShape"), python.call_options(options), room=70
    )


def shared_rows(api: Api, module: Module, resource: Resource) -> Python | None:
    """The tuple of rows that all endpoints of a resource share: its own, then those of the resources above it."""
    inherited = _inherited(api, resource.path)
    if not inherited:
        return None
    rows = error_rows(module, inherited, api)
    return python.assignment(_rows(api, resource.path), python.sequence(rows, explode=True))


def _rows(api: Api, path: tuple[str, ...]) -> str:
    """The module constant with the error rows that all endpoints of a resource share; no endpoint's constant."""
    name = "errors"
    while any(endpoint.name == name for endpoint in api.lineage(path)[0].endpoints):
        name += "_"
    return f"_{name.upper()}"


def _inherited(api: Api, path: tuple[str, ...]) -> list[ErrorCode]:
    return [row for resource in api.lineage(path) for row in resource.errors]


def _located(module: Module, field: Field) -> Python:
    if field.wire == field.name and field.style == "repeat":
        return python.literal(field.wire)
    make = module.use_ours(("_runtime", "calls"), "Parameter")
    options = [python.literal(field.wire)]
    if field.wire != field.name:
        options.append(python.literal(field.name))
    if field.style != "repeat":
        options.append(python.keyword_argument("style", python.literal(field.style)))
    return python.call(make, options)


def _body(api: Api, module: Module, body: Body) -> Python:
    annotations = Annotations(api, module, "field")
    match body:
        case JsonBody(type=type, flat=flat, media=media):
            named = {} if flat else {"argument": python.literal("body")}
            if media != "application/json":
                named["media"] = python.literal(media)
            make = module.use_ours(("_runtime", "calls"), "Json")
            return python.call(make, [annotations.of(type), *python.call_options(named)], room=78)
        case FormBody(type=type):
            spread = {"styles": python.literal(given)} if (given := styles(api, body)) else {}
            make = module.use_ours(("_runtime", "calls"), "Form")
            return python.call(make, [annotations.of(type), *python.call_options(spread)], room=78)
        case MultipartBody(type=type, signed_part=signed):
            options: dict[str, Python] = {}
            if file_media := _media(api, type):
                options["media"] = python.literal(file_media)
            if signed is not None:
                options["signed_part"] = python.literal(signed)
            make = module.use_ours(("_runtime", "multipart"), "Multipart")
            return python.call(make, [annotations.of(type), *python.call_options(options)])
        case BinaryBody(file=file, media=media):
            make = module.use_ours(("_runtime", "calls"), "Binary")
            return python.call(
                make, [python.literal(media), *python.call_options(lengths(file.length))]
            )


def _media(api: Api, parts: Named) -> dict[str, tuple[str, ...]]:
    """The media types that file parts may have, by wire name."""
    structure = api.types[parts.to]
    assert isinstance(structure, Object)
    types = (
        (field.wire, field.type.item if isinstance(field.type, ListOf) else field.type)
        for field in structure.fields
    )
    return {wire: type.media for wire, type in types if isinstance(type, File) and type.media}


def _answer(module: Module, annotations: Annotations, answer: Response) -> Python:
    if answer.type is None:
        return python.literal(None)
    return module.builtin("bytes") if isinstance(answer.type, File) else annotations.of(answer.type)


def _answer_type(module: Module, annotations: Annotations, answer: Response) -> Python:
    """As the runtime wants it: raw bytes are marked, because `bytes` would be Base64 in JSON."""
    if isinstance(answer.type, File):
        media = [python.literal(answer.type.media)] if answer.type.media else []
        limits = [*media, *python.call_options(lengths(answer.type.length))]
        return (
            python.call(module.use_ours(("_runtime", "calls"), "BinaryContent"), limits)
            if limits
            else module.use_ours(("_runtime", "calls"), "BINARY")
        )
    return _answer(module, annotations, answer)


def _idempotency(module: Module, idempotency: Idempotency) -> Python:
    if idempotency.kind != "key":
        return python.literal(idempotency.kind)
    make = module.use_ours(("_runtime", "calls"), "Keyed")
    keys = [python.literal(key) for key in idempotency.key]
    ask = {} if idempotency.ask is None else {"inquiry": python.literal(idempotency.ask)}
    return python.call(make, [*keys, *python.call_options(ask)], room=66)
