"""Makers of the parts of statements that are not names or literals: modules and names of imports."""

from __future__ import annotations

from collections.abc import Sequence

from ..base import Python
from .expressions import call
from .tokens import dotted, identifier


def module_name(module: str) -> Python:
    """Return a module as imports name it; it may begin with dots."""
    rest = module.lstrip(".")
    dots = module[: len(module) - len(rest)]
    return Python(f"{dots}{dotted(rest) if rest or not dots else ''}")


def imported_name(name: str) -> Python:
    """Return `a`, or `a as b`."""
    return Python(" as ".join(dotted(part) for part in name.split(" as ")))


def assignment(name: str, value: Python) -> Python:
    """Return `name = value`."""
    return Python(f"{identifier(name)} = {value}")


def plain_import(module: str) -> Python:
    """Return `import module`."""
    return Python(f"import {module_name(module)}")


def from_import(module: str, names: Sequence[str]) -> Python:
    """Return `from module import name`, with one name per line if there are several."""
    parts = [imported_name(name) for name in names]
    if len(parts) == 1:
        return Python(f"from {module_name(module)} import {parts[0]}")
    return Python(f"from {module_name(module)} import " + call(Python(""), parts))
