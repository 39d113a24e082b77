"""Values that the client computes for absent arguments, before the first attempt.

A call keeps them, so that each attempt, and each `client.send` of the same call, sends
the same values.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4


def fill_uuid(value: str | None) -> str:
    """Return the value; without one, a random UUID."""
    return str(uuid4()) if value is None else value


def fill_now(value: datetime | None) -> datetime:
    """Return the value; without one, the current time in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0) if value is None else value
