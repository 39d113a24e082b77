"""What an exchange asks its driver to do.

Each action is yielded to a driver, which does it and sends the result back in, or throws
an error in. `yield from action` gives that result its type.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from .messages import Reply, Request

T = TypeVar("T")
Action: TypeAlias = "Send | Sleep | Once[Any] | Ask[Any]"
Steps: TypeAlias = Generator[Action, Any, T]

MEGABYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request; the result is its answer, read whole.

    Fails with `ConnectError`, `TimeoutError` or `ProtocolError`. `until` is a time of the
    monotonic clock, `limit` the most bytes an answer may have after decompression.
    """

    request: Request
    until: float
    limit: int = 8 * MEGABYTES

    def __iter__(self) -> Steps[Reply]:
        reply: Reply = yield self
        return reply


@dataclass(frozen=True, slots=True)
class Sleep:
    """Do nothing for this many seconds."""

    seconds: float

    def __iter__(self) -> Steps[None]:
        yield self


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """Call a function of the user's, plain or async; the result is what it returns."""

    function: Callable[[], T | Awaitable[T]]

    def __iter__(self) -> Steps[T]:
        answer: T = yield self
        return answer


@dataclass(frozen=True, slots=True)
class Once(Generic[T]):
    """Run steps once for all who ask for the same `key` meanwhile; all get the result.

    The steps go on when those who asked first give up, so they need a deadline of their
    own; `until` is how long this one waits. Fails with `TimeoutError`, or as the steps do.
    """

    key: Hashable
    steps: Callable[[], Steps[T]]
    until: float

    def __iter__(self) -> Steps[T]:
        result: T = yield self
        return result
