"""Decorator `@deprecated`: editors strike out the function, and calls of it warn."""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    # Type checkers know this decorator (PEP 702) even if the package is not installed.
    from typing_extensions import deprecated as deprecated
else:
    P = ParamSpec("P")
    T = TypeVar("T")

    def deprecated(reason: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """Warn with `DeprecationWarning` about calls from outside this package."""

        def decorate(function: Callable[P, T]) -> Callable[P, T]:
            @functools.wraps(function)
            def warned(*args: P.args, **kwargs: P.kwargs) -> T:
                caller = sys._getframe(1).f_globals.get("__name__", "")
                if not f"{caller}.".startswith(f"{_PACKAGE}."):
                    warnings.warn(reason, DeprecationWarning, stacklevel=2)
                try:
                    return function(*args, **kwargs)
                except BaseException:  # its traceback would show the arguments
                    del args
                    kwargs.clear()
                    raise

            return warned

        return decorate

    _PACKAGE = __name__.rpartition("._runtime")[0]
