"""What async clients need of asyncio: its running event loop, its end, an end to waiting."""

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
    """The event loop that runs this; fails with `ConfigError` if asyncio runs none."""
    from asyncio import get_running_loop

    try:
        return get_running_loop()
    except RuntimeError:
        raise ConfigError(
            "an async client needs asyncio, whose event loop is not running here; under"
            " another library, such as trio, call the sync client in a thread"
        ) from None


def at_end_of_loop(
    close: Callable[[], Awaitable[None]],
) -> AsyncGenerator[None, None]:
    """Call this when the event loop that runs now ends, as `asyncio.run` ends it.

    It holds for as long as what is returned is kept: an event loop ends the asynchronous
    generators that it has begun, and nothing else that outlives its tasks.
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
    """What an async function of the user's gives, if it does so in time."""
    import asyncio

    limit = asyncio.timeout(None if until == math.inf else until - time.monotonic())
    try:
        async with limit:
            return await awaitable
    except builtins.TimeoutError:
        if not limit.expired():
            raise  # its own
    raise DeadlineExceeded("the deadline passed while waiting for an async function")
