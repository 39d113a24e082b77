"""Exports that are imported when they are first asked for (PEP 562).

A package with hundreds of models is imported as fast as an empty one. But modules that
are imported late may come from another build, if the client was regenerated meanwhile.
So the package names its build, `__build__`, and what is on disk must name the same one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module

_PACKAGE = __name__.rpartition("._runtime")[0]


def exports(
    package: str, names: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` for a package.

    `names` maps each public name to the module that has it, relative to the package
    (`.client`), or to "" for a submodule of that name.
    """

    def find(name: str) -> object:
        try:
            module = names[name]
        except KeyError:
            text = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(text, name=name, obj=sys.modules[package]) from None
        _refuse_another_build()
        home = import_module(module or f".{name}", package)
        found: object = getattr(home, name) if module else home
        try:
            _refuse_another_build()
        except ImportError:
            vars(sys.modules[package]).pop(name, None)  # importing has set it already
            raise
        setattr(sys.modules[package], name, found)  # so that this runs once per name
        return found

    def listing() -> list[str]:
        return sorted({*vars(sys.modules[package]), *names})

    return find, listing


def _refuse_another_build() -> None:
    """Raises ImportError if the modules on disk are not of the build that is running.

    Where there is no source to read, as in an archive, nothing is regenerated in place.
    """
    running: object = getattr(sys.modules[_PACKAGE], "__build__", None)
    source = sys.modules[_PACKAGE].__file__ or ""
    try:
        with open(source, "rb") as file:
            text = file.read()
    except OSError:
        return
    folder = os.path.dirname(source)
    for place in (folder, os.path.dirname(folder)):
        if os.path.exists(os.path.join(place, ".specloom.half", "journal.json")):
            raise ImportError(
                f"{_PACKAGE} is partly regenerated; when specloom generate has run to its"
                " end, restart this process",
                name=_PACKAGE,
            )
    if running is not None and f'__build__ = "{running}"'.encode() not in text:
        raise ImportError(
            f"{_PACKAGE} was regenerated while this process was running; restart it",
            name=_PACKAGE,
        )
