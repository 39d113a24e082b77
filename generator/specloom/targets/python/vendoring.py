"""`_runtime/`: the modules of `specloom.runtime` that a package needs, as they are, and those of other people's schemes."""

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

_OURS = re.compile(r"""(?:from|")\s*\.+_runtime\.([\w.]+)["\s]""")
_RELATIVE = re.compile(r"\n *from (\.+)([\w.]*) import (?:\(([^)]*)\)|(.*))")
_NAMES = re.compile(r"(\w+)(?: as \w+)?")


def files(
    api: Api, layout: Layout, written: Iterable[Code]
) -> Iterator[tuple[PurePosixPath, Code]]:
    """The runtime modules that the code written so far imports, and those that they import."""
    foreign = _foreign(api)
    if layout.mock is not None:
        foreign[f"mock/{service.MODULE}"] = service.adopted(layout.mock)
    named = {name.replace(".", "/") for code in written for name in _OURS.findall(code)}
    waiting = {"__init__", *(name if name in foreign else _file(name) for name in named)}
    found: dict[str, Python] = {}
    while waiting:
        module = waiting.pop()
        code = foreign.get(module) or python.shipped(FOLDER / f"{module}.py", layout.libraries)
        found[module] = code
        waiting |= _imported(module, code) - found.keys()
    for module in sorted(found):
        yield PurePosixPath(api.package, "_runtime", f"{module}.py"), found[module]


def _foreign(api: Api) -> dict[str, Python]:
    """The modules of schemes that other packages brought."""
    found: dict[str, Python] = {}
    for scheme in api.schemes:
        kind = SCHEMES[scheme.kind]
        sources = {("auth", kind.module): kind.source}
        if kind.mock is not None:
            sources["mock", kind.mock.module] = kind.mock.source
        for (home, module), source in sources.items():
            if source is None:
                continue
            try:
                found[f"{home}/{module}"] = python.adopted(source, "specloom.runtime", (home,))
            except (OSError, ValueError, SyntaxError) as error:
                raise UsageError(
                    f"the scheme {scheme.kind} cannot be copied: {source}: {error}"
                ) from None
    return found


def error_classes(api: Api) -> dict[str, tuple[str, ...]]:
    """The public exception classes of the runtime and the module each stands in."""
    homes = [("errors",), ("webhooks", "errors")] if any(api.all_events()) else [("errors",)]
    kinds = [SCHEMES[scheme.kind] for scheme in api.schemes]
    own = {name: ("auth", kind.module) for kind in kinds for name in kind.errors}
    return {name: home for home in homes for name in _classes(home)} | own


@lru_cache
def _classes(home: tuple[str, ...]) -> list[str]:
    tree = ast.parse(FOLDER.joinpath(*home).with_suffix(".py").read_text("utf-8"))
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


@lru_cache(None)
def _imported(module: str, text: str) -> frozenset[str]:
    """The runtime modules that one imports: `auth/wechatpay` → `errors`, `auth/__init__`, …"""
    packages = module.split("/")[:-1]
    found = {_joined(packages[: depth + 1], "__init__") for depth in range(len(packages))}
    for dots, name, several, single in _RELATIVE.findall(text):
        home = packages[: len(packages) + 1 - len(dots)]
        if name:
            found.add(_file(_joined(home, name.replace(".", "/"))))
        else:
            beside = (_joined(home, each) for each in _NAMES.findall(several or single))
            found |= {each for each in beside if each in _ours()}
    return frozenset(found)


def _joined(home: list[str], name: str) -> str:
    return "/".join((*home, name))


def _file(module: str) -> str:
    """A module's file without its ending."""
    return module if module in _ours() else f"{module}/__init__"


@lru_cache
def _ours() -> frozenset[str]:
    """The files of the runtime, without their ending."""
    return frozenset(
        path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.py")
    )
