"""Writing single values: texts, numbers, times."""

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

_MOST_DIGITS: Final = sys.int_info.str_digits_check_threshold
"""Of an integer; Python writes longer ones only if its limit is not set lower."""
_MOST_BITS: Final = (10**_MOST_DIGITS - 1).bit_length() - 1


def _same(value: object) -> object:
    return value


def encode_text(value: str) -> str:
    """The text, if it can be encoded."""
    if not value.isascii() and not is_encodable(value):
        raise EncodeError("has half of a surrogate pair, which is no character")
    return value if type(value) is str else str.__str__(value)


def is_encodable(text: str) -> bool:
    """Whether a text has no half of a surrogate pair."""
    # A function of its own, for the error quotes the text: none may be raised beside it.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _integer(value: int) -> int:
    if value.bit_length() > _MOST_BITS:
        raise EncodeError(f"must have at most {_MOST_DIGITS} digits")
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
    kind: type, encode: Encode = _same, name: str | None = None
) -> Encoder:
    """How to write the instances of a class."""

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
    date: Encoder(_is_date, _same, "date"),
    time: instance_encoder(time),
    timedelta: instance_encoder(timedelta),
    bytes: instance_encoder(bytes),
    UUID: instance_encoder(UUID),
    # Never sent: the object that holds it leaves it out.
    msgspec.UnsetType: instance_encoder(msgspec.UnsetType, name="UNSET"),
}
"""How to write values that hold no others, by their type."""
