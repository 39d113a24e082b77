"""The Python target: a typed client package, and the project around it.

    model.Api ─▶ models/     types of request and response bodies
               ─▶ calls/      functions from arguments to a Call
               ─▶ resources/  methods that send calls
               ─▶ client.py, errors.py, events.py, __init__.py
               ─▶ __main__.py the shell
               ─▶ testing.py  the mock and its pytest fixtures
               ─▶ _runtime/   copied from specloom.runtime

`imports`, `type_hints`, `docstrings`, `functions` and `endpoints` are shared; each other module generates one kind of file. Each makes views,
which are objects with the values of a template; the templates in `templates/python` have the shape of the code.
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
    main,
    models,
    project,
    resources,
    vendoring,
)
from . import testing as testing_module
from .imports import Layout


def package(
    api: Api, http: str = "httpx", mock: Path | None = None, *, testing: bool = True
) -> Files:
    """Return the import package alone, for the source folder of a user's project."""
    layout = Layout.of(api, http, mock)
    output: dict[PurePosixPath, Code] = {}
    for part in (
        models,
        calls,
        resources,
        client,
        errors,
        events,
        *([testing_module] if testing else []),
        init_files,
        main,
    ):
        output.update(part.files(api, layout))
    for path, code in output.items():
        if isinstance(code, Python):
            output[path] = python.format_wide_parts(code)
    output.update(vendoring.files(api, layout, output.values()))
    output[PurePosixPath(api.package, "py.typed")] = python.empty_file()
    output.update(build_id.files(api, output))
    return output


def project_files(
    api: Api, http: str = "httpx", mock: Path | None = None, *, testing: bool = True
) -> Files:
    """Return the package and the project around it."""
    return {**package(api, http, mock, testing=testing), **dict(project.files(api, http))}
