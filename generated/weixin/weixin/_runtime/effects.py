"""Actions that a call yields to its driver.

The driver performs an action, and sends the result back or throws an error. `yield from
action` has the type of the result.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Generator, Hashable
from inspect import iscoroutinefunction
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

from .http_messages import RawResponse, Request

T = TypeVar("T")
Action: TypeAlias = (
    "Send | Sleep | SingleFlight[Any] | CallFunction[Any] | UseTransport[Any]"
)
Steps: TypeAlias = Generator[Action, Any, T]

MEBIBYTE = 1 << 20


def is_async(function: object) -> bool:
    """Return whether this is an async function, or an object with an async `__call__`."""
    return iscoroutinefunction(function) or (
        callable(function) and iscoroutinefunction(type(function).__call__)
    )


class Send(Struct, frozen=True):
    """Action to send a request; the result is the complete response.

    Raise `ConnectionFailed`, `DeadlineExceeded` or `ProtocolError`. `until` is the
    deadline, a time of the monotonic clock. `connecting` is the connect timeout and
    `silence` the read and write timeout, in seconds. `limit` is the maximum number of
    bytes of the response after decompression.
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
    """Action to wait for a number of seconds."""

    seconds: float

    def __iter__(self) -> Steps[None]:
        yield self


class CallFunction(Struct, Generic[T], frozen=True):
    """Action to call a sync or async user function; the result is its return value.

    An async function is cancelled at `until`, a time of the monotonic clock, and this
    raises `DeadlineExceeded`; a sync function cannot be interrupted.
    """

    function: Callable[[], T | Awaitable[T]]
    until: float = math.inf

    def __iter__(self) -> Steps[T]:
        result: T = yield self
        return result


class UseTransport(Struct, Generic[T], frozen=True):
    """Action to call a function with the transport of the driver.

    A sync driver calls `sync`, an async one awaits `asynchronous`.
    """

    sync: Callable[[Any], T]
    asynchronous: Callable[[Any], Awaitable[T]]

    def __iter__(self) -> Steps[T]:
        result: T = yield self
        return result


class SingleFlight(Struct, Generic[T], frozen=True):
    """Action to run steps once for all concurrent callers with the same `key`.

    All callers get the result. The steps continue if a caller gives up, so they need
    their own deadline; `until` is the deadline of this caller. Raise
    `DeadlineExceeded`, or an error of the steps.
    """

    key: Hashable
    steps: Callable[[], Steps[T]]
    until: float

    def __iter__(self) -> Steps[T]:
        result: T = yield self
        return result
