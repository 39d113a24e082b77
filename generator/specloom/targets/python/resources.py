"""`resources/`: a sync and an async class for each resource, whose methods send the calls of `calls/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from ...code import Code, Python, python
from ...model import Api, Endpoint, Resource
from ...naming import class_name, pascal
from ..client_interface import all_resources_of, resources_of
from . import docstrings
from .endpoints import value_hints
from .functions import MethodView, function
from .imports import Layout, Module, Parts


class PropertyView(Struct, frozen=True):
    """Template values of a property for a resource, which imports its class on first access."""

    name: Python
    class_name: Python
    """Local name of the class."""
    module: Python
    imported_name: Python
    """The class, or the class under another name: `Orders as _Orders`."""
    docstring: Python
    is_long: bool
    """Whether the signature is better on several lines."""


class ResourceView(Struct, frozen=True):
    """Template values of a resource class."""

    name: Python
    bases: tuple[Python, ...]
    is_async: bool
    docstring: Python
    resources: tuple[PropertyView, ...]
    methods: tuple[MethodView, ...]


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield a module for each resource."""
    for resource in all_resources_of(api):
        nested = resources_of(resource)
        hidden = {each.name for each in resource.endpoints} | {each.name for each in nested}
        hidden |= {f"iter_{each.name}" for each in resource.endpoints if each.paging}
        hidden |= {f"wait_{each.name}" for each in resource.endpoints if each.poll}
        hidden |= {class_of(resource, is_async=is_async) for is_async in (False, True)}
        module = Module(
            layout,
            ("resources", *resource.path),
            frozenset(hidden),
            frozenset(name.name for name in api.types),
        )
        classes = [_class(api, module, resource, is_async=is_async) for is_async in (False, True)]
        calls = module.use_as(("calls", *resource.path), "_calls") if resource.endpoints else None
        yield (
            layout.file(module.parts),
            module.render(
                "python/resources.py.j2",
                docstring=docstrings.of_module(api, "resource", resource.path),
                classes=classes,
                calls=calls,
                has_deprecated=any(endpoint.deprecated for endpoint in resource.endpoints),
            ),
        )


def class_of(resource: Resource, *, is_async: bool) -> str:
    """Return the name of a resource's class."""
    name = pascal(resource.name)
    assert name is not None
    return f"{'Async' if is_async else ''}{class_name(name)}"


def property_of(api: Api, module: Module, resource: Resource, *, is_async: bool) -> PropertyView:
    """Return the property of a client or resource for a resource below it."""
    module.use("functools", "cached_property")
    home = module.relative(("resources", *resource.path))
    name = class_of(resource, is_async=is_async)
    local = module.use_class(("resources", *resource.path), name, for_typing=True)
    return PropertyView(
        python.identifier(resource.name),
        local,
        python.module_name(home),
        python.imported_name(name if name == local else f"{name} as {local}"),
        docstrings.of_summary(resource.title, resource.description, resource.name, api, 8),
        python.is_long(python.identifier(resource.name), local),
    )


def _class(api: Api, module: Module, resource: Resource, *, is_async: bool) -> ResourceView:
    return ResourceView(
        python.identifier(class_of(resource, is_async=is_async)),
        _bases(module, resource, is_async=is_async),
        is_async,
        docstrings.of_summary(resource.title, resource.description, resource.name, api, 4),
        tuple(property_of(api, module, each, is_async=is_async) for each in resources_of(resource)),
        tuple(
            method
            for endpoint in resource.endpoints
            for method in _methods(api, module, endpoint, is_async=is_async)
        ),
    )


def _bases(module: Module, resource: Resource, *, is_async: bool) -> tuple[Python, ...]:
    """Return the base classes of a resource, with the methods that get its calls."""
    bases: list[tuple[Parts, str]] = []
    if any(endpoint.paging is not None for endpoint in resource.endpoints):
        bases.append((("paginators",), "PagingResource"))
    if any(endpoint.poll is not None for endpoint in resource.endpoints):
        bases.append((("waiters",), "PollingResource"))
    if any(endpoint.stream is not None for endpoint in resource.endpoints):
        bases.append((("streaming", "client"), "StreamingResource"))
    prefix = "Async" if is_async else ""
    return tuple(
        module.use_own(("_runtime", *home), f"{prefix}{name}")
        for home, name in bases or [(("client",), "Resource")]
    )


def _methods(
    api: Api, module: Module, endpoint: Endpoint, *, is_async: bool
) -> Iterator[MethodView]:
    """Yield the methods of an endpoint: that of the call; with paging that of all pages, with a poll that which waits."""
    docstring = docstrings.of_method(api, endpoint, is_async=is_async)
    view = function(api, module, endpoint, docstring)
    prefix = "Async" if is_async else ""
    if endpoint.stream is not None:
        stream = module.use_own(("_runtime", "streaming", "client"), f"{prefix}Stream")
        yield MethodView(
            view.name,
            view,
            docstring,
            python.subscript(stream, [view.response]),
            python.identifier("_stream"),
            is_coroutine=False,
        )
        return
    send = python.identifier("_send")
    if endpoint.is_download:
        download = module.use_own(("_runtime", "downloads", "client"), f"{prefix}Download")
        yield MethodView(view.name, view, docstring, download, send, False, download)
    else:
        returns = module.use("typing", "Any") if view.overloads else view.response
        yield MethodView(
            view.name, view, docstring, returns, send, is_async, overloads=view.overloads
        )
    if endpoint.poll is not None:
        module.builtin("float")
        yield MethodView(
            python.identifier(f"wait_{endpoint.name}"),
            view,
            docstrings.of_waiter(api, endpoint, endpoint.poll),
            view.response,
            python.identifier("_wait"),
            is_coroutine=is_async,
            deadline=python.literal(endpoint.poll.deadline),
        )
    if endpoint.paging is None:
        return
    paginator = module.use_own(("_runtime", "paginators"), f"{prefix}Paginator")
    yield MethodView(
        python.identifier(f"iter_{endpoint.name}"),
        view,
        docstrings.of_iterator(api, endpoint),
        python.subscript(paginator, value_hints(api, module, endpoint)),
        python.identifier("_iter"),
        is_coroutine=False,
    )
