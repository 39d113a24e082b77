"""The `__init__.py` files: lists of names that are imported when they are first asked for (PEP 562)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from ...auth_schemes import SCHEMES
from ...code import Code, Python, python
from ...model import Api, BinaryBody, Field, MultipartBody, Nullable, Object
from ...render import render
from ..client_interface import all_resources_of, resources_of, schemes_of
from . import docstrings
from .imports import Layout, Module, Parts, export_order, exports_of

HERE = ""
"""Stands for "a module of this package" in a table of exports."""


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """The package itself, `models`, `calls`, `resources`, and folders of resources that have no module of their own."""
    title = docstrings.both(api.title, api.languages) or api.name
    yield _package(api, layout, (), f"{title}.", _surface(api, layout), version=api.version)
    yield _package(api, layout, ("models",), f"Types of {title}.", _models(api, layout))
    yield _package(
        api,
        layout,
        ("calls",),
        f"Calls of {title}: values that a client sends.",
        {resource.name: HERE for resource in resources_of(api)},
    )
    yield _package(api, layout, ("resources",), f"Resources of {title}.", {})
    written = {("models",), ("calls",), ("resources",), ()}
    written |= {("models", *name.module) for name in api.types}
    for resource in all_resources_of(api):
        written.add(("resources", *resource.path))
        if resource.endpoints:
            written.add(("calls", *resource.path))
    for folder in sorted(layout.folders - written):
        below = {
            parts[-1] for parts in (*layout.folders, *written) if parts and parts[:-1] == folder
        }
        yield _package(
            api, layout, folder, f"{'.'.join(folder)}.", dict.fromkeys(sorted(below), HERE)
        )


def _surface(api: Api, layout: Layout) -> Mapping[str, str]:
    """What `from package import …` gives."""
    found = {
        "calls": HERE,
        "errors": HERE,
        "models": HERE,
        api.client: ".client",
        f"Async{api.client}": ".client",
        "Call": "._runtime.calls",
        "Response": "._runtime.calls",
    }
    if any(api.all_events()):
        found["events"] = HERE
    if _sends_files(api):
        found["Upload"] = "._runtime.uploads"
    if _tells_null_from_nothing(api):
        found["UNSET"] = "msgspec"
    if _has_encrypted_fields(api):
        found["CipherText"] = "._runtime.ciphertext"
    if len(schemes_of(api)) > 1:
        found["auth"] = HERE
        return found
    for scheme in schemes_of(api):
        kind = SCHEMES[scheme.kind]
        found |= dict.fromkeys(kind.exports, f"._runtime.auth.{kind.module}")
    return found


def _models(api: Api, layout: Layout) -> Mapping[str, str]:
    """Every class whose name only one module has, and every module."""
    here = Module(layout, ("models",))
    found = {
        name.name: here.relative(("models", *name.module))
        for name in api.types
        if name.name not in api.ambiguous
    }
    return found | {name.module[0]: HERE for name in api.types}


def _package(
    api: Api,
    layout: Layout,
    parts: Parts,
    title: str,
    exports: Mapping[str, str],
    version: str | None = None,
) -> tuple[PurePosixPath, Code]:
    module = Module(layout, parts)
    return (
        PurePosixPath(api.package, *parts, "__init__.py"),
        render(
            Python,
            "python/package.py.j2",
            docstring=docstrings.of_module(title, docstrings.source_of(api, ())),
            exports=exports_of(module, exports),
            imports=module.imports(),
            all=python.assignment(
                "__all__",
                python.list_of(
                    [python.literal(name) for name in sorted(exports, key=export_order)], room=78
                ),
            ),
            version=(
                python.assignment("__version__", python.literal(version))
                if version is not None
                else None
            ),
        ),
    )


def _sends_files(api: Api) -> bool:
    return any(
        isinstance(endpoint.body, (MultipartBody, BinaryBody)) for endpoint in api.all_endpoints()
    )


def _has_encrypted_fields(api: Api) -> bool:
    return any(field.encrypted for field in _fields(api))


def _tells_null_from_nothing(api: Api) -> bool:
    return any(isinstance(field.type, Nullable) and not field.required for field in _fields(api))


def _fields(api: Api) -> Iterator[Field]:
    """The fields of all classes."""
    return (
        field for type in api.types.values() if isinstance(type, Object) for field in type.fields
    )
