"""Targets (`specloom.targets`) and auth schemes (`specloom.auth_schemes`) of installed packages, by their entry points.

A package is imported when one of its entry points is used. What specloom itself provides is not looked up here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from .diagnostics import UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

TARGETS = "specloom.targets"
SCHEMES = "specloom.auth_schemes"
_loaded_modules: set[str] = set()


@cache
def names(group: str) -> tuple[str, ...]:
    """Return the names that installed packages provide, sorted."""
    return tuple(sorted({point.name for point in _points(group)}))


@cache
def load(group: str, name: str) -> object:
    """Return the object behind a name.

    Raises `KeyError` if no package provides it, `UsageError` if several do or the import fails.
    """
    points = {point.value: point for point in _points(group) if point.name == name}
    if not points:
        raise KeyError(name)
    if len(points) > 1:
        raise UsageError(
            f"several packages provide {name} in {group}: {' and '.join(sorted(map(_describe, points.values())))}; uninstall all but one"
        )
    point = next(iter(points.values()))
    with faults(_describe(point)):
        plugin = point.load()
    _loaded_modules.add(point.module)
    return plugin


def loaded_folders() -> list[str]:
    """Return the folders of the packages behind the plugins in use, sorted. A plugin in a module without a package has none."""
    folders: set[str] = set()
    for module in _loaded_modules:
        parts = module.split(".")
        parents = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
        for name in parents:
            file = getattr(sys.modules.get(name), "__file__", None)
            if file is not None and os.path.basename(file).startswith("__init__."):
                folders.add(os.path.dirname(os.path.abspath(file)))
                break
    return sorted(folders)


def origin(group: str, name: str) -> str:
    """Return the package behind a name with its version; its output may change with either."""
    return " and ".join(
        sorted({_describe(point) for point in _points(group) if point.name == name})
    )


@contextmanager
def faults(what: str) -> Generator[None, None, None]:
    """Turn exceptions of a plugin into a `UsageError` that names the plugin and the line."""
    try:
        yield
    except UsageError:
        raise
    except Exception as error:
        import traceback

        frame = traceback.extract_tb(error.__traceback__)[-1]
        raise UsageError(
            f"{what} failed: {type(error).__name__}: {error} ({frame.filename}:{frame.lineno})"
        ) from error


@cache
def _points(group: str) -> tuple[EntryPoint, ...]:
    from importlib.metadata import entry_points  # slow to import, and seldom needed

    return tuple(entry_points(group=group))


def _describe(point: EntryPoint) -> str:
    package = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "a package"
    return f"{point.value} of {package}"
