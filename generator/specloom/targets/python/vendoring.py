"""`_runtime/`: unchanged copies of the modules of `specloom.runtime` that a package needs, and modules of plugin schemes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ...auth_schemes import SCHEMES
from ...code import Code, Python, python
from ...diagnostics import UsageError
from ...model import Api
from . import service
from .imports import Layout

FOLDER = Path(__file__).parents[2] / "runtime"

_OWN_IMPORT = re.compile(r"""(?:from|")\s*\.+_runtime\.([\w.]+)["\s]""")
_RELATIVE = re.compile(r"\n *from (\.+)([\w.]*) import (?:\(([^)]*)\)|(.*))")
_NAMES = re.compile(r"(\w+)(?: as \w+)?")


def files(api: Api, layout: Layout, output: Iterable[Code]) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the runtime modules that the generated code imports, directly and indirectly."""
    plugin_modules = _plugin_modules(api)
    if layout.mock is not None:
        plugin_modules[f"mock/{service.MODULE}"] = service.vendored(layout.mock)
    imported = {name.replace(".", "/") for code in output for name in _OWN_IMPORT.findall(code)}
    pending = {"__init__", *(name if name in plugin_modules else _file(name) for name in imported)}
    modules: dict[str, Python] = {}
    while pending:
        module = pending.pop()
        code = plugin_modules.get(module) or python.runtime_module(
            FOLDER / f"{module}.py", layout.libraries
        )
        modules[module] = code
        pending |= _imported(module, code) - modules.keys()
    for module in sorted(modules):
        yield PurePosixPath(api.package, "_runtime", f"{module}.py"), modules[module]


def _plugin_modules(api: Api) -> dict[str, Python]:
    """Return the modules of schemes from other packages."""
    modules: dict[str, Python] = {}
    for scheme in api.schemes:
        kind = SCHEMES[scheme.kind]
        sources = {("auth", kind.module): kind.source}
        if kind.mock is not None:
            sources["mock", kind.mock.module] = kind.mock.source
        for (folder, module), source in sources.items():
            if source is None:
                continue
            try:
                modules[f"{folder}/{module}"] = python.vendored_module(
                    source, "specloom.runtime", (folder,)
                )
            except (OSError, ValueError, SyntaxError) as error:
                raise UsageError(
                    f"cannot copy the scheme {scheme.kind}: {source}: {error}"
                ) from None
    return modules


def error_classes(api: Api) -> dict[str, tuple[str, ...]]:
    """Return the public exception classes of the runtime, with their modules."""
    locations = [("errors",), ("webhooks", "errors")] if any(api.all_events()) else [("errors",)]
    definitions = [SCHEMES[scheme.kind] for scheme in api.schemes]
    of_schemes = {
        name: ("auth", definition.module)
        for definition in definitions
        for name in definition.errors
    }
    return {name: location for location in locations for name in _classes(location)} | of_schemes


@lru_cache
def _classes(location: tuple[str, ...]) -> list[str]:
    tree = ast.parse(FOLDER.joinpath(*location).with_suffix(".py").read_text("utf-8"))
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


@lru_cache(None)
def _imported(module: str, text: str) -> frozenset[str]:
    """Return the runtime modules that a module imports: `auth/wechatpay` → `errors`, `auth/__init__`, …"""
    packages = module.split("/")[:-1]
    modules = {_joined(packages[: depth + 1], "__init__") for depth in range(len(packages))}
    for dots, name, in_parentheses, on_one_line in _RELATIVE.findall(text):
        folder = packages[: len(packages) + 1 - len(dots)]
        if name:
            modules.add(_file(_joined(folder, name.replace(".", "/"))))
        else:
            siblings = (
                _joined(folder, sibling)
                for sibling in _NAMES.findall(in_parentheses or on_one_line)
            )
            modules |= {sibling for sibling in siblings if sibling in _runtime_modules()}
    return frozenset(modules)


def _joined(folder: list[str], name: str) -> str:
    return "/".join((*folder, name))


def _file(module: str) -> str:
    """Return the path of a module's file, without `.py`."""
    return module if module in _runtime_modules() else f"{module}/__init__"


@lru_cache
def _runtime_modules() -> frozenset[str]:
    """Return the paths of the runtime's files, without `.py`."""
    return frozenset(
        path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.py")
    )
