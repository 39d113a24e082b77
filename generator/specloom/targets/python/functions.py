"""Signatures of endpoints: functions of `calls/` and methods of `resources/` have the same arguments."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ...code import Python, python
from ...model import Api, Endpoint, Nullable
from ..client_interface import EndpointArgument, arguments
from .endpoints import accepted_hints, value_hint
from .imports import Module
from .type_hints import NONE, TypeHints


class ArgumentView(Struct, frozen=True):
    """Template values of an argument or a field."""

    name: Python
    type: Python
    default: Python | None = None


class OverloadView(Struct, frozen=True):
    """Template values of an overload: the arguments, with one media type of the response, and the type of the result."""

    keywords: tuple[ArgumentView, ...]
    response: Python


class FunctionView(Struct, frozen=True):
    """Template values of an endpoint's function or method."""

    name: Python
    path: tuple[ArgumentView, ...]
    """Path arguments, which are positional."""
    keywords: tuple[ArgumentView, ...]
    """All other arguments, which are keyword-only."""
    response: Python
    """Type of the response, or of each value of its stream."""
    docstring: Python
    deprecated: Python | None
    """Message of the warning, if the endpoint is deprecated."""
    has_secrets: bool
    """Whether an argument must not appear in tracebacks."""
    overloads: tuple[OverloadView, ...]
    """Overloads by the media type of the response, if the type of the result depends on it."""


class MethodView(Struct, frozen=True):
    """Template values of a method of a resource, which passes the call of a function on: to `_send` or `_stream`, with paging also to `_iter`, with a poll also to `_wait`."""

    name: Python
    function: FunctionView
    docstring: Python
    returns: Python
    through: Python
    """Method of the base class that gets the call."""
    is_coroutine: bool
    wrapper: Python | None = None
    """Class of the result, which gets the client and the call, and sends it later."""
    deadline: Python | None = None
    """Default of the argument `deadline`, if there is one."""
    overloads: tuple[OverloadView, ...] = ()


def function(api: Api, module: Module, endpoint: Endpoint, docstring: Python) -> FunctionView:
    """Return the function of an endpoint for a module, which imports what it needs."""
    hints = TypeHints(api, module, "argument")
    all_arguments = arguments(api, endpoint)
    has_secrets = any(each.field.secret or each.field.encrypted for each in all_arguments)
    if has_secrets:
        module.use_own(("_runtime", "frames"), "hide_arguments")
    path = tuple(_argument(module, hints, each) for each in all_arguments if each.where == "path")
    keywords = tuple(
        (
            accept_argument(module, endpoint)
            if is_accept(endpoint, each)
            else _argument(module, hints, each)
        )
        for each in all_arguments
        if each.where != "path"
    )
    return FunctionView(
        python.identifier(endpoint.name),
        path,
        keywords,
        value_hint(api, module, endpoint),
        docstring,
        _deprecated(api, module, endpoint),
        has_secrets,
        tuple(_overloads(api, module, endpoint, keywords)),
    )


def is_accept(endpoint: Endpoint, argument: EndpointArgument) -> bool:
    """Return whether an argument chooses the media type of the response."""
    return bool(endpoint.accept) and argument.where == "header" and argument.name == "accept"


def accept_argument(module: Module, endpoint: Endpoint, only: str | None = None) -> ArgumentView:
    """Return the argument that chooses the media type of the response; `only` is the one of an overload."""
    default, *_ = endpoint.accept
    names = endpoint.accept if only is None else (only,)
    literal = python.subscript(
        module.use("typing", "Literal"), [python.literal(name) for name in names]
    )
    return ArgumentView(
        python.identifier("accept"),
        literal,
        python.literal(default) if only in (default, None) else None,
    )


def _overloads(
    api: Api, module: Module, endpoint: Endpoint, keywords: tuple[ArgumentView, ...]
) -> Iterator[OverloadView]:
    for media, response in accepted_hints(api, module, endpoint):
        module.use("typing", "overload")
        module.use("typing", "Any")
        module.use_own(("_runtime", "calls"), "Call")
        own = accept_argument(module, endpoint, media)
        yield OverloadView(
            tuple(own if each.name == own.name else each for each in keywords), response
        )


def _argument(module: Module, hints: TypeHints, argument: EndpointArgument) -> ArgumentView:
    field = argument.field
    name, members = python.identifier(field.name), hints.of_field(field)
    if argument.required:
        return ArgumentView(name, hints.union(members, name))
    if isinstance(field.type, Nullable) and argument.where == "field":
        unset = module.use("msgspec", "UnsetType")
        return ArgumentView(
            name, hints.union([*members, unset], name), module.use("msgspec", "UNSET")
        )
    return ArgumentView(name, hints.union([*members, NONE], name), NONE)


def _deprecated(api: Api, module: Module, endpoint: Endpoint) -> Python | None:
    if not endpoint.deprecated:
        return None
    module.use_own(("_runtime", "deprecation"), "deprecated")
    text = "" if endpoint.deprecated is True else endpoint.deprecated.best(api.languages[0])
    return python.literal(text or f"{endpoint.name} is deprecated")
