"""`_runtime/`: unchanged copies of the modules of `specloom.runtime` that a package needs, and the runtime parts of its auth schemes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ...auth_schemes import SCHEMES, is_builtin, runtime_of
from ...code import Code, Python, python
from ...diagnostics import UsageError
from ...model import Api
from . import service
from .imports import Layout

FOLDER = Path(__file__).parents[2] / "runtime"
_LIBRARY = "specloom.runtime"

_OWN_IMPORT = re.compile(r"""(?:from|")\s*\.+_runtime\.([\w.]+)["\s]""")
_RELATIVE = re.compile(r"\n *from (\.+)([\w.]*) import (?:\(([^)]*)\)|(.*))")
_PUBLIC_CLASS = re.compile(r"^class ([A-Z]\w*)", re.MULTILINE)
_NAMES = re.compile(r"(\w+)(?: as \w+)?")


def files(api: Api, layout: Layout, output: Iterable[Code]) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield the runtime modules that the generated code imports, directly and indirectly."""
    packages, of_schemes = packages_of(api), _scheme_modules(api)
    of_service = service.modules(layout.mock) if layout.mock is not None else {}
    known = _runtime_modules().union(of_schemes, of_service)
    imported = {name.replace(".", "/") for code in output for name in _OWN_IMPORT.findall(code)}
    pending = {"__init__", *(_file(name, known) for name in imported)}
    modules: dict[str, Python] = {}
    while pending:
        module = pending.pop()
        if module in of_schemes:
            folder = PurePosixPath(module).parts[:-1]
            code = _scheme_module(*of_schemes[module], packages, folder)
        elif layout.mock is not None and module in of_service:
            code = service.vendored(layout.mock, module, packages)
        else:
            code = python.runtime_module(FOLDER / f"{module}.py", layout.libraries)
        modules[module] = code
        pending |= _imported(module, code, known) - modules.keys()
    for module in sorted(modules):
        yield PurePosixPath(api.package, "_runtime", f"{module}.py"), modules[module]


def packages_of(api: Api) -> Mapping[str, Sequence[str]]:
    """Return the packages that are copied into a client, by import name, and their folders in `_runtime`."""
    definitions = [SCHEMES[scheme.kind] for scheme in api.schemes]
    return {_LIBRARY: (), **{each.runtime: each.home()[:-1] for each in definitions}}


def _scheme_modules(api: Api) -> Mapping[str, tuple[str, Path]]:
    """Return the modules of schemes by their path in `_runtime`, without `.py`: name of the scheme, and file."""
    modules: dict[str, tuple[str, Path]] = {}
    for scheme in api.schemes:
        for name, path in runtime_of(scheme.kind).items():
            module = "/".join(SCHEMES[scheme.kind].home(name))
            other, file = modules.setdefault(module, (scheme.kind, path))
            if file != path:
                raise UsageError(
                    f"the schemes {other} and {scheme.kind} have the same folder in clients, {SCHEMES[other].name}; use one of them, or rename a folder"
                )
    return modules


def _scheme_module(
    scheme: str, path: Path, packages: Mapping[str, Sequence[str]], folder: Sequence[str]
) -> Python:
    try:
        if not is_builtin(scheme):
            ast.parse(path.read_text("utf-8"))  # raises for what clients could not import
        return python.vendored_module(path, packages, folder)
    except (OSError, ValueError, SyntaxError) as error:
        raise UsageError(f"cannot copy the scheme {scheme}: {path}: {error}") from None


def error_classes(api: Api) -> dict[str, tuple[str, ...]]:
    """Return the public exception classes of the runtime, with their modules."""
    locations: list[tuple[str, ...]] = [("errors",)]
    if any(api.all_events()):
        locations.append(("webhooks", "errors"))
    if api.has_streams:
        locations.append(("streaming", "errors"))
    if any(endpoint.is_download for endpoint in api.all_endpoints()):
        locations.append(("downloads", "errors"))
    definitions = [SCHEMES[scheme.kind] for scheme in api.schemes]
    of_schemes = {
        name: definition.home() for definition in definitions for name in definition.errors
    }
    return {name: location for location in locations for name in _classes(location)} | of_schemes


@lru_cache
def _classes(location: tuple[str, ...]) -> list[str]:
    text = FOLDER.joinpath(*location).with_suffix(".py").read_text("utf-8")
    return _PUBLIC_CLASS.findall(text)


@lru_cache(None)
def _imported(module: str, text: str, known: frozenset[str]) -> frozenset[str]:
    """Return the runtime modules that a module imports: `auth/tokens` → `errors`, `auth/__init__`, …"""
    packages = module.split("/")[:-1]
    modules = {_joined(packages[: depth + 1], "__init__") for depth in range(len(packages))}
    for dots, name, in_parentheses, on_one_line in _RELATIVE.findall(text):
        folder = packages[: len(packages) + 1 - len(dots)]
        if name:
            modules.add(_file(_joined(folder, name.replace(".", "/")), known))
        else:
            siblings = (
                _joined(folder, sibling)
                for sibling in _NAMES.findall(in_parentheses or on_one_line)
            )
            modules |= {sibling for sibling in siblings if sibling in known}
    return frozenset(modules)


def _joined(folder: list[str], name: str) -> str:
    return "/".join((*folder, name))


def _file(module: str, known: frozenset[str]) -> str:
    """Return the path of a module's file, without `.py`."""
    return module if module in known else f"{module}/__init__"


@lru_cache
def _runtime_modules() -> frozenset[str]:
    """Return the paths of the runtime's files, without `.py`."""
    return frozenset(
        path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.py")
    )
