"""`calls/`: one function for each endpoint, from arguments to a `Call`, and below them what the runtime needs to know of each endpoint."""

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
from ..client_interface import Argument, all_resources_of, arguments, body_structure, resources_of
from . import docstrings
from .endpoints import declaration, shared_rows, value_annotation
from .imports import Layout, Module, exports_of
from .type_hints import NONE, Annotations


class Function(Struct, frozen=True):
    """What the template prints for an endpoint."""

    decorators: tuple[Python, ...]
    signature: Python
    docstring: Python
    result: Python
    arguments: ArgumentsClass | None
    endpoint: Python


class ArgumentsClass(Struct, frozen=True):
    """The class that holds an endpoint's path, query and header arguments, and their limits."""

    header: Python
    fields: tuple[Python, ...]


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """One module for each resource that has endpoints."""
    for resource in all_resources_of(api):
        if not resource.endpoints:
            continue
        below = [each.name for each in resources_of(resource)]
        own = {name for each in resource.endpoints for name in (each.name, _constant(each))}
        module = Module(
            layout,
            ("calls", *resource.path),
            frozenset({*own, *below}),
            frozenset(name.name for name in api.types),
        )
        functions = [_function(api, module, endpoint) for endpoint in resource.endpoints]
        title = f"Calls of {docstrings.name_of(api, resource.path)}: values that a client sends."
        rows = shared_rows(api, module, resource)
        yield (
            layout.file(module.parts),
            render(
                Python,
                "python/calls.py.j2",
                docstring=docstrings.of_module(title, docstrings.source_of(api, resource.path)),
                functions=functions,
                rows=rows,
                exports=exports_of(module, below),
                imports=module.imports(),
            ),
        )


def _constant(endpoint: Endpoint) -> str:
    """The module constant that holds an endpoint's declaration."""
    return f"_{endpoint.name.upper()}"


def signature(api: Api, module: Module, endpoint: Endpoint, *, method: bool) -> Python:
    """`self` if it is a method, then path arguments, then by keyword all others."""
    annotations = Annotations(api, module, "argument")
    room = 80 if method else 84
    given = arguments(api, endpoint)
    rows = [python.identifier("self")] if method else []
    rows += [
        _parameter(module, annotations, argument, room)
        for argument in given
        if argument.where == "path"
    ]
    by_keyword = [
        _parameter(module, annotations, argument, room)
        for argument in given
        if argument.where != "path"
    ]
    return python.parameters([*rows, *([python.star_alone()] if by_keyword else []), *by_keyword])


def decorators(api: Api, module: Module, endpoint: Endpoint) -> tuple[Python, ...]:
    """`@deprecated` of an endpoint, which editors and Python's warnings show; `@hide_arguments` of one with secret arguments."""
    found: list[Python] = []
    if endpoint.deprecated:
        text = "" if endpoint.deprecated is True else endpoint.deprecated.best(api.languages[0])
        mark = module.use_ours(("_runtime", "deprecation"), "deprecated")
        found.append(
            python.decorator(
                python.call(mark, [python.literal(text or f"{endpoint.name} is deprecated")])
            )
        )
    if any(
        argument.field.secret or argument.field.encrypted for argument in arguments(api, endpoint)
    ):
        found.append(python.decorator(module.use_ours(("_runtime", "frames"), "hide_arguments")))
    return tuple(found)


def _function(api: Api, module: Module, endpoint: Endpoint) -> Function:
    given = arguments(api, endpoint)
    constant_name = python.identifier(_constant(endpoint))
    of_request = [argument for argument in given if argument.where in ("path", "query", "header")]
    holder = f"_{pascal(endpoint.name)}Arguments" if of_request else None
    call = module.use_ours(("_runtime", "calls"), "Call")
    returns = python.subscript(call, [value_annotation(api, module, endpoint)])
    return Function(
        decorators=decorators(api, module, endpoint),
        signature=python.signature(
            endpoint.name, signature(api, module, endpoint, method=False), returns
        ),
        docstring=docstrings.of_call(api, endpoint, given),
        result=python.return_statement(_made(api, module, endpoint, given, constant_name, holder)),
        arguments=_holder(api, module, holder, of_request) if holder else None,
        endpoint=declaration(api, module, endpoint, constant_name, holder),
    )


def _made(
    api: Api,
    module: Module,
    endpoint: Endpoint,
    given: Sequence[Argument],
    endpoint_name: Python,
    holder: str | None,
) -> Python:
    """`_QUERY.call(_QueryArguments(…), body=ReverseRequest(…))`."""
    whole = [argument for argument in given if argument.where == "body"]
    structure = body_structure(api, endpoint)
    alone = holder is None or not (structure or whole)
    parts: list[Python] = []
    if holder:
        passed = [argument for argument in given if argument.where in ("path", "query", "header")]
        made = [_passed(argument) for argument in passed]
        parts.append(python.call(python.identifier(holder), made, room=80 if alone else 79))
    if structure is not None:
        kind = Annotations(api, module, "field").of(Named(structure.name))
        fields = [_passed(argument) for argument in given if argument.where == "field"]
        body = python.call(kind, fields, room=75 if alone else 74)
        parts.append(python.keyword_argument("body", body))
    elif whole:
        parts.append(python.keyword_argument("body", python.identifier(whole[0].name)))
    return python.call(python.dotted(endpoint_name, "call"), parts, room=77)


def _passed(argument: Argument) -> Python:
    return python.keyword_argument(argument.name, python.identifier(argument.name))


def _parameter(module: Module, annotations: Annotations, argument: Argument, room: int) -> Python:
    field = argument.field
    members = annotations.of_field(field)
    if field.required:
        return python.parameter(field.name, members, room=room)
    if isinstance(field.type, Nullable) and argument.where == "field":
        absent = python.member(module.use("msgspec", "UnsetType"))
        return python.parameter(
            field.name, [*members, absent], module.use("msgspec", "UNSET"), room=room
        )
    return python.parameter(field.name, [*members, NONE], python.literal(None), room=room)


def _holder(api: Api, module: Module, name: str, given: Sequence[Argument]) -> ArgumentsClass:
    bases = [
        module.use_ours(("_runtime", "models"), "Model"),
        python.keyword_argument("frozen", python.literal(True)),
        python.keyword_argument("kw_only", python.literal(True)),
    ]
    annotations = Annotations(api, module.within(argument.name for argument in given), "request")
    fields: list[Python] = []
    for argument in given:
        members = annotations.of_field(argument.field)
        if argument.field.required:
            fields.append(python.declaration(argument.name, members, room=84))
        else:
            fields.append(
                python.declaration(argument.name, [*members, NONE], python.literal(None), room=84)
            )
    return ArgumentsClass(python.class_header(python.identifier(name), bases), tuple(fields))
