"""Encoders of single values: texts, numbers, dates and times."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from .encode_errors import Encode, EncodeError, Encoder

_MAX_DIGITS: Final = sys.int_info.str_digits_check_threshold
"""Maximum number of digits of an integer; Python's limit above it is configurable."""
_MAX_BITS: Final = (10**_MAX_DIGITS - 1).bit_length() - 1


def _keep(value: object) -> object:
    return value


def encode_text(value: str) -> str:
    """Return the text as a plain str; raise `EncodeError` for a lone surrogate."""
    if not value.isascii() and not is_encodable(value):
        raise EncodeError("must not contain a lone surrogate")
    return value if type(value) is str else str.__str__(value)


def is_encodable(text: str) -> bool:
    """Return whether a text has no lone surrogate."""
    # A separate function, so that the exception, which quotes the text, is no context.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _integer(value: int) -> int:
    if value.bit_length() > _MAX_BITS:
        raise EncodeError(f"must have at most {_MAX_DIGITS} digits")
    return int(value)


def _float(value: Any) -> object:
    if not isinstance(value, float):
        return _integer(value)
    if not math.isfinite(value):
        raise EncodeError("must be a finite number")
    return value


def _decimal(value: Decimal | int) -> object:
    if not isinstance(value, Decimal):
        return _integer(value)
    if not value.is_finite():
        raise EncodeError("must be a finite number")
    return value


def _moment(value: datetime) -> object:
    if value.utcoffset() is None:
        raise EncodeError("must be a datetime with a time zone")
    return value


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_float(value: object) -> bool:
    return isinstance(value, float) or _is_integer(value)


def _is_decimal(value: object) -> bool:
    return isinstance(value, Decimal) or _is_integer(value)


def _is_date(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def instance_encoder(
    kind: type, encode: Encode = _keep, name: str | None = None
) -> Encoder:
    """Return an encoder of the instances of a class."""

    def accepts(value: object) -> bool:
        return isinstance(value, kind)

    return Encoder(accepts, encode, name or kind.__name__)


SCALARS: Final[Mapping[object, Encoder]] = {
    str: instance_encoder(str, encode_text),
    bool: instance_encoder(bool),
    type(None): instance_encoder(type(None), name="None"),
    int: Encoder(_is_integer, _integer, "int"),
    float: Encoder(_is_float, _float, "float"),
    Decimal: Encoder(_is_decimal, _decimal, "Decimal"),
    datetime: instance_encoder(datetime, _moment),
    date: Encoder(_is_date, _keep, "date"),
    time: instance_encoder(time),
    timedelta: instance_encoder(timedelta),
    bytes: instance_encoder(bytes),
    UUID: instance_encoder(UUID),
    # Never sent: the encoder of the object leaves it out.
    msgspec.UnsetType: instance_encoder(msgspec.UnsetType, name="UNSET"),
}
"""Encoders of single values by type."""
