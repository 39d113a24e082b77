"""The behaviour of a service in the client's mock: a user's module, copied to `_runtime/mock/service.py`."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

from ...code import Python, python

MODULE = "service"
"""Its name in the client."""


def adopted(module: Path) -> Python:
    """The module as it stands in a client.

    Raises `OSError` if it cannot be read, `SyntaxError` or `ValueError` if it cannot be copied.
    """
    return python.adopted(module, "specloom.runtime", ("mock",))


def class_name(module: Path) -> str:
    """The one class of the module whose name ends in `Mock`; raises as `adopted` does."""
    return _class_name(adopted(module))


@lru_cache
def _class_name(code: Python) -> str:
    found = [
        node.name
        for node in ast.parse(code).body
        if isinstance(node, ast.ClassDef)
        and node.name.endswith("Mock")
        and not node.name.startswith("_")
    ]
    if len(found) != 1:
        raise ValueError(
            f"it has {' and '.join(found) or 'no class'} whose name ends in Mock; it must have one"
        )
    return found[0]
