"""Targets: pure functions from the model to output files, `Api -> {path: Code}`; paths are relative to the output folder.

Each target has a folder, and none imports another. They share `client_interface` (arguments of endpoints and clients) and
`descriptions` (limits of types and fields as text). Targets of other packages have entry points (`plugin_targets`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from ..child_process import in_child_process
from ..code import Code
from ..model import Api

_LARGE = 100
"""Endpoints and types from which a second process saves more time than it costs."""

Files: TypeAlias = Mapping[PurePosixPath, Code]


def files(
    api: Api,
    layout: Literal["project", "package"],
    *,
    http: Literal["httpx", "httpx2"] = "httpx",
    templates: Path | None = None,
    targets: Sequence[str] = (),
    mock: Path | None = None,
    testing: bool = True,
) -> Files:
    """Return all files of a client: the project with its documentation, or the contents of the import package; and those of other targets.

    `http` is the HTTP library of the client, `templates` a folder with template overrides, `targets` the names of targets of other
    packages, and `mock` a module or package with the behaviour of the service. With `testing=False` the client has no mock.
    """
    from ..render import overriding_templates

    with overriding_templates(templates):
        output = _builtin(api, layout, http, mock, testing)
        for name in targets:
            from . import plugin_targets

            output = plugin_targets.with_target(output, name, api)
        return output


def check_mock(mock: Path, api: Api) -> None:
    """Require that a module or package with the behaviour of the service can be copied into a client of this API.

    Raises `OSError`, `SyntaxError` or `ValueError` if it cannot.
    """
    from .python import service, vendoring

    service.check(mock, vendoring.packages_of(api))


def _builtin(
    api: Api,
    layout: Literal["project", "package"],
    http: Literal["httpx", "httpx2"],
    mock: Path | None,
    testing: bool,
) -> Files:
    from . import python

    if layout == "package":
        return {
            path.relative_to(api.package): code
            for path, code in python.package(api, http, mock, testing=testing).items()
        }
    from .docs import docs

    def pages() -> Files:
        return docs(api, testing=testing)

    large = sum(1 for _ in api.all_endpoints()) + len(api.types) >= _LARGE
    with in_child_process(pages) if large else nullcontext(pages) as pages_when_ready:
        project = python.project_files(api, http, mock, testing=testing)
        return {**project, **pages_when_ready()}
