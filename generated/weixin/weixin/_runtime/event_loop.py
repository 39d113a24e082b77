"""What async clients need of asyncio: its running event loop, and an end to waiting."""

from __future__ import annotations

import builtins
import math
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from .errors import ConfigError, TimeoutError

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


async def bounded(awaitable: Awaitable[object], until: float) -> object:
    """What an async function of the user's gives, if it does so in time."""
    import asyncio

    limit = asyncio.timeout(None if until == math.inf else until - time.monotonic())
    try:
        async with limit:
            return await awaitable
    except builtins.TimeoutError:
        if not limit.expired():
            raise  # its own
    raise TimeoutError("the deadline passed while waiting for an async function")
