"""Exports that are imported when they are first asked for (PEP 562).

A package with hundreds of models is imported as fast as an empty one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


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
        home = import_module(module or f".{name}", package)
        found: object = getattr(home, name) if module else home
        setattr(sys.modules[package], name, found)  # so that this runs once per name
        return found

    def listing() -> list[str]:
        return sorted({*vars(sys.modules[package]), *names})

    return find, listing
