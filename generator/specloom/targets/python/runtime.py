"""`_runtime/`: the modules of `specloom.runtime` that a package needs, as they are, and those of other people's schemes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ...code import Code, Python, python
from ...model import Api
from ...problems import Stop
from ...schemes import SCHEMES
from .module import Layout

FOLDER = Path(__file__).parents[2] / "runtime"

_OURS = re.compile(r"""(?:from|")\s*\.+_runtime\.([\w.]+)["\s]""")
_RELATIVE = re.compile(r"^\s*from (\.+)([\w.]*) import (?:\(([^)]*)\)|(.*))", re.MULTILINE)


def files(api: Api, layout: Layout, written: Iterable[Code]) -> Iterator[tuple[PurePosixPath, Code]]:
    """The runtime modules that the code written so far imports, and those that they import."""
    foreign = _foreign(api)
    needed = {"__init__"}
    named = {found.replace(".", "/") for code in written for found in _OURS.findall(code)}
    waiting = {name if name in foreign else _file(name) for name in named}
    while waiting:
        module = waiting.pop()
        if module in needed:
            continue
        needed.add(module)
        waiting |= _imported(module, foreign[module]) if module in foreign else _imported_by_ours(module)
    for module in sorted(needed):
        code = foreign.get(module) or python.shipped(FOLDER / f"{module}.py", layout.libraries)
        yield PurePosixPath(api.package, "_runtime", f"{module}.py"), code


def _foreign(api: Api) -> dict[str, Python]:
    """The modules of schemes that other packages brought."""
    found: dict[str, Python] = {}
    for scheme in api.schemes:
        kind = SCHEMES[scheme.kind]
        if kind.source is not None:
            try:
                found[f"auth/{kind.module}"] = python.adopted(kind.source, "specloom.runtime", ("auth",))
            except (OSError, ValueError, SyntaxError) as error:
                raise Stop(f"the scheme {scheme.kind} cannot be copied: {kind.source}: {error}") from None
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
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


@lru_cache
def _imported_by_ours(module: str) -> frozenset[str]:
    return _imported(module, (FOLDER / f"{module}.py").read_text("utf-8"))


def _imported(module: str, text: str) -> frozenset[str]:
    """The runtime modules that one imports: `auth/wechatpay` → `errors`, `auth/__init__`, …"""
    path = PurePosixPath(module)
    found = {str(parent / "__init__") for parent in path.parents if str(parent) != "."}
    for dots, name, several, single in _RELATIVE.findall(text):
        home = path.parents[len(dots) - 1]
        if name:
            found.add(str(home / name.replace(".", "/")))
        else:
            names = re.findall(r"(\w+)(?: as \w+)?", several or single)
            found |= {str(home / name) for name in names if (FOLDER / home / f"{name}.py").is_file()}
    return frozenset(map(_file, found))


def _file(module: str) -> str:
    """A module's file without its ending."""
    return module if (FOLDER / f"{module}.py").is_file() else f"{module}/__init__"
