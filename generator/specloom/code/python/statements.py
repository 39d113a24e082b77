"""Makers of the parts of statements that are not names or literals: modules and names of imports."""

from __future__ import annotations

from ..base import Python
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
