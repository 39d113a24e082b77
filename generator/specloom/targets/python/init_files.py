"""`__init__.py` files, with names that are imported on first access (PEP 562)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from ...auth_schemes import SCHEMES
from ...code import Code, python
from ...model import Api, BinaryBody, Field, MultipartBody, Nullable, Object
from ..client_interface import all_resources_of, resources_of, schemes_of
from . import docstrings
from .imports import Layout, Module, Parts, lazy_exports, public_names

THIS_PACKAGE = ""
"""Marks a module of this package in a table of exports."""


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield `__init__.py` of the package, `models`, `calls`, `resources`, and of folders that have no module."""
    yield _package(api, layout, (), "package", _public_names(api, layout), version=api.version)
    yield _package(api, layout, ("models",), "models", _model_names(api, layout))
    calls = {resource.name: THIS_PACKAGE for resource in resources_of(api)}
    yield _package(api, layout, ("calls",), "calls", calls)
    yield _package(api, layout, ("resources",), "resources", {})
    with_module = {("models",), ("calls",), ("resources",), ()}
    with_module |= {("models", *name.module) for name in api.types}
    for resource in all_resources_of(api):
        with_module.add(("resources", *resource.path))
        if resource.endpoints:
            with_module.add(("calls", *resource.path))
    for folder in sorted(layout.folders - with_module):
        below = {
            parts[-1] for parts in (*layout.folders, *with_module) if parts and parts[:-1] == folder
        }
        yield _package(api, layout, folder, "folder", dict.fromkeys(sorted(below), THIS_PACKAGE))


def _public_names(api: Api, layout: Layout) -> Mapping[str, str]:
    """Return the names for `from package import …`, with their modules."""
    modules = {
        "calls": THIS_PACKAGE,
        "errors": THIS_PACKAGE,
        "models": THIS_PACKAGE,
        api.client: ".client",
        f"Async{api.client}": ".client",
        "Call": "._runtime.calls",
        "Response": "._runtime.calls",
    }
    if any(api.all_events()):
        modules["events"] = THIS_PACKAGE
    if api.has_streams:
        modules["Stream"] = modules["AsyncStream"] = "._runtime.streaming.client"
    if any(endpoint.is_download for endpoint in api.all_endpoints()):
        modules |= dict.fromkeys(("Download", "AsyncDownload"), "._runtime.downloads.client")
    if _sends_files(api):
        modules["Upload"] = "._runtime.uploads"
    if _has_nullable_optional_fields(api):
        modules["UNSET"] = "msgspec"
    if _has_encrypted_fields(api):
        modules["CipherText"] = "._runtime.ciphertext"
    if len(schemes_of(api)) > 1:
        modules["auth"] = THIS_PACKAGE
        return modules
    for scheme in schemes_of(api):
        kind = SCHEMES[scheme.kind]
        modules |= dict.fromkeys(kind.exports, ".".join(("._runtime", *kind.home())))
    return modules


def _model_names(api: Api, layout: Layout) -> Mapping[str, str]:
    """Return all modules, and all classes whose names are unique, with their modules."""
    here = Module(layout, ("models",))
    modules = {
        name.name: here.relative(("models", *name.module))
        for name in api.types
        if name.name not in api.ambiguous
    }
    return modules | {name.module[0]: THIS_PACKAGE for name in api.types}


def _package(
    api: Api,
    layout: Layout,
    parts: Parts,
    kind: str,
    exports: Mapping[str, str],
    version: str | None = None,
) -> tuple[PurePosixPath, Code]:
    module = Module(layout, parts)
    lazy = lazy_exports(module, exports, is_listed=True)
    return (
        PurePosixPath(api.package, *parts, "__init__.py"),
        module.render(
            "python/package.py.j2",
            docstring=docstrings.of_module(
                api, kind, subject=".".join(parts) if kind == "folder" else ""
            ),
            lazy=lazy,
            public_names=public_names(exports),
            version=None if version is None else python.literal(version),
        ),
    )


def _sends_files(api: Api) -> bool:
    return any(
        isinstance(endpoint.body, (MultipartBody, BinaryBody)) for endpoint in api.all_endpoints()
    )


def _has_encrypted_fields(api: Api) -> bool:
    return any(field.encrypted for field in _fields(api))


def _has_nullable_optional_fields(api: Api) -> bool:
    return any(isinstance(field.type, Nullable) and not field.required for field in _fields(api))


def _fields(api: Api) -> Iterator[Field]:
    """Yield the fields of all classes."""
    return (
        field
        for type in api.types.values()
        if isinstance(type, Object)
        for field in type.all_fields
    )
