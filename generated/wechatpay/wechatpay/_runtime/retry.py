"""When a request may be sent again, after how long, and how often in all."""

from __future__ import annotations

import re
from collections import deque
from datetime import UTC
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Final

from .endpoint_metadata import Idempotency
from .errors import Error
from .headers import Headers

FIRST_BACKOFF: Final = 0.5
MAX_BACKOFF: Final = 8.0

MAX_PERMITS: Final = 10
CALLS_PER_PERMIT: Final = 10
SECONDS_PER_PERMIT: Final = 10.0


def may_retry(idempotency: Idempotency, error: Error) -> bool:
    """Whether a request that failed so may be sent again, as it was.

    It may if it never reached the server, or if a repetition does no harm. Else only if
    the server refused it for the moment: `later`, as with 429, or a status from 500 on that
    is documented as not processed, for by default its outcome is unknown.
    """
    if error.retry in ("never", "token"):
        return False
    if error.outcome == "not_sent" or idempotency != "none":
        return True
    for_now = error.retry == "later" or (error.status or 0) >= 500
    return error.outcome == "rejected" and for_now


def backoff(attempts: int, chance: float) -> float:
    """Seconds to wait after so many attempts: anything up to a bound that doubles.

    `chance` is a random number from 0 to 1, so that callers who failed together do not
    come back together ("full jitter").
    """
    return chance * min(MAX_BACKOFF, FIRST_BACKOFF * 2.0 ** (attempts - 1))


def retry_after(headers: Headers, now: float) -> float:
    """Seconds that the server asks to wait (RFC 9110, 10.2.3); 0 if it does not say.

    `now` is in seconds since 1970. What is neither a number of seconds nor a date counts
    as nothing.
    """
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(date.timestamp() - now, 0.0)
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0


class Budget:
    """How many repetitions a client may still send; all its calls share it.

    Each takes a permit. There are ten at first; every tenth call and every ten seconds
    bring one back. So when a server is down for all, its clients do not double its load.
    There are no locks, which a fork could leave closed: a deque's steps are atomic.
    """

    def __init__(self) -> None:
        self._permits = deque([None] * MAX_PERMITS, MAX_PERMITS)
        self._calls = count(1)
        self._since: float | None = None

    def earn(self) -> None:
        """To be told of each call."""
        if next(self._calls) % CALLS_PER_PERMIT == 0:
            self._permits.append(None)

    def spend(self, now: float) -> bool:
        """Take a permit, if there is one."""
        if self._since is None:
            self._since = now
        earned = (now - self._since) // SECONDS_PER_PERMIT
        if earned >= 1:
            self._since += earned * SECONDS_PER_PERMIT
            self._permits.extend([None] * int(min(earned, MAX_PERMITS)))
        try:
            self._permits.pop()
        except IndexError:
            return False
        return True
