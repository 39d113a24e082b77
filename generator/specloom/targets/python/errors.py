"""`errors.py`: the runtime's error tree, and one exception class for each documented code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from ...code import Code, Python, python
from ...model import Api, ErrorCode
from ...render import render
from . import docstrings
from .imports import Layout, Module, export_order
from .type_hints import NONE, Annotations
from .vendoring import error_classes


class ErrorClass(Struct, frozen=True):
    header: Python
    docstring: Python
    body: Python | None
    """The declaration of `body`, where a row gives an error's body a type."""


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """The one module."""
    groups = by_class(api)
    module = Module(layout, ("errors",), frozenset(groups))
    classes = [_class(api, module, name, rows) for name, rows in groups.items()]
    ours = [module.give_on(("_runtime", *home), name) for name, home in error_classes(api).items()]
    names = sorted([*groups, *ours], key=export_order)
    title = f"Errors of {docstrings.both(api.title, api.languages) or api.name}: all are `Error`."
    yield (
        layout.file(module.parts),
        render(
            Python,
            "python/errors.py.j2",
            docstring=docstrings.of_module(title, docstrings.source_of(api, ())),
            imports=module.imports(),
            all=python.assignment(
                "__all__", python.list_of([python.literal(name) for name in names], room=78)
            ),
            classes=classes,
        ),
    )


def by_class(api: Api) -> dict[str, list[ErrorCode]]:
    """All error rows of an API by exception class, in order of class name."""
    rows = [*api.errors]
    for resource in api.all_resources():
        rows += resource.errors
        rows += [row for endpoint in resource.endpoints for row in endpoint.errors]
    groups: dict[str, list[ErrorCode]] = {}
    for row in rows:
        groups.setdefault(row.class_name, []).append(row)
    return dict(sorted(groups.items()))


def _class(api: Api, module: Module, name: str, rows: list[ErrorCode]) -> ErrorClass:
    annotations = Annotations(api, module, "value")
    bodies = [
        member for row in rows if row.body is not None for member in annotations.members(row.body)
    ]
    base = python.identifier("ApiError")
    return ErrorClass(
        python.class_header(python.identifier(name), [base]),
        docstrings.of_error(rows, api),
        python.declaration("body", [*bodies, NONE], room=84) if bodies else None,
    )
