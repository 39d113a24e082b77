"""`calls/`: a function for each endpoint that returns a `Call`, and the endpoint declarations for the runtime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from msgspec import Struct

from ...code import Code, Python, python
from ...model import (
    Api,
    Endpoint,
    Named,
    Nullable,
)
from ...naming import pascal
from ...render import render
from ..client_interface import (
    EndpointArgument,
    all_resources_of,
    arguments,
    body_object,
    resources_of,
)
from . import docstrings
from .endpoints import declaration, shared_rows, value_annotation
from .imports import Layout, Module, lazy_exports
from .type_hints import NONE, TypeHints


class FunctionView(Struct, frozen=True):
    """Template values of an endpoint's function."""

    decorators: tuple[Python, ...]
    signature: Python
    docstring: Python
    return_statement: Python
    arguments: ArgumentsView | None
    endpoint: Python


class ArgumentsView(Struct, frozen=True):
    """Template values of the class with an endpoint's path, query and header arguments and their limits."""

    header: Python
    fields: tuple[Python, ...]


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield a module for each resource that has endpoints."""
    for resource in all_resources_of(api):
        if not resource.endpoints:
            continue
        below = [each.name for each in resources_of(resource)]
        defined = {name for each in resource.endpoints for name in (each.name, _constant(each))}
        module = Module(
            layout,
            ("calls", *resource.path),
            frozenset({*defined, *below}),
            frozenset(name.name for name in api.types),
        )
        functions = [_function(api, module, endpoint) for endpoint in resource.endpoints]
        title = f"Calls of {docstrings.name_of(api, resource.path)}: functions that return a call for `client.send()`."
        shared_errors = shared_rows(api, module, resource)
        yield (
            layout.file(module.parts),
            render(
                Python,
                "python/calls.py.j2",
                docstring=docstrings.of_module(title, docstrings.source_of(api, resource.path)),
                functions=functions,
                shared_errors=shared_errors,
                exports=lazy_exports(module, below),
                imports=module.imports(),
            ),
        )


def _constant(endpoint: Endpoint) -> str:
    """Return the name of the module constant with an endpoint's declaration."""
    return f"_{endpoint.name.upper()}"


def signature(api: Api, module: Module, endpoint: Endpoint, *, method: bool) -> Python:
    """Return the parameters: `self` of a method, path arguments, then all others by keyword."""
    annotations = TypeHints(api, module, "argument")
    room = 80 if method else 84
    endpoint_arguments = arguments(api, endpoint)
    parameters = [python.identifier("self")] if method else []
    parameters += [
        _parameter(module, annotations, argument, room)
        for argument in endpoint_arguments
        if argument.where == "path"
    ]
    by_keyword = [
        _parameter(module, annotations, argument, room)
        for argument in endpoint_arguments
        if argument.where != "path"
    ]
    return python.parameters(
        [*parameters, *([python.keyword_only_marker()] if by_keyword else []), *by_keyword]
    )


def decorators(api: Api, module: Module, endpoint: Endpoint) -> tuple[Python, ...]:
    """Return `@deprecated` for a deprecated endpoint, and `@hide_arguments` for one with secret arguments."""
    result: list[Python] = []
    if endpoint.deprecated:
        text = "" if endpoint.deprecated is True else endpoint.deprecated.best(api.languages[0])
        deprecated = module.use_own(("_runtime", "deprecation"), "deprecated")
        result.append(
            python.decorator(
                python.call(deprecated, [python.literal(text or f"{endpoint.name} is deprecated")])
            )
        )
    if any(
        argument.field.secret or argument.field.encrypted for argument in arguments(api, endpoint)
    ):
        result.append(python.decorator(module.use_own(("_runtime", "frames"), "hide_arguments")))
    return tuple(result)


