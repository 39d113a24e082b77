"""Frames of exceptions, whose variables are secrets: tools that report errors show them."""

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
    """An error and all beneath it, without `outside` and what is beneath that."""
    seen = {id(outside)}
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__]


def forget_frames(error: BaseException, outside: BaseException | None) -> None:
    """Drop what the frames of an error and of all beneath it hold, in place.

    Their variables are URLs, header fields and bodies, thus secrets. An error of ours
    loses its traceback; others keep its lines. `outside` is what the caller was handling
    already, and is left alone, as is all beneath that.
    """
    for one in chain(error, outside):
        if isinstance(error, Error):
            one.__traceback__ = None
        else:
            clear_frames(one.__traceback__)


def hide_arguments(function: F) -> F:
    """Decorate a function with secret arguments: an exception that leaves it shows none.

    The frames beneath are forgotten, and this one keeps nothing. The variables of the
    caller are the caller's own.
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
    """Decorate the constructor of a class, if it has one of its own, with `hide_arguments`."""
    name = "__init__"
    if name in vars(cls):
        setattr(cls, name, hide_arguments(vars(cls)[name]))
