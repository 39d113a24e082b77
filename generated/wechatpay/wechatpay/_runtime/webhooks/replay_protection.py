"""Replay protection: stores that remember received deliveries."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable
from typing import Protocol


class ReplayStore(Protocol):
    """Store of received deliveries; with several processes, use one that they share."""

    def add(self, key: str, seconds: int) -> bool | Awaitable[bool]:
        """Store the key for so many seconds, and return whether it is new.

        This must be atomic: of two calls with one key, only one returns True. With Redis it
        is `bool(redis.set(key, 1, nx=True, ex=seconds))`. Async only in async clients.
        """
        ...


class ReplayMemory:
    """In-memory store of this process; keeps the newest `max_entries` deliveries.

    Only verified deliveries are added, so forged ones cannot displace them. There is no
    lock, which a fork could leave locked: each step is atomic.
    """

    def __init__(self, max_entries: int = 100_000) -> None:
        self._max_entries = max_entries
        self._expiry: dict[str, float] = {}
        self._order: deque[tuple[float, str]] = deque()

    def add(self, key: str, seconds: int) -> bool:
        now = time.monotonic()
        self._remove_expired(now)
        expiry = now + seconds
        if self._expiry.setdefault(key, expiry) is not expiry:
            return False
        self._order.append((expiry, key))
        return True

    def _remove_expired(self, now: float) -> None:
        while True:
            try:
                expiry, key = self._order.popleft()
            except IndexError:
                return
            if expiry > now and len(self._expiry) < self._max_entries:
                self._order.appendleft((expiry, key))
                return
            self._expiry.pop(key, None)
