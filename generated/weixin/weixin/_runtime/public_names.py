"""Public names: the `__module__` of a class is the module that users import it from.

Users see that name in tracebacks, and pickles refer to the class by it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import ForwardRef, TypeVar

K = TypeVar("K", bound=type[object])

_PACKAGE = __name__.rpartition("._runtime")[0]


def public(home: str = "") -> Callable[[K], K]:
    """Decorate a class: name it after a public module, or after the package itself.

    Packages export different classes: a class keeps its private name if the package
    exports neither the module nor the class.
    """

    def rename(kind: K) -> K:
        exported = getattr(sys.modules.get(_PACKAGE), "__all__", ())
        if home not in exported and kind.__name__ not in exported:
            return kind
        # `get_type_hints` looks names up in `__module__`, but those of this class are
        # defined in its original module.
        kind.__annotations__ = {
            name: _forward_ref(hint, kind.__module__)
            for name, hint in kind.__annotations__.items()
        }
        kind.__module__ = f"{_PACKAGE}.{home}" if home in exported else _PACKAGE
        return kind

    return rename


def _forward_ref(hint: object, module: str) -> object:
    """Return a hint that is text as a reference to be resolved in a module."""
    text = hint.__forward_arg__ if isinstance(hint, ForwardRef) else hint
    if not isinstance(text, str):
        return hint
    return ForwardRef(text, is_argument=False, module=module, is_class=True)
