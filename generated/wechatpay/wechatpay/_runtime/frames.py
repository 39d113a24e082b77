"""Cleanup of traceback frames, because error reports show their variables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import iscoroutinefunction
from traceback import clear_frames
from typing import Any, TypeVar

from .errors import Error

F = TypeVar("F", bound=Callable[..., Any])


def chain(
    error: BaseException, outside: BaseException | None
) -> Iterator[BaseException]:
    """Yield an error and its causes and contexts, except `outside` and those of it."""
    seen = {id(outside)}
    waiting: list[BaseException | None] = [error]
    while waiting:
        exception = waiting.pop()
        if exception is not None and id(exception) not in seen:
            seen.add(id(exception))
            yield exception
            waiting += [exception.__cause__, exception.__context__]


def forget_frames(error: BaseException, outside: BaseException | None) -> None:
    """Clear the frames of an error, of its causes and of its contexts, in place.

    Their variables hold URLs, headers and bodies, and so secrets. With an `Error` the
    tracebacks are dropped; with other exceptions they keep their lines. `outside` is
    the exception that the caller was already handling; it is not changed.
    """
    for exception in chain(error, outside):
        if isinstance(error, Error):
            exception.__traceback__ = None
        else:
            clear_frames(exception.__traceback__)


def hide_arguments(function: F) -> F:
    """Decorate a function whose arguments are secret: tracebacks do not show them.

    An exception that leaves the function has cleared frames, this one included. The
    variables of the caller are not changed.
    """
    wrap: Any = _async if iscoroutinefunction(function) else _sync
    decorated: F = wrap(function)
    return decorated


def _sync(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def run(*args: Any, **options: Any) -> Any:
        outside = sys.exception()
        try:
            return function(*args, **options)
        except BaseException as error:
            del args
            options.clear()
            forget_frames(error, outside)
            raise

    return run


def _async(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    async def run(*args: Any, **options: Any) -> Any:
        outside = sys.exception()
        try:
            return await function(*args, **options)
        except BaseException as error:
            del args
            options.clear()
            forget_frames(error, outside)
            raise

    return run


def hide_constructor_arguments(cls: type) -> None:
    """Decorate the constructor that a class itself defines with `hide_arguments`."""
    name = "__init__"
    if name in vars(cls):
        setattr(cls, name, hide_arguments(vars(cls)[name]))
