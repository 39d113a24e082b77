"""Behaviour of the service in the client's mock: a user's module or package, copied to `_runtime/mock/service`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from ...code import Python, python

MODULE = "service"
"""Name of the module in the client."""
_FOLDER = ("mock", MODULE)
_PACKAGE = "specloom.runtime.mock.service"


def modules(mock: Path) -> dict[str, Path]:
    """Return the files of the module or package by their path in `_runtime`, without `.py`."""
    if not mock.is_dir():
        return {"/".join(_FOLDER): mock}
    return {"/".join((*_FOLDER, path.stem)): path for path in sorted(mock.glob("*.py"))}


def vendored(mock: Path, name: str, packages: Mapping[str, Sequence[str]]) -> Python:
    """Return one of `modules` for a client, with relative imports; `packages` are those that it may import from.

    Raises `OSError` if it cannot be read, and `SyntaxError` or `ValueError` if it cannot be copied.
    """
    if not mock.is_dir():
        return python.vendored_module(mock, packages, _FOLDER[:-1])
    return python.vendored_module(modules(mock)[name], {**packages, _PACKAGE: _FOLDER}, _FOLDER)


def check(mock: Path, packages: Mapping[str, Sequence[str]]) -> None:
    """Raise the exceptions of `vendored` and `class_name` for what cannot be copied."""
    for name in modules(mock):
        vendored(mock, name, packages)
    class_name(mock)


def class_name(mock: Path) -> str:
    """Return the name of the only class that ends in `Mock`, of the module or of the package's `__init__.py`.

    Raises `ValueError` if there is none or more than one, and the exceptions of `vendored`.
    """
    module = mock / "__init__.py" if mock.is_dir() else mock
    return _class_name(module.read_text("utf-8"))


@lru_cache
def _class_name(text: str) -> str:
    names = [
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
        and node.name.endswith("Mock")
        and not node.name.startswith("_")
    ]
    if len(names) != 1:
        raise ValueError(
            f"expected one class whose name ends in Mock, found {' and '.join(names) or 'none'}"
        )
    return names[0]
