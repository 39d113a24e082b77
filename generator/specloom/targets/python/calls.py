"""`calls/`: a function for each endpoint that returns a `Call`, and the endpoint declarations for the runtime."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from ...code import Code, Python, python
from ...model import Api, Endpoint, Named
from ...naming import pascal
from ..client_interface import all_resources_of, arguments, body_object, resources_of
from . import docstrings
from .endpoints import (
    DeclarationView,
    ErrorCodeView,
    call_hint,
    declaration,
    error_codes,
    shared_errors,
    shared_errors_name,
)
from .functions import ArgumentView, FunctionView, accept_argument, function, is_accept
from .imports import Layout, Module, lazy_exports
from .type_hints import NONE, TypeHints


class FilledView(Struct, frozen=True):
    """Template values of an argument whose value the client computes, and the function for it."""

    name: Python
    function: Python


class EndpointView(Struct, frozen=True):
    """Template values of an endpoint: its function, the class that checks its arguments, and its declaration."""

    function: FunctionView
    call: Python
    """Type of the call."""
    constant: Python
    """Name of the declaration."""
    declaration: DeclarationView
    arguments_class: Python | None
    """Name of the class with the path, query and header arguments and their limits."""
    arguments: tuple[ArgumentView, ...]
    """Fields of that class."""
    filled: tuple[FilledView, ...]
    """Arguments whose values the client computes if they are absent."""
    body_class: Python | None
    """Class of a body whose fields are arguments."""
    body_fields: tuple[Python, ...]
    whole_body: Python | None
    """Argument that is the whole body."""


class SharedErrorsView(Struct, frozen=True):
    """Template values of the errors that all endpoints of a resource share."""

    name: Python
    rows: tuple[ErrorCodeView, ...]


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
        endpoints = [_endpoint(api, module, endpoint) for endpoint in resource.endpoints]
        shared = error_codes(api, module, shared_errors(api, resource.path))
        name = python.identifier(shared_errors_name(api, resource.path))
        lazy = lazy_exports(module, below)
        yield (
            layout.file(module.parts),
            module.render(
                "python/calls.py.j2",
                docstring=docstrings.of_module(api, "calls", resource.path),
                endpoints=endpoints,
                shared_errors=SharedErrorsView(name, shared) if shared else None,
                lazy=lazy,
            ),
        )


def _constant(endpoint: Endpoint) -> str:
    """Return the name of the module constant with an endpoint's declaration."""
    return f"_{endpoint.name.upper()}"


def _endpoint(api: Api, module: Module, endpoint: Endpoint) -> EndpointView:
    all_arguments = arguments(api, endpoint)
    outside_body = [each for each in all_arguments if each.where not in ("field", "body")]
    name = f"_{pascal(endpoint.name)}Arguments" if outside_body else None
    hints = TypeHints(api, module.within(each.name for each in outside_body), "request")
    if outside_body:
        module.use_own(("_runtime", "models"), "Model")
    body_type = body_object(api, endpoint)
    return EndpointView(
        function=function(api, module, endpoint, docstrings.of_call(api, endpoint)),
        call=call_hint(api, module, endpoint),
        constant=python.identifier(_constant(endpoint)),
        declaration=declaration(api, module, endpoint),
        arguments_class=python.identifier(name) if name else None,
        arguments=tuple(
            (
                accept_argument(module, endpoint)
                if is_accept(endpoint, each)
                else ArgumentView(
                    python.identifier(each.name),
                    hints.union(
                        [*hints.of_field(each.field), *([] if each.field.required else [NONE])],
                        python.identifier(each.name),
                    ),
                    None if each.field.required else NONE,
                )
            )
            for each in outside_body
        ),
        filled=tuple(
            FilledView(
                python.identifier(each.name),
                module.use_own(("_runtime", "fill"), f"fill_{each.field.fill}"),
            )
            for each in all_arguments
            if each.field.fill
        ),
        body_class=(
            TypeHints(api, module, "field").of(Named(body_type.name)) if body_type else None
        ),
        body_fields=tuple(
            python.identifier(each.name) for each in all_arguments if each.where == "field"
        ),
        whole_body=next(
            (python.identifier(each.name) for each in all_arguments if each.where == "body"), None
        ),
    )
