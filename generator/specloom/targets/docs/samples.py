"""Samples in Python: a documented request made with the generated client."""

from __future__ import annotations

import ast

from ...auth_schemes import SCHEMES
from ...code import Python, python
from ...model import Api, Scheme, Value
from ...render import render
from ..client_interface import Argument, argument_of, arguments, schemes_of
from .expressions import Expressions
from .request import Request
from .sample_values import likely

_WIDTH = 88


def sample(request: Request, *, asynchronous: bool) -> Python:
    """A whole program that sends the request and shows the answer."""
    api, endpoint = request.api, request.endpoint
    written = Expressions(api)
    width = _WIDTH - (8 if asynchronous else 0)
    made = _client(written, asynchronous=asynchronous, width=width)
    method = python.dotted("client", *endpoint.resource, endpoint.name)
    call = python.call(
        method, _arguments(written, request, width - 4), room=width - len("answer = await ")
    )
    return render(
        Python,
        "docs/sample_async.py.j2" if asynchronous else "docs/sample.py.j2",
        imports=written.imports(asynchronous=asynchronous),
        client=made,
        call=call,
        responses=any(answer.type is not None for answer in endpoint.responses),
    )


def construction(api: Api) -> Python:
    """How a client is made."""
    written = Expressions(api)
    made = python.assignment(
        "client", _client(written, asynchronous=False, width=_WIDTH - len("client = "))
    )
    return python.lines([written.imports(asynchronous=False), made], blank=1)


def test(api: Api) -> Python | None:
    """A test with the client's mock, in which the first endpoint that documents a lasting refusal is refused."""
    for endpoint in api.all_endpoints():
        refusals = (
            row
            for row in api.errors_of(endpoint)
            if row.code
            and row.retry == "never"
            and row.outcome_with(endpoint.unprocessed) == "rejected"
        )
        row = next(refusals, None)
        if row is not None:
            break
    else:
        return None
    request = Request.of(api, endpoint, next(iter(endpoint.examples), None))
    written = Expressions(api)
    error = python.dotted(written.our("errors"), row.class_name)
    fixture = python.identifier(f"{api.package}_client")
    method = python.dotted(fixture, *endpoint.resource, endpoint.name)
    return render(
        Python,
        "docs/sample_test.py.j2",
        plugin=python.literal(f"{api.package}.testing"),
        mock=python.identifier(f"{api.package}_mock"),
        client=fixture,
        code=python.literal(row.code),
        error=error,
        call=python.call(method, _arguments(written, request, _WIDTH - 12), room=_WIDTH - 8),
        imports=written.imports(asynchronous=False),
    )


def ledger(api: Api) -> Python | None:
    """A test that the first endpoint with an effect is executed at most once, though its response is lost."""
    endpoint = next((one for one in api.all_endpoints() if one.idempotency.kind != "safe"), None)
    if endpoint is None:
        return None
    request = Request.of(api, endpoint, next(iter(endpoint.examples), None))
    written = Expressions(api)
    fixture = python.identifier(f"{api.package}_client")
    method = python.dotted(fixture, *endpoint.resource, endpoint.name)
    return render(
        Python,
        "docs/sample_ledger.py.j2",
        plugin=python.literal(f"{api.package}.testing"),
        mock=python.identifier(f"{api.package}_mock"),
        client=fixture,
        endpoint=python.literal(endpoint.qualified),
        suppress=written.use("contextlib", "suppress"),
        error=python.dotted(written.our("errors"), "Error"),
        call=python.call(method, _arguments(written, request, _WIDTH - 12), room=_WIDTH - 8),
        imports=written.imports(asynchronous=False),
    )


def _client(written: Expressions, *, asynchronous: bool, width: int) -> Python:
    """The client's constructor with what the API's first scheme needs."""
    api = written.api
    name = written.our(f"Async{api.client}" if asynchronous else api.client)
    for scheme in schemes_of(api)[:1]:
        given = _credentials(written, scheme)
        if owner := argument_of(api, scheme):
            options = {name: python.literal(value) for name, value in scheme.options.items()}
            kind = python.dotted(written.our("auth"), SCHEMES[scheme.kind].class_name)
            made = python.call(
                kind, [*given, *python.call_options(options)], room=width - len(owner) - 6
            )
            given = [python.keyword_argument(owner, made)]
        return python.call(name, given, room=width)
    return python.call(name, [], room=width)


def _credentials(written: Expressions, scheme: Scheme) -> list[Python]:
    return [
        python.keyword_argument(argument.name, _credential(written, argument.sample))
        for argument in SCHEMES[scheme.kind].arguments
        if argument.sample
    ]


def _credential(written: Expressions, expression: str) -> Python:
    """A text, or a call of `Path` with one."""
    match ast.parse(expression, mode="eval").body:
        case ast.Call(func=ast.Name(id="Path"), args=[ast.Constant(value=str(value))]):
            return python.call(written.use("pathlib", "Path"), [python.literal(value)])
        case node:
            return python.literal(str(ast.literal_eval(node)))


def _arguments(written: Expressions, request: Request, width: int) -> list[Python]:
    """The endpoint's arguments that the request has values for."""
    found: list[Python] = []
    for argument in arguments(written.api, request.endpoint):
        given = _given(request, argument)
        if given is None and not argument.field.required:
            continue
        value = given.json if given is not None else likely(written.api, argument.field)
        made = written.value(argument.field, value, width - len(argument.field.name) - 2)
        found.append(
            made if argument.where == "path" else python.keyword_argument(argument.field.name, made)
        )
    return found


def _given(request: Request, argument: Argument) -> Value | None:
    """The value that the request has for an argument."""
    wire = argument.field.wire
    match argument.where:
        case "path" | "query" | "header":
            values = {"path": request.path, "query": request.query, "header": request.header}[
                argument.where
            ]
        case "field":
            values = request.body if isinstance(request.body, dict) else {}
        case "body":
            return Value(request.body)
    return Value(values[wire]) if wire in values else None
