"""`resources/`: for each resource a class of either colour, whose methods send the calls of `calls/`."""

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


class Method(Struct, frozen=True):
    """What the template prints for an endpoint."""

    decorators: tuple[Python, ...]
    signature: Python
    docstring: Python
    result: Python


class Child(Struct, frozen=True):
    """What the template prints for a resource below: a property that imports its class when it is first asked for."""

    decorator: Python
    signature: Python
    docstring: Python
    load: Python
    result: Python


class ResourceClass(Struct, frozen=True):
    header: Python
    docstring: Python
    children: tuple[Child, ...]
    methods: tuple[Method, ...]


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """One module for each resource."""
    for resource in all_resources_of(api):
        hidden = {each.name for each in resource.endpoints} | {
            each.name for each in resources_of(resource)
        }
        hidden |= {class_of(resource, asynchronous=colour) for colour in (False, True)}
        module = Module(
            layout,
            ("resources", *resource.path),
            frozenset(hidden),
            frozenset(name.name for name in api.types),
        )
        classes = [_class(api, module, resource, asynchronous=colour) for colour in (False, True)]
        title = f"{docstrings.name_of(api, resource.path)}."
        yield (
            layout.file(module.parts),
            render(
                Python,
                "python/resources.py.j2",
                docstring=docstrings.of_module(title, docstrings.source_of(api, resource.path)),
                classes=classes,
                imports=module.imports(),
                typing_only=module.typing_only(),
                deprecated=any(endpoint.deprecated for endpoint in resource.endpoints),
            ),
        )


def class_of(resource: Resource, *, asynchronous: bool) -> str:
    """The name of a resource's class."""
    name = pascal(resource.name)
    assert name is not None
    return f"{ASYNC if asynchronous else ''}{class_name(name)}"


def child(
    api: Api, module: Module, resource: Resource, owner: Python, *, asynchronous: bool
) -> Child:
    """The property through which a client or a resource gives a resource below it."""
    home = ("resources", *resource.path)
    name = class_of(resource, asynchronous=asynchronous)
    local = module.use_typing_only(module.relative(home), name)
    return Child(
        python.decorator(module.use("functools", "cached_property")),
        python.signature(resource.name, python.parameters([python.identifier("self")]), local),
        docstrings.titled(resource.title, resource.description, resource.name, api, 8),
        python.from_import(
            module.relative(home), [name if name == local else f"{name} as {local}"], room=80
        ),
        python.return_statement(python.call(local, [owner])),
    )


def _class(api: Api, module: Module, resource: Resource, *, asynchronous: bool) -> ResourceClass:
    base = module.use_ours(("_runtime", "client"), "AsyncResource" if asynchronous else "Resource")
    name = python.identifier(class_of(resource, asynchronous=asynchronous))
    client = python.dotted("self", "_client")
    return ResourceClass(
        python.class_header(name, [base]),
        docstrings.titled(resource.title, resource.description, resource.name, api, 4),
        tuple(
            child(api, module, below, client, asynchronous=asynchronous)
            for below in resources_of(resource)
        ),
        tuple(
            _method(api, module, resource, endpoint, asynchronous=asynchronous)
            for endpoint in resource.endpoints
        ),
    )


def _method(
    api: Api, module: Module, resource: Resource, endpoint: Endpoint, *, asynchronous: bool
) -> Method:
    given = arguments(api, endpoint)
    calls = module.use_as(("calls", *resource.path), "_calls")
    passed = [
        (
            python.identifier(argument.name)
            if argument.where == "path"
            else python.keyword_argument(argument.name, python.identifier(argument.name))
        )
        for argument in given
    ]
    made = python.call(python.dotted(calls, endpoint.name), passed, room=76)
    sent = python.call(python.dotted("self", "_send"), [made], room=67 if asynchronous else 73)
    return Method(
        decorators=decorators(api, module, endpoint),
        signature=python.signature(
            endpoint.name,
            signature(api, module, endpoint, method=True),
            value_annotation(api, module, endpoint),
            asynchronous=asynchronous,
        ),
        docstring=docstrings.of_method(api, endpoint, given),
        result=python.return_statement(python.awaited(sent) if asynchronous else sent),
    )