def _function(api: Api, module: Module, endpoint: Endpoint) -> FunctionView:
    endpoint_arguments = arguments(api, endpoint)
    constant_name = python.identifier(_constant(endpoint))
    outside_body = [
        argument for argument in endpoint_arguments if argument.where in ("path", "query", "header")
    ]
    arguments_class = f"_{pascal(endpoint.name)}Arguments" if outside_body else None
    call_class = module.use_own(("_runtime", "calls"), "Call")
    returns = python.subscript(call_class, [value_annotation(api, module, endpoint)])
    return FunctionView(
        decorators=decorators(api, module, endpoint),
        signature=python.signature(
            endpoint.name, signature(api, module, endpoint, method=False), returns
        ),
        docstring=docstrings.of_call(api, endpoint, endpoint_arguments),
        return_statement=python.return_statement(
            _call_expression(
                api, module, endpoint, endpoint_arguments, constant_name, arguments_class
            )
        ),
        arguments=(
            _endpoint_argumentsclass(api, module, arguments_class, outside_body)
            if arguments_class
            else None
        ),
        endpoint=declaration(api, module, endpoint, constant_name, arguments_class),
    )


def _call_expression(
    api: Api,
    module: Module,
    endpoint: Endpoint,
    endpoint_arguments: Sequence[EndpointArgument],
    endpoint_name: Python,
    arguments_class: str | None,
) -> Python:
    """Return `_QUERY.call(_QueryArguments(…), body=ReverseRequest(…))`."""
    whole_body = [argument for argument in endpoint_arguments if argument.where == "body"]
    body_type = body_object(api, endpoint)
    is_only_argument = arguments_class is None or not (body_type or whole_body)
    parts: list[Python] = []
    if arguments_class:
        passed = [
            argument
            for argument in endpoint_arguments
            if argument.where in ("path", "query", "header")
        ]
        values = [_passed_argument(argument) for argument in passed]
        parts.append(
            python.call(
                python.identifier(arguments_class), values, room=80 if is_only_argument else 79
            )
        )
    if body_type is not None:
        kind = TypeHints(api, module, "field").of(Named(body_type.name))
        fields = [
            _passed_argument(argument)
            for argument in endpoint_arguments
            if argument.where == "field"
        ]
        body = python.call(kind, fields, room=75 if is_only_argument else 74)
        parts.append(python.keyword_argument("body", body))
    elif whole_body:
        parts.append(python.keyword_argument("body", python.identifier(whole_body[0].name)))
    return python.call(python.dotted(endpoint_name, "call"), parts, room=77)


def _passed_argument(argument: EndpointArgument) -> Python:
    return python.keyword_argument(argument.name, python.identifier(argument.name))


def _parameter(
    module: Module, annotations: TypeHints, argument: EndpointArgument, room: int
) -> Python:
    field = argument.field
    members = annotations.of_field(field)
    if field.required:
        return python.parameter(field.name, members, room=room)
    if isinstance(field.type, Nullable) and argument.where == "field":
        unset = python.union_member(module.use("msgspec", "UnsetType"))
        return python.parameter(
            field.name, [*members, unset], module.use("msgspec", "UNSET"), room=room
        )
    return python.parameter(field.name, [*members, NONE], python.literal(None), room=room)


def _endpoint_argumentsclass(
    api: Api, module: Module, name: str, endpoint_arguments: Sequence[EndpointArgument]
) -> ArgumentsView:
    bases = [
        module.use_own(("_runtime", "models"), "Model"),
        python.keyword_argument("frozen", python.literal(True)),
        python.keyword_argument("kw_only", python.literal(True)),
    ]
    annotations = TypeHints(
        api, module.within(argument.name for argument in endpoint_arguments), "request"
    )
    fields: list[Python] = []
    for argument in endpoint_arguments:
        members = annotations.of_field(argument.field)
        if argument.field.required:
            fields.append(python.declaration(argument.name, members, room=84))
        else:
            fields.append(
                python.declaration(argument.name, [*members, NONE], python.literal(None), room=84)
            )
    return ArgumentsView(python.class_header(python.identifier(name), bases), tuple(fields))
