"""What an exchange asks its driver to do.

Each action is yielded to a driver, which does it and sends the result back in, or throws
an error in. `yield from action` gives that result its type.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Generator, Hashable
from inspect import iscoroutinefunction
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

from .http_messages import RawResponse, Request

T = TypeVar("T")
Action: TypeAlias = "Send | Sleep | SingleFlight[Any] | CallFunction[Any]"
Steps: TypeAlias = Generator[Action, Any, T]

MEBIBYTE = 1 << 20


def is_async(function: object) -> bool:
    """Whether a call of this function, or object, gives a coroutine."""
    return iscoroutinefunction(function) or (
        callable(function) and iscoroutinefunction(type(function).__call__)
    )


class Send(Struct, frozen=True):
    """Send a request; the result is its answer, read whole.

    Fails with `ConnectionFailed`, `DeadlineExceeded` or `ProtocolError`. `until` is a time of the
    monotonic clock. Within it, `connecting` is how many seconds it may take to get a
    connection, `silence` how many the server may say nothing. `limit` is the most bytes
    that an answer may have after decompression.
    """

    request: Request
    until: float
    connecting: float = math.inf
    silence: float = math.inf
    limit: int = 8 * MEBIBYTE

    def __iter__(self) -> Steps[RawResponse]:
        response: RawResponse = yield self
        return response


class Sleep(Struct, frozen=True):
    """Do nothing for this many seconds."""

    seconds: float

    def __iter__(self) -> Steps[None]:
        yield self


class CallFunction(Struct, Generic[T], frozen=True):
    """Call a function of the user's, plain or async; the result is what it returns.

    An async one is cut off at `until`, a time of the monotonic clock, and this fails with
    `DeadlineExceeded`; a plain one cannot be.
    """

    function: Callable[[], T | Awaitable[T]]
    until: float = math.inf

    def __iter__(self) -> Steps[T]:
        answer: T = yield self
        return answer


class SingleFlight(Struct, Generic[T], frozen=True):
    """Run steps once for all who ask for the same `key` meanwhile; all get the result.

    The steps go on when those who asked first give up, so they need a deadline of their
    own; `until` is how long this one waits. Fails with `DeadlineExceeded`, or as the steps do.
    """

    key: Hashable
    steps: Callable[[], Steps[T]]
    until: float

    def __iter__(self) -> Steps[T]:
        result: T = yield self
        return result
