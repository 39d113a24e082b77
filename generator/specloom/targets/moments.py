"""The moment that is shown where a spec gives no example, in any format."""

from __future__ import annotations

from datetime import UTC, datetime

from ..runtime.datetime_formats import datetime_format

MOMENT = datetime(2025, 1, 1, 12, tzinfo=UTC)


def moment(format: str) -> str:
    """The moment in a format."""
    format_ = datetime_format(format)
    return format_.encode(MOMENT if format_.zoned else MOMENT.replace(tzinfo=None))


def day(format: str) -> str:
    """Its date in a format."""
    return datetime_format(format).encode_date(MOMENT.date())
