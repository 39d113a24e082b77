"""Samples in Python: calls of the generated client, and tests with its mock."""

from __future__ import annotations

import ast

from ...auth_schemes import SCHEMES
from ...code import Python, python
from ...model import Api, Scheme, Value
from ...render import render
from ..client_interface import EndpointArgument, argument_of, arguments, schemes_of
from .expressions import Expressions
from .request import SampleRequest
from .sample_values import sample_value


def sample(request: SampleRequest, *, asynchronous: bool) -> Python:
    """Return a program that sends the request and prints the response."""
    api, endpoint = request.api, request.endpoint
    expressions = Expressions(api)
    constructor = _client(expressions, asynchronous=asynchronous)
    method = python.dotted("client", *endpoint.resource, endpoint.name)
    call = python.call(method, _arguments(expressions, request))
    return render(
        Python,
        "docs/sample_async.py.j2" if asynchronous else "docs/sample.py.j2",
        imports=expressions.imports(asynchronous=asynchronous),
        client=constructor,
        call=call,
        has_response=any(response.type is not None for response in endpoint.responses),
    )


def create_client(api: Api) -> Python:
    """Return a sample that creates a client."""
    expressions = Expressions(api)
    statement = python.assignment("client", _client(expressions, asynchronous=False))
    return python.lines([expressions.imports(asynchronous=False), statement], blank=1)


def rejected_call_test(api: Api) -> Python | None:
    """Return a test of the first endpoint with an error code that means rejection without retry, or None."""
    for endpoint in api.all_endpoints():
        rejections = (
            row
            for row in api.errors_of(endpoint)
            if row.code
            and row.retry == "never"
            and row.outcome_with(endpoint.unprocessed) == "rejected"
        )
        row = next(rejections, None)
        if row is not None:
            break
    else:
        return None
    request = SampleRequest.of(api, endpoint, next(iter(endpoint.examples), None))
    expressions = Expressions(api)
    error_class = python.dotted(expressions.import_own("errors"), row.class_name)
    fixture = python.identifier(f"{api.package}_client")
    method = python.dotted(fixture, *endpoint.resource, endpoint.name)
    return render(
        Python,
        "docs/sample_test.py.j2",
        plugin=python.literal(f"{api.package}.testing"),
        mock=python.identifier(f"{api.package}_mock"),
        client=fixture,
        code=python.literal(row.code),
        error=error_class,
        call=python.call(method, _arguments(expressions, request)),
        imports=expressions.imports(asynchronous=False),
    )


def ledger_test(api: Api) -> Python | None:
    """Return a test that the first endpoint that is not read-only is executed at most once if its response is lost, or None."""
    endpoint = next((one for one in api.all_endpoints() if one.idempotency.kind != "safe"), None)
    if endpoint is None:
        return None
    request = SampleRequest.of(api, endpoint, next(iter(endpoint.examples), None))
    expressions = Expressions(api)
    fixture = python.identifier(f"{api.package}_client")
    method = python.dotted(fixture, *endpoint.resource, endpoint.name)
    return render(
        Python,
        "docs/sample_ledger.py.j2",
        plugin=python.literal(f"{api.package}.testing"),
        mock=python.identifier(f"{api.package}_mock"),
        client=fixture,
        endpoint=python.literal(endpoint.qualified),
        suppress=expressions.import_standard("contextlib", "suppress"),
        error=python.dotted(expressions.import_own("errors"), "Error"),
        call=python.call(method, _arguments(expressions, request)),
        imports=expressions.imports(asynchronous=False),
    )


def _client(expressions: Expressions, *, asynchronous: bool) -> Python:
    """Return the call of the client's constructor, with the credentials of the first scheme."""
    api = expressions.api
    client_class = expressions.import_own(f"Async{api.client}" if asynchronous else api.client)
    for scheme in schemes_of(api)[:1]:
        credentials = _credentials(expressions, scheme)
        if client_argument := argument_of(api, scheme):
            options = {name: python.literal(value) for name, value in scheme.options.items()}
            scheme_class = python.dotted(
                expressions.import_own("auth"), SCHEMES[scheme.kind].class_name
            )
            scheme_object = python.call(scheme_class, [*credentials, *python.call_options(options)])
            credentials = [python.keyword_argument(client_argument, scheme_object)]
        return python.call(client_class, credentials)
    return python.call(client_class, [])


def _credentials(expressions: Expressions, scheme: Scheme) -> list[Python]:
    return [
        python.keyword_argument(argument.name, _credential(expressions, argument.sample))
        for argument in SCHEMES[scheme.kind].arguments
        if argument.sample
    ]


def _credential(expressions: Expressions, expression: str) -> Python:
    """Return a string, or a call of `Path` with one."""
    match ast.parse(expression, mode="eval").body:
        case ast.Call(func=ast.Name(id="Path"), args=[ast.Constant(value=str(value))]):
            return python.call(
                expressions.import_standard("pathlib", "Path"), [python.literal(value)]
            )
        case node:
            return python.literal(str(ast.literal_eval(node)))


def _arguments(expressions: Expressions, request: SampleRequest) -> list[Python]:
    """Return the endpoint's arguments with the values of the request."""
    result: list[Python] = []
    for argument in arguments(expressions.api, request.endpoint):
        requested = _value_of(request, argument)
        if requested is None and not argument.field.required:
            continue
        value = (
            requested.json
            if requested is not None
            else sample_value(expressions.api, argument.field)
        )
        expression = expressions.value(argument.field, value)
        result.append(
            expression
            if argument.where == "path"
            else python.keyword_argument(argument.field.name, expression)
        )
    return result


def _value_of(request: SampleRequest, argument: EndpointArgument) -> Value | None:
    """Return the value of an argument in the request, or None."""
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
