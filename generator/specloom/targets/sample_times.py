"""Sample date and time for types without an example, in any format."""

from __future__ import annotations

from datetime import UTC, datetime

from ..runtime.datetime_formats import datetime_format

SAMPLE_TIME = datetime(2025, 1, 1, 12, tzinfo=UTC)


def sample_datetime(format: str) -> str:
    """Return the sample time in a format."""
    format_ = datetime_format(format)
    return format_.encode(SAMPLE_TIME if format_.zoned else SAMPLE_TIME.replace(tzinfo=None))


def sample_date(format: str) -> str:
    """Return the date of the sample time in a format."""
    return datetime_format(format).encode_date(SAMPLE_TIME.date())
