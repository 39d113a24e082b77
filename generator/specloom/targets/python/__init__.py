"""The Python target: a typed client package, and the project around it.

    model.Api ─▶ models/   what is sent and received
               ─▶ calls/    arguments → Call, a value
               ─▶ resources/  methods that send those calls
               ─▶ client.py, errors.py, events.py, __init__.py
               ─▶ testing.py  the server's side, for tests
               ─▶ _runtime/  copied

`module` and `annotations` are what these share; each of the others writes one kind of file.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from ...code import Code, Python, python
from ...model import Api
from .. import Files
from . import (
    build_id,
    calls,
    client,
    errors,
    events,
    init_files,
    models,
    project,
    resources,
    vendoring,
)
from . import testing as mocks
from .imports import Layout


def package(
    api: Api, http: str = "httpx", mock: Path | None = None, *, testing: bool = True
) -> Files:
    """The import package alone, for a user's own source folder."""
    layout = Layout.of(api, http, mock)
    found: dict[PurePosixPath, Code] = {}
    for part in (
        models,
        calls,
        resources,
        client,
        errors,
        events,
        *([mocks] if testing else []),
        init_files,
    ):
        found.update(part.files(api, layout))
    for path, code in found.items():
        if isinstance(code, Python) and python.may_need_black(code):
            found[path] = python.format_black(code)
    found.update(vendoring.files(api, layout, found.values()))
    found[PurePosixPath(api.package, "py.typed")] = python.nothing()
    found.update(build_id.files(api, found))
    return found


def whole(
    api: Api, http: str = "httpx", mock: Path | None = None, *, testing: bool = True
) -> Files:
    """The package and the project around it."""
    return {**package(api, http, mock, testing=testing), **dict(project.files(api, http))}
