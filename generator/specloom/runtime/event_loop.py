"""asyncio helpers: running event loop, cleanup at its end, waiting with a deadline."""

from __future__ import annotations

import builtins
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from .errors import ConfigError, DeadlineExceeded

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


def running_loop() -> AbstractEventLoop:
    """Return the running event loop; raise `ConfigError` if there is none."""
    from asyncio import get_running_loop

    try:
        return get_running_loop()
    except RuntimeError:
        raise ConfigError(
            "async clients need a running asyncio event loop; with another async library,"
            " such as trio, call the sync client in a thread"
        ) from None


def at_end_of_loop(
    close: Callable[[], Awaitable[None]],
) -> AsyncGenerator[None, None]:
    """Register a function to call when `asyncio.run` ends the running event loop.

    The registration lasts as long as the returned generator: of all objects that
    outlive its tasks, an event loop closes only async generators.
    """
    ending = _ending(close)
    with suppress(StopIteration):
        ending.asend(None).send(None)  # up to its `yield`
    return ending


async def _ending(close: Callable[[], Awaitable[None]]) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await close()


async def await_until(awaitable: Awaitable[object], until: float) -> object:
    """Return the result of an async user function; raise `DeadlineExceeded`."""
    import asyncio

    limit = asyncio.timeout(None if until == math.inf else until - time.monotonic())
    try:
        async with limit:
            return await awaitable
    except builtins.TimeoutError:
        if not limit.expired():
            raise  # raised by the function itself
    raise DeadlineExceeded("the deadline passed while waiting for an async function")
