"""`_runtime/`: the modules of `specloom.runtime` that a package needs, as they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ...code import Code, python
from ...model import Api

FOLDER = Path(__file__).parents[2] / "runtime"

_OURS = re.compile(r"""(?:from|")\s*\.+_runtime\.([\w.]+)["\s]""")
_RELATIVE = re.compile(r"^\s*from (\.+)([\w.]*) import (?:\(([^)]*)\)|(.*))", re.MULTILINE)


def files(api: Api, written: Iterable[Code]) -> Iterator[tuple[PurePosixPath, Code]]:
    """The runtime modules that the code written so far imports, and those that they import."""
    needed = {"__init__"}
    waiting = {found.replace(".", "/") for code in written for found in _OURS.findall(code)}
    while waiting:
        module = waiting.pop()
        if module in needed:
            continue
        needed.add(module)
        waiting |= _imported(module)
    for module in sorted(needed):
        yield PurePosixPath(api.package, "_runtime", f"{module}.py"), python.shipped(FOLDER / f"{module}.py")


@lru_cache
def error_classes() -> dict[str, str]:
    """The public exception classes of the runtime and the module each stands in."""
    tree = ast.parse((FOLDER / "errors.py").read_text("utf-8"))
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    return dict.fromkeys(classes, "errors")


@lru_cache
def _imported(module: str) -> frozenset[str]:
    """The runtime modules that one imports: `auth/wechatpay` → `errors`, `auth/__init__`, …"""
    path = PurePosixPath(module)
    found = {str(parent / "__init__") for parent in path.parents if str(parent) != "."}
    for dots, name, several, single in _RELATIVE.findall((FOLDER / f"{module}.py").read_text("utf-8")):
        home = path.parents[len(dots) - 1]
        if name:
            found.add(str(home / name.replace(".", "/")))
        else:
            names = re.findall(r"(\w+)(?: as \w+)?", several or single)
            found |= {str(home / name) for name in names if (FOLDER / home / f"{name}.py").is_file()}
    return frozenset(name if (FOLDER / f"{name}.py").is_file() else f"{name}/__init__" for name in found)
