"""Public names: a class is called by the module that users import it from.

Users read that name in tracebacks and search for it, and a pickle finds the class by it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import ForwardRef, TypeVar

K = TypeVar("K", bound=type[object])

_PACKAGE = __name__.rpartition("._runtime")[0]


def public(home: str = "") -> Callable[[K], K]:
    """Name a class after a public module of the package, or after the package itself.

    Packages differ in what they export: a class keeps its private name where the package
    has neither the module nor the class.
    """

    def named(kind: K) -> K:
        exported = getattr(sys.modules.get(_PACKAGE), "__all__", ())
        if home not in exported and kind.__name__ not in exported:
            return kind
        # Type hints are looked up in the module that a class is named after: those of
        # this class belong to the module that it stands in.
        kind.__annotations__ = {
            name: _at_home(hint, kind.__module__)
            for name, hint in kind.__annotations__.items()
        }
        kind.__module__ = f"{_PACKAGE}.{home}" if home in exported else _PACKAGE
        return kind

    return named


def _at_home(hint: object, module: str) -> object:
    """A hint that is text, or that was made of text, to be looked up in this module."""
    text = hint.__forward_arg__ if isinstance(hint, ForwardRef) else hint
    if not isinstance(text, str):
        return hint
    return ForwardRef(text, is_argument=False, module=module, is_class=True)
