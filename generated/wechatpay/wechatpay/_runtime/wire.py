"""Values that look different on the wire, as marks on a type.

`Annotated[datetime, UNIX]` is a datetime in Python and a number in JSON.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final

from msgspec import Meta, Struct

from .datetime_formats import Format, datetime_format

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Conversion(ABC):
    """How a value of Python becomes a JSON value, and back."""

    @abstractmethod
    def read(self, value: object, kind: object) -> object:
        """The value that this JSON value stands for, of type `kind`; else ValueError."""

    @abstractmethod
    def write(self, value: object) -> object:
        """The JSON value for this value; else ValueError, whose text says what is needed."""


class _Instant(Conversion):
    """A count of units since 1970-01-01T00:00:00Z; fractions of it are dropped."""

    def __init__(self, unit: timedelta) -> None:
        self._unit = unit

    def read(self, value: object, kind: object) -> object:
        try:
            return _EPOCH + _times(value, self._unit)
        except OverflowError:
            raise ValueError("expected a smaller number") from None

    def write(self, value: object) -> object:
        if not isinstance(value, datetime) or value.utcoffset() is None:
            raise ValueError("must be a datetime with a time zone")
        return (value - _EPOCH) // self._unit


class _Span(Conversion):
    """A whole number of units."""

    def __init__(self, unit: timedelta, name: str) -> None:
        self._unit = unit
        self._name = name

    def read(self, value: object, kind: object) -> object:
        return _times(value, self._unit)

    def write(self, value: object) -> object:
        if not isinstance(value, timedelta) or value % self._unit:
            raise ValueError(f"must be a timedelta of whole {self._name}")
        return value // self._unit


class _Formatted(Conversion):
    """A text in a documented format."""

    def __init__(self, format: str) -> None:
        self._text = format

    @cached_property
    def _format(self) -> Format:
        return datetime_format(self._text)

    def read(self, value: object, kind: object) -> object:
        if not isinstance(value, str):
            raise ValueError("expected a text")
        try:
            moment = self._format.decode(value)
        except ValueError:
            raise ValueError(f"expected a text like {self._text}") from None
        return moment if kind is datetime else moment.date()

    def write(self, value: object) -> object:
        if isinstance(value, datetime):
            return self._format.encode(value)
        if not isinstance(value, date):
            raise ValueError("must be a date or a datetime")
        return self._format.encode_date(value)


def _times(count: object, unit: timedelta) -> timedelta:
    if isinstance(count, bool) or not isinstance(count, int | Decimal):
        raise ValueError("expected a number")
    try:
        # In whole microseconds: a float would not be exact.
        return timedelta(microseconds=int(count * (unit // timedelta(microseconds=1))))
    except (OverflowError, ArithmeticError):
        raise ValueError("expected a smaller number") from None


def formatted(format: str) -> Meta:
    """A date or datetime as text in a format such as `%Y%m%d`; see `datetime_formats`."""
    return Meta(extra={"wire": _Formatted(format)})


class Between(Struct, frozen=True):
    """Ends of a range that `Meta` cannot hold: of decimals, and of integers beyond 64 bits."""

    ge: Decimal | None = None
    gt: Decimal | None = None
    le: Decimal | None = None
    lt: Decimal | None = None


def between(
    *,
    ge: str | None = None,
    gt: str | None = None,
    le: str | None = None,
    lt: str | None = None,
) -> Meta:
    """A number within exact ends, each a decimal literal; `gt` and `lt` exclude the end."""
    ends = [None if end is None else Decimal(end) for end in (ge, gt, le, lt)]
    return Meta(extra={"between": Between(*ends)})


UNIX: Final = Meta(extra={"wire": _Instant(timedelta(seconds=1))})
"""A datetime as seconds since 1970."""
UNIX_MS: Final = Meta(extra={"wire": _Instant(timedelta(milliseconds=1))})
"""A datetime as milliseconds since 1970."""
SECONDS: Final = Meta(extra={"wire": _Span(timedelta(seconds=1), "seconds")})
"""A timedelta as a number of seconds."""
MILLISECONDS: Final = Meta(
    extra={"wire": _Span(timedelta(milliseconds=1), "milliseconds")}
)
"""A timedelta as a number of milliseconds."""
JSON_TEXT: Final = Meta(extra={"json_text": True})
"""A value as a text that holds its JSON."""
ENCRYPTED: Final = Meta(extra={"encrypted": True})
"""A text that only cipher text of travels; limits beside it mean the plain text."""
SECRET: Final = Meta(extra={"secret": True})
"""A value that is never shown."""
