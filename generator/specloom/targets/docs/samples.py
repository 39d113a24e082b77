"""Samples in Python: calls of the generated client, receivers of webhook events, and tests with the mock."""

from __future__ import annotations

import ast
from typing import Any

from ... import locales
from ...auth_schemes import SCHEMES, Argument, arguments_of
from ...code import Python, python
from ...model import Api, Endpoint, Event, Scheme, Value
from ...render import render
from ..client_interface import EndpointArgument, argument_of, arguments, host_value, schemes_of
from .expressions import Expressions
from .request import SampleRequest
from .sample_values import sample_value


def sample(request: SampleRequest, *, asynchronous: bool, prefix: str = "") -> Python:
    """Return a program that sends the request and prints the response, or that calls another method of the endpoint, whose name has a prefix."""
    endpoint, expressions = request.endpoint, Expressions(request.api)
    return render(
        Python,
        "docs/sample_async.py.j2" if asynchronous else "docs/sample.py.j2",
        client=_client(expressions, asynchronous=asynchronous),
        call=_call(expressions, python.identifier("client"), request, prefix),
        is_streamed=endpoint.stream is not None,
        is_download=endpoint.is_download,
        has_response=any(response.type is not None for response in endpoint.responses),
        **expressions.imports(),
    )


def pages_sample(request: SampleRequest, *, asynchronous: bool) -> Python:
    """Return a program that prints the items of all pages."""
    expressions = Expressions(request.api)
    return render(
        Python,
        "docs/sample_pages_async.py.j2" if asynchronous else "docs/sample_pages.py.j2",
        client=_client(expressions, asynchronous=asynchronous),
        call=_call(expressions, python.identifier("client"), request, "iter_"),
        **expressions.imports(),
    )


def create_client(api: Api) -> Python:
    """Return a sample that creates a client."""
    expressions = Expressions(api)
    return render(
        Python,
        "docs/sample_client.py.j2",
        client=_client(expressions, asynchronous=False),
        **expressions.imports(),
    )


def rejected_call_test(api: Api) -> Python | None:
    """Return a test of the first endpoint with an error code that means rejection without retry, or None."""
    for endpoint in api.all_endpoints():
        for row in api.errors_of(endpoint):
            if (
                endpoint.stream is None
                and row.code
                and row.retry == "never"
                and row.outcome_with(endpoint.unprocessed) == "rejected"
            ):
                return render(
                    Python,
                    "docs/sample_test.py.j2",
                    code=python.literal(row.code),
                    error=python.identifier(row.class_name),
                    **_test(Expressions(api), endpoint),
                )
    return None


def ledger_test(api: Api, language: str) -> Python | None:
    """Return a test that the first endpoint that is not read-only is executed at most once if its response is lost, or None."""
    endpoint = next(
        (
            one
            for one in api.all_endpoints()
            if one.idempotency.kind != "safe" and one.stream is None
        ),
        None,
    )
    if endpoint is None:
        return None
    expressions = Expressions(api)
    expressions.import_standard("contextlib", "suppress")
    return render(
        Python,
        "docs/sample_ledger.py.j2",
        docstring=python.docstring(locales.text(language, "guide", "ledger_test"), 4),
        endpoint=python.literal(endpoint.qualified),
        **_test(expressions, endpoint),
    )


def receiver(api: Api, event: Event) -> Python:
    """Return a function that receives and acknowledges an event."""
    return render(
        Python,
        "docs/sample_event.py.j2",
        package=python.identifier(api.package),
        client=python.identifier(api.client),
        event=python.identifier(event.class_name),
    )


def handler(api: Api, event: Event) -> Python:
    """Return a function that handles all events, with this one as example."""
    return render(
        Python,
        "docs/sample_handler.py.j2",
        package=python.identifier(api.package),
        event=python.identifier(event.class_name),
    )


def view(api: Api, framework: str) -> Python:
    """Return a view of this framework (`fastapi`, `flask`, `django`) that receives events."""
    template = f"docs/sample_{framework}.py.j2"
    return render(Python, template, package=python.identifier(api.package))


