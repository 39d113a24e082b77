"""Targets: pure functions from a model to files, `Api -> {path: Code}`; paths are relative to the output folder.

One folder each; none imports another. They share `descriptions` (limits of types and fields in plain text). Targets of other packages are
functions of the same kind, found by their entry points (`plugin_targets`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from ..code import Code
from ..model import Api

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
    """All files of a client: the project with its documentation, or what lies inside the import package; and those of other targets.

    `http` is the HTTP library of the client, `templates` a folder whose templates stand in for ours, `targets` names other people's,
    `mock` is a module with the behaviour of the service, `testing` says whether the client has a mock.
    """
    from ..render import overriding

    with overriding(templates):
        found = _own(api, layout, http, mock, testing)
        for name in targets:
            from . import plugin_targets

            found = plugin_targets.added(found, name, api)
        return found


def mock_class(module: Path) -> str:
    """The class with the behaviour of a service in a module that `mock` names.

    Raises `OSError`, `SyntaxError` or `ValueError` if the module cannot be copied into a client.
    """
    from .python import service

    return service.class_name(module)


def _own(
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

    return {**python.whole(api, http, mock, testing=testing), **docs(api, testing=testing)}
