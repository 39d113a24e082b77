"""Retry policy: which requests are retried, after what delay, within what budget."""

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
    """Return whether a request that failed with this error may be retried unchanged.

    It may if it never reached the server, or if it is idempotent. Otherwise only if the
    server rejected it temporarily: with `later`, as for 429, or with a status from 500
    on that is documented as not processed, because otherwise the outcome would be
    unknown.
    """
    if error.retry in ("never", "token"):
        return False
    if error.outcome == "not_sent" or idempotency != "none":
        return True
    is_temporary = error.retry == "later" or (error.status or 0) >= 500
    return error.outcome == "rejected" and is_temporary


def backoff(attempts: int, chance: float) -> float:
    """Return the backoff in seconds after a number of attempts; its maximum doubles.

    `chance` is a random number from 0 to 1, so that callers that failed together do not
    retry together ("full jitter").
    """
    return chance * min(MAX_BACKOFF, FIRST_BACKOFF * 2.0 ** (attempts - 1))


def retry_after(headers: Headers, now: float) -> float:
    """Return the seconds of the Retry-After header (RFC 9110, 10.2.3); 0 without one.

    `now` is in seconds since 1970. An invalid value counts as 0.
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
    """Retry budget of a client; all its calls share it.

    A retry takes a permit. There are ten at first; every tenth call and every ten
    seconds add one. So clients do not multiply the load of a server that fails for all.
    There are no locks, which a fork could leave locked: the operations of a deque are
    atomic.
    """

    def __init__(self) -> None:
        self._permits = deque([None] * MAX_PERMITS, MAX_PERMITS)
        self._calls = count(1)
        self._since: float | None = None

    def earn(self) -> None:
        """Count a call; each tenth adds a permit."""
        if next(self._calls) % CALLS_PER_PERMIT == 0:
            self._permits.append(None)

    def spend(self, now: float) -> bool:
        """Take a permit; return whether there was one."""
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
