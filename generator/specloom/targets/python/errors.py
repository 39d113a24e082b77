"""`errors.py`: the exception hierarchy of the runtime, and an exception class for each documented code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from ...code import Code, Python, python
from ...model import Api, ErrorCode
from . import docstrings
from .imports import Layout, Module, public_names
from .type_hints import NONE, TypeHints
from .vendoring import error_classes


class ErrorView(Struct, frozen=True):
    """Template values of an exception class."""

    name: Python
    docstring: Python
    body: Python | None
    """Type of the attribute `body`, if a row has a type for the body of the error."""


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the module."""
    groups = by_class(api)
    runtime = error_classes(api)
    module = Module(layout, ("errors",), frozenset({*groups, *runtime}))
    errors = [_error(api, module, name, rows) for name, rows in groups.items()]
    for name, module_parts in runtime.items():
        module.re_export(("_runtime", *module_parts), name)
    yield (
        layout.file(module.parts),
        module.render(
            "python/errors.py.j2",
            docstring=docstrings.of_module(api, "errors"),
            public_names=public_names([*groups, *runtime]),
            errors=errors,
        ),
    )


def by_class(api: Api) -> dict[str, list[ErrorCode]]:
    """Return all error rows of an API by exception class, sorted by class name."""
    rows = [*api.errors]
    for resource in api.all_resources():
        rows += resource.errors
        rows += [row for endpoint in resource.endpoints for row in endpoint.errors]
    groups: dict[str, list[ErrorCode]] = {}
    for row in rows:
        groups.setdefault(row.class_name, []).append(row)
    return dict(sorted(groups.items()))


def _error(api: Api, module: Module, name: str, rows: list[ErrorCode]) -> ErrorView:
    hints = TypeHints(api, module, "value")
    bodies = [member for row in rows if row.body is not None for member in hints.members(row.body)]
    return ErrorView(
        python.identifier(name),
        docstrings.of_error(api, rows),
        hints.union([*bodies, NONE]) if bodies else None,
    )
