"""Behaviour of the service in the client's mock: a user's module, copied to `_runtime/mock/service.py`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from ...code import Python, python

MODULE = "service"
"""Name of the module in the client."""


def vendored(module: Path, packages: Mapping[str, Sequence[str]]) -> Python:
    """Return the module for a client, with relative imports; `packages` are those that it may import from.

    Raises `OSError` if it cannot be read, and `SyntaxError` or `ValueError` if it cannot be copied.
    """
    return python.vendored_module(module, packages, ("mock",))


def class_name(module: Path) -> str:
    """Return the name of the module's only class that ends in `Mock`.

    Raises `ValueError` if there is none or more than one, and the exceptions of `vendored`.
    """
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