def _test(expressions: Expressions, endpoint: Endpoint) -> dict[str, Any]:
    """Return the values of a test: fixtures, a call of the endpoint, and imports."""
    api = expressions.api
    request = SampleRequest.of(api, endpoint, next(iter(endpoint.examples), None))
    client = python.identifier(f"{api.package}_client")
    expressions.import_own("errors")
    return {
        "plugin": python.literal(f"{api.package}.testing"),
        "mock": python.identifier(f"{api.package}_mock"),
        "client": client,
        "call": _call(expressions, client, request),
        **expressions.imports(),
    }


def _call(
    expressions: Expressions, client: Python, request: SampleRequest, prefix: str = ""
) -> Python:
    """Return a call of the endpoint's method, or of another method of the endpoint, whose name has a prefix."""
    method = python.dotted(client, *request.endpoint.resource, prefix + request.endpoint.name)
    return python.call(method, _arguments(expressions, request))


def _client(expressions: Expressions, *, asynchronous: bool) -> Python:
    """Return the call of the client's constructor, with the credentials of the first scheme."""
    api = expressions.api
    client_class = expressions.import_own(f"Async{api.client}" if asynchronous else api.client)
    arguments = [
        python.keyword_argument(variable.name, python.literal(host_value(variable)))
        for variable in api.host_variables
        if variable.required
    ]
    for scheme in _first_schemes(api):
        credentials = _credentials(expressions, scheme)
        if client_argument := argument_of(api, scheme):
            options = {name: python.literal(value) for name, value in scheme.options.items()}
            scheme_class = python.dotted(
                expressions.import_own("auth"), SCHEMES[scheme.kind].class_name
            )
            scheme_object = python.call(scheme_class, [*credentials, *python.call_options(options)])
            credentials = [python.keyword_argument(client_argument, scheme_object)]
        arguments += credentials
    return python.call(client_class, arguments)


def _first_schemes(api: Api) -> list[Scheme]:
    """Return the first scheme of the client, or those that requests need together by default."""
    together = [names for names in api.auth[:1] if len(names) > 1]
    schemes = schemes_of(api)
    return [each for each in schemes if together and each.name in together[0]] or schemes[:1]


def _credentials(expressions: Expressions, scheme: Scheme) -> list[Python]:
    return [
        python.keyword_argument(argument.name, _credential(expressions, scheme, argument))
        for argument in arguments_of(scheme)
        if argument.sample or argument.sample_of
    ]


def _credential(expressions: Expressions, scheme: Scheme, argument: Argument) -> Python:
    """Return a string, a call of `Path` with one, or a call of an endpoint."""
    if argument.sample_of:
        endpoint = expressions.api.endpoint(scheme.options[argument.sample_of])
        assert endpoint is not None, "spec checks the names of endpoints"
        example = next(iter(endpoint.examples), None)
        request = SampleRequest.of(expressions.api, endpoint, example)
        return _call(expressions, expressions.import_own("calls"), request)
    match ast.parse(argument.sample, mode="eval").body:
        case ast.Call(func=ast.Name(id="Path"), args=[ast.Constant(value=str(value))]):
            return python.call(
                expressions.import_standard("pathlib", "Path"), [python.literal(value)]
            )
        case node:
            return python.literal(str(ast.literal_eval(node)))


def _arguments(expressions: Expressions, request: SampleRequest) -> list[Python]:
    """Return the endpoint's arguments with the values of the request.

    Values that the client computes are left out: a program that copies an idempotency key from a sample would use it for all its payments.
    """
    result: list[Python] = []
    for argument in arguments(expressions.api, request.endpoint):
        if argument.field.fill:
            continue
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
        case "path":
            values = request.path
        case "query":
            values = request.query
        case "header":
            values = request.header
        case "cookie":
            values = request.cookie
        case "field":
            values = request.body if isinstance(request.body, dict) else {}
        case "body":
            return Value(request.body)
        case "client":
            is_url = argument.field is request.endpoint.url
            return Value(request.url()) if is_url else None
    return Value(values[wire]) if wire in values else None
