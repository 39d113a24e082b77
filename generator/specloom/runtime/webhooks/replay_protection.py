"""Which deliveries have come already."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable
from typing import Protocol


class ReplayStore(Protocol):
    """Remembers deliveries. Give one that all processes share, where there are several."""

    def add(self, key: str, seconds: int) -> bool | Awaitable[bool]:
        """Remember the key for so many seconds; whether it was not there yet.

        Both in one step: of two who add a key at once, one gets True. With Redis this is
        `bool(redis.set(key, 1, nx=True, ex=seconds))`. Async only in async clients.
        """
        ...


class ReplayMemory:
    """Remembers in this process, the last ones if there are more than `most`.

    Only deliveries that are proved come here, so nobody else can crowd them out. There is
    no lock, which a fork could leave closed: each step is atomic.
    """

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._ends: dict[str, float] = {}
        self._order: deque[tuple[float, str]] = deque()

    def add(self, key: str, seconds: int) -> bool:
        now = time.monotonic()
        self._forget(now)
        end = now + seconds
        if self._ends.setdefault(key, end) is not end:
            return False
        self._order.append((end, key))
        return True

    def _forget(self, now: float) -> None:
        while True:
            try:
                end, key = self._order.popleft()
            except IndexError:
                return
            if end > now and len(self._ends) < self._most:
                self._order.appendleft((end, key))
                return
            self._ends.pop(key, None)
