"""Targets (`specloom.targets`) and auth schemes (`specloom.auth_schemes`) of installed packages, by their entry points.

A package is imported when one of its entry points is used. The built-in auth schemes are entry points of specloom itself.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from .diagnostics import UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

TARGETS = "specloom.targets"
SCHEMES = "specloom.auth_schemes"


@cache
def names(group: str) -> tuple[str, ...]:
    """The names that installed packages give, sorted."""
    return tuple(sorted({point.name for point in _points(group)}))


@cache
def load(group: str, name: str) -> object:
    """What stands behind a name; raises `KeyError` if nothing does, and `UsageError` if it cannot be had."""
    found = {point.value: point for point in _points(group) if point.name == name}
    if not found:
        raise KeyError(name)
    if len(found) > 1:
        raise UsageError(
            f"two packages give {name} in {group}: {' and '.join(sorted(map(_shown, found.values())))}; uninstall one of them"
        )
    point = next(iter(found.values()))
    with faults(_shown(point)):
        return point.load()


def origin(group: str, name: str) -> str:
    """Which package gives a name, with its version: what it makes may change with either."""
    return " and ".join(sorted({_shown(point) for point in _points(group) if point.name == name}))


def is_foreign(group: str, name: str) -> bool:
    """Whether a name is another package's: what it makes may change with that package."""
    return any(
        point.dist is None or point.dist.name != "specloom"
        for point in _points(group)
        if point.name == name
    )


@contextmanager
def faults(what: str) -> Generator[None, None, None]:
    """Errors of other people's code as a `UsageError` that says whose they are and where."""
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
    from importlib.metadata import (
        entry_points,
    )  # slow to import, and not needed in a run with nothing to do

    return tuple(entry_points(group=group))


def _shown(point: EntryPoint) -> str:
    package = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "a package"
    return f"{point.value} of {package}"
