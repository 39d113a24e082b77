"""Lazy exports: names of a package that are imported on first access (PEP 562).

A package with hundreds of models is imported as fast as an empty one. But if the client
is regenerated meanwhile, later imports would mix two builds. To detect this, the package
has a build ID, `__build__`, which is compared with that of the modules on disk.
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
    """Return `__getattr__` and `__dir__` for a package.

    `names` maps each public name to its module, relative to the package (`.client`), or
    to "" for a submodule of that name.
    """

    def resolve(name: str) -> object:
        try:
            module = names[name]
        except KeyError:
            text = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(text, name=name, obj=sys.modules[package]) from None
        _require_same_build()
        source = import_module(module or f".{name}", package)
        export: object = getattr(source, name) if module else source
        try:
            _require_same_build()
        except ImportError:
            vars(sys.modules[package]).pop(name, None)  # the import has already set it
            raise
        setattr(sys.modules[package], name, export)  # so this runs once per name
        return export

    def listing() -> list[str]:
        return sorted({*vars(sys.modules[package]), *names})

    return resolve, listing


def _require_same_build() -> None:
    """Raise ImportError if the modules on disk are of another build.

    Packages without a source file, as in an archive, are never regenerated in place.
    """
    running: object = getattr(sys.modules[_PACKAGE], "__build__", None)
    source = sys.modules[_PACKAGE].__file__ or ""
    try:
        with open(source, "rb") as file:
            text = file.read()
    except OSError:
        return
    folder = os.path.dirname(source)
    for parent in (folder, os.path.dirname(folder)):
        if os.path.exists(os.path.join(parent, ".specloom.half", "journal.json")):
            raise ImportError(
                f"{_PACKAGE} is being regenerated; restart this process when"
                " `specloom generate` has finished",
                name=_PACKAGE,
            )
    if running is not None and f'__build__ = "{running}"'.encode() not in text:
        raise ImportError(
            f"{_PACKAGE} was regenerated while this process was running; restart it",
            name=_PACKAGE,
        )
