"""Date and time examples: checks that a text is a date, time or duration of the documented format."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TypeAlias

from .. import model
from ..runtime.datetime_formats import datetime_format

Time: TypeAlias = model.DateTime | model.Date | model.Duration

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DURATION = re.compile(
    r"P(?=.)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)", re.ASCII
)


def is_valid(text: str, type_: Time) -> bool:
    """Return whether a text is a value of this type."""
    try:
        match type_:
            case model.Duration():
                return _DURATION.fullmatch(text) is not None
            case model.DateTime(format=None):
                datetime.fromisoformat(text.upper())
                return _RFC3339.fullmatch(text) is not None
            case model.Date(format=None):
                date.fromisoformat(text)
                return len(text) == len("2025-09-03")
            case model.DateTime() | model.Date():
                datetime_format(type_.format).decode(text)
                return True
    except ValueError:
        return False


def expected(type_: Time) -> str:
    """Return a description of the expected text, for a sentence."""
    match type_:
        case model.Duration():
            return "an ISO 8601 duration such as PT1H30M"
        case model.DateTime(format=None):
            return "an RFC 3339 time with offset such as 2025-09-03T10:00:00+08:00"
        case model.Date(format=None):
            return "a date such as 2025-09-03"
        case model.DateTime(format="rfc2822"):
            return "an RFC 2822 time such as Wed, 03 Sep 2025 10:00:00 +0800"
        case model.DateTime() | model.Date():
            return f"a time in the format {type_.format}"
