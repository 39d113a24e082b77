"""`resources/`: a sync and an async class for each resource, whose methods send the calls of `calls/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from ...code import Code, Python, python
from ...model import Api, Endpoint, Resource
from ...naming import class_name, pascal
from ...render import render
from ..client_interface import all_resources_of, arguments, resources_of
from . import docstrings
from .calls import decorators, signature
from .endpoints import value_annotation
from .imports import Layout, Module

ASYNC = "Async"


class MethodView(Struct, frozen=True):
    """Template values of an endpoint's method."""

    decorators: tuple[Python, ...]
    signature: Python
    docstring: Python
    return_statement: Python


class PropertyView(Struct, frozen=True):
    """Template values of a property that imports its class on first access."""

    decorator: Python
    signature: Python
    docstring: Python
    import_statement: Python
    return_statement: Python


class ResourceView(Struct, frozen=True):
    """Template values of a resource class."""

    header: Python
    docstring: Python
    properties: tuple[PropertyView, ...]
    methods: tuple[MethodView, ...]


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield a module for each resource."""
    for resource in all_resources_of(api):
        hidden = {each.name for each in resource.endpoints} | {
            each.name for each in resources_of(resource)
        }
        hidden |= {class_of(resource, asynchronous=is_async) for is_async in (False, True)}
        module = Module(
            layout,
            ("resources", *resource.path),
            frozenset(hidden),
            frozenset(name.name for name in api.types),
        )
        classes = [
            _class(api, module, resource, asynchronous=is_async) for is_async in (False, True)
        ]
        title = f"{docstrings.name_of(api, resource.path)}."
        yield (
            layout.file(module.parts),
            render(
                Python,
                "python/resources.py.j2",
                docstring=docstrings.of_module(title, docstrings.source_of(api, resource.path)),
                classes=classes,
                imports=module.imports(),
                type_checking_imports=module.type_checking_imports(),
                deprecated=any(endpoint.deprecated for endpoint in resource.endpoints),
            ),
        )


def class_of(resource: Resource, *, asynchronous: bool) -> str:
    """Return the name of a resource's class."""
    name = pascal(resource.name)
    assert name is not None
    return f"{ASYNC if asynchronous else ''}{class_name(name)}"


def property_of(
    api: Api, module: Module, resource: Resource, owner: Python, *, asynchronous: bool
) -> PropertyView:
    """Return the property of a client or resource for a resource below it."""
    module_parts = ("resources", *resource.path)
    name = class_of(resource, asynchronous=asynchronous)
    local = module.use_for_typing(module.relative(module_parts), name)
    return PropertyView(
        python.decorator(module.use("functools", "cached_property")),
        python.signature(resource.name, python.parameters([python.identifier("self")]), local),
        docstrings.titled(resource.title, resource.description, resource.name, api, 8),
        python.from_import(
            module.relative(module_parts),
            [name if name == local else f"{name} as {local}"],
            room=80,
        ),
        python.return_statement(python.call(local, [owner])),
    )


def _class(api: Api, module: Module, resource: Resource, *, asynchronous: bool) -> ResourceView:
    base = module.use_own(("_runtime", "client"), "AsyncResource" if asynchronous else "Resource")
    name = python.identifier(class_of(resource, asynchronous=asynchronous))
    client = python.dotted("self", "_client")
    return ResourceView(
        python.class_header(name, [base]),
        docstrings.titled(resource.title, resource.description, resource.name, api, 4),
        tuple(
            property_of(api, module, nested, client, asynchronous=asynchronous)
            for nested in resources_of(resource)
        ),
        tuple(
            _method(api, module, resource, endpoint, asynchronous=asynchronous)
            for endpoint in resource.endpoints
        ),
    )


def _method(
    api: Api, module: Module, resource: Resource, endpoint: Endpoint, *, asynchronous: bool
) -> MethodView:
    endpoint_arguments = arguments(api, endpoint)
    calls = module.use_as(("calls", *resource.path), "_calls")
    values = [
        (
            python.identifier(argument.name)
            if argument.where == "path"
            else python.keyword_argument(argument.name, python.identifier(argument.name))
        )
        for argument in endpoint_arguments
    ]
    call = python.call(python.dotted(calls, endpoint.name), values, room=76)
    send_call = python.call(python.dotted("self", "_send"), [call], room=67 if asynchronous else 73)
    return MethodView(
        decorators=decorators(api, module, endpoint),
        signature=python.signature(
            endpoint.name,
            signature(api, module, endpoint, method=True),
            value_annotation(api, module, endpoint),
            asynchronous=asynchronous,
        ),
        docstring=docstrings.of_method(api, endpoint, endpoint_arguments),
        return_statement=python.return_statement(
            python.await_expression(send_call) if asynchronous else send_call
        ),
    )
