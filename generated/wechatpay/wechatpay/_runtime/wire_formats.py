"""Wire formats: annotations of types whose JSON form differs from their Python form.

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
    """Conversion between a Python value and a JSON value."""

    @abstractmethod
    def decode(self, value: object, kind: object) -> object:
        """Return the Python value, of type `kind`; raise ValueError."""

    @abstractmethod
    def encode(self, value: object) -> object:
        """Return the JSON value; raise ValueError with what is required."""


class _Instant(Conversion):
    """Number of units since 1970-01-01T00:00:00Z; fractions are dropped."""

    def __init__(self, unit: timedelta) -> None:
        self._unit = unit

    def decode(self, value: object, kind: object) -> object:
        try:
            return _EPOCH + _times(value, self._unit)
        except OverflowError:
            raise ValueError("expected a smaller number") from None

    def encode(self, value: object) -> object:
        if not isinstance(value, datetime) or value.utcoffset() is None:
            raise ValueError("must be a datetime with a time zone")
        return (value - _EPOCH) // self._unit


class _Duration(Conversion):
    """Duration as a whole number of units."""

    def __init__(self, unit: timedelta, name: str) -> None:
        self._unit = unit
        self._name = name

    def decode(self, value: object, kind: object) -> object:
        return _times(value, self._unit)

    def encode(self, value: object) -> object:
        if not isinstance(value, timedelta) or value % self._unit:
            raise ValueError(f"must be a timedelta of whole {self._name}")
        return value // self._unit


class _Formatted(Conversion):
    """Date or time as text in a documented format."""

    def __init__(self, format: str) -> None:
        self._text = format

    @cached_property
    def _format(self) -> Format:
        return datetime_format(self._text)

    def decode(self, value: object, kind: object) -> object:
        if not isinstance(value, str):
            raise ValueError("expected a string")
        try:
            moment = self._format.decode(value)
        except ValueError:
            raise ValueError(f"expected a string like {self._text}") from None
        return moment if kind is datetime else moment.date()

    def encode(self, value: object) -> object:
        if isinstance(value, datetime):
            return self._format.encode(value)
        if not isinstance(value, date):
            raise ValueError("must be a date or a datetime")
        return self._format.encode_date(value)


def _times(count: object, unit: timedelta) -> timedelta:
    if isinstance(count, bool) or not isinstance(count, int | Decimal):
        raise ValueError("expected a number")
    try:
        # In whole microseconds, because a float would not be exact.
        return timedelta(microseconds=int(count * (unit // timedelta(microseconds=1))))
    except (OverflowError, ArithmeticError):
        raise ValueError("expected a smaller number") from None


def formatted(format: str) -> Meta:
    """Return the wire format of a date or datetime as text, such as `%Y%m%d`."""
    return Meta(extra={"wire": _Formatted(format)})


class Limits(Struct, frozen=True):
    """Limits of a Python value in a request.

    Lengths are in characters, bytes, items or entries; `gt` and `lt` are exclusive;
    `pattern` matches the whole text.
    """

    ge: float | Decimal | None = None
    gt: float | Decimal | None = None
    le: float | Decimal | None = None
    lt: float | Decimal | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


def limited(
    *,
    ge: float | str | None = None,
    gt: float | str | None = None,
    le: float | str | None = None,
    lt: float | str | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
) -> Meta:
    """Return `Limits` as metadata of a type; a str is an exact decimal.

    Limits apply to requests only, because servers relax them without notice. So they
    are hidden from msgspec, which would also check them in responses.
    """
    limits = Limits(
        _bound(ge), _bound(gt), _bound(le), _bound(lt), min_length, max_length, pattern
    )
    return Meta(extra={"limits": limits})


def _bound(bound: float | str | None) -> float | Decimal | None:
    return Decimal(bound) if isinstance(bound, str) else bound


UNIX: Final = Meta(extra={"wire": _Instant(timedelta(seconds=1))})
"""A datetime as seconds since 1970."""
UNIX_MS: Final = Meta(extra={"wire": _Instant(timedelta(milliseconds=1))})
"""A datetime as milliseconds since 1970."""
SECONDS: Final = Meta(extra={"wire": _Duration(timedelta(seconds=1), "seconds")})
"""A timedelta as a number of seconds."""
MILLISECONDS: Final = Meta(
    extra={"wire": _Duration(timedelta(milliseconds=1), "milliseconds")}
)
"""A timedelta as a number of milliseconds."""
JSON_TEXT: Final = Meta(extra={"json_text": True})
"""A value as a text of JSON."""
ENCRYPTED: Final = Meta(extra={"encrypted": True})
"""A text that is sent encrypted; its limits apply to the plaintext."""
SECRET: Final = Meta(extra={"secret": True})
"""A value that is never shown."""
