"""Documented formats of dates and times as text.

A format consists of `strptime` directives, with `%3f` for milliseconds and `%:z` for an
offset with a colon. Unlike in `strptime`, each directive accepts exactly the digits
that it writes, and names of days and months are English in every locale.

A format has a zone if it contains `%z` or `%:z`, the word `Z`, `UTC` or `GMT`, or an
offset such as `+08:00`. Its values then have a time zone; otherwise they have none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_CENTURY: Final = range(1969, 2069)
"""Years of `%y`."""

DIRECTIVE: Final = re.compile("%(:z|3f|.?)", re.DOTALL)
DIRECTIVES: Final[Mapping[str, str]] = {
    "Y": r"(?P<Y>\d{4})",
    "m": r"(?P<m>\d\d)",
    "d": r"(?P<d>\d\d)",
    "H": r"(?P<H>\d\d)",
    "M": r"(?P<M>\d\d)",
    "S": r"(?P<S>\d\d)",
    "f": r"(?P<f>\d{6})",
    "3f": r"(?P<f>\d{3})",
    "z": r"(?P<z>[+-]\d\d[0-5]\d|Z)",
    ":z": r"(?P<z>[+-]\d\d:[0-5]\d|Z)",
    "j": r"(?P<j>\d{3})",
    "y": r"(?P<y>\d\d)",
    "b": f"(?P<b>{'|'.join(_MONTHS)})",
    "a": f"(?P<a>{'|'.join(_DAYS)})",
    "%": "%",
}
"""Directives without their `%`, and the pattern of the text that each accepts."""

_ENCODED: Final[Mapping[str, Callable[[datetime], str]]] = {
    "Y": lambda moment: f"{moment.year:04}",
    "m": lambda moment: f"{moment.month:02}",
    "d": lambda moment: f"{moment.day:02}",
    "H": lambda moment: f"{moment.hour:02}",
    "M": lambda moment: f"{moment.minute:02}",
    "S": lambda moment: f"{moment.second:02}",
    "f": lambda moment: f"{moment.microsecond:06}",
    "3f": lambda moment: f"{moment.microsecond // 1000:03}",
    "z": lambda moment: _offset(moment, ""),
    ":z": lambda moment: _offset(moment, ":"),
    "j": lambda moment: f"{moment.timetuple().tm_yday:03}",
    "y": lambda moment: _short_year(moment),
    "b": lambda moment: _MONTHS[moment.month - 1],
    "a": lambda moment: _DAYS[moment.weekday()],
    "%": lambda moment: "%",
}
_OFFSET: Final = re.compile(r"([+-])([01]\d|2[0-3]):?([0-5]\d)(?!\d)", re.ASCII)
_UTC: Final = re.compile("(?<![A-Za-z])(?:Z|UTC|GMT)(?![A-Za-z])")

RFC2822: Final = "rfc2822"
"""Name of the format of dates in mails (RFC 2822); HTTP dates are accepted as well."""
_MAIL: Final = (
    f"(?:{DIRECTIVES['a']}, *)?(?P<d>\\d\\d?) +{DIRECTIVES['b']} +{DIRECTIVES['Y']} +"
    r"(?P<H>\d\d):(?P<M>\d\d)(?::(?P<S>\d\d))? +(?P<z>[+-]\d\d[0-5]\d|GMT|UTC?|Z)"
    r"(?: *\([^()]*\))?"
)


class Format:
    """Decoder and encoder of one format; an invalid format raises ValueError.

    `accepted` is the pattern of the texts to decode, if there are more than it encodes.
    """

    def __init__(self, text: str, accepted: str | None = None) -> None:
        self.text = text
        pieces = DIRECTIVE.split(text)
        self._literals, self._directives = pieces[::2], pieces[1::2]
        own = bool({"z", ":z"} & {*self._directives})
        self.zone = None if own else _literal_zone(self._literals)
        """Time zone named by the format."""
        self.zoned = own or self.zone is not None
        """True if values have a time zone."""
        pattern = accepted or re.escape(self._literals[0]) + "".join(
            DIRECTIVES[directive] + re.escape(literal)
            for directive, literal in zip(
                self._directives, self._literals[1:], strict=True
            )
        )
        try:
            self._pattern = re.compile(pattern, re.ASCII)
        except re.error:  # two groups have one name
            raise ValueError("duplicate directive") from None

    def decode(self, text: str) -> datetime:
        """Return the datetime of a text; raise ValueError."""
        match = self._pattern.fullmatch(text)
        if match is None:
            raise ValueError("not in this format")
        return _moment(match.groupdict(), self.zone)

    def encode(self, moment: datetime) -> str:
        """Return a datetime as text, in the zone of the format.

        Parts without a directive are left out. Raise ValueError with what is required.
        """
        if self.zoned and moment.utcoffset() is None:
            raise ValueError("must be a datetime with a time zone")
        if not self.zoned and moment.tzinfo is not None:
            raise ValueError(
                "must be a datetime without a time zone, in the local time of the service,"
                " because no time zone is sent"
            )
        try:
            local = moment if self.zone is None else moment.astimezone(self.zone)
        except OverflowError:
            raise ValueError("must be within the years 1 to 9999") from None
        text = self._literals[0]
        for directive, literal in zip(
            self._directives, self._literals[1:], strict=True
        ):
            text += _ENCODED[directive](local) + literal
        return text

    def encode_date(self, day: date) -> str:
        """Return a date as text; raise ValueError."""
        return self.encode(datetime.combine(day, time(), self.zone))


@lru_cache(maxsize=1000)
def datetime_format(text: str) -> Format:
    """Return the format with this text or name; raise ValueError."""
    if text == RFC2822:
        return Format("%a, %d %b %Y %H:%M:%S %z", _MAIL)
    return Format(text)


def _literal_zone(literals: list[str]) -> timezone | None:
    for literal in literals:
        if offset := _OFFSET.search(literal):
            return _zone(offset[1], offset[2], offset[3])
    return UTC if any(map(_UTC.search, literals)) else None


def _moment(parts: Mapping[str, str | None], zone: timezone | None) -> datetime:
    def number(name: str, absent: int) -> int:
        return int(parts.get(name) or absent)

    year = number("Y", 1900)
    if parts.get("y"):
        year = _CENTURY[0] + (number("y", 0) - _CENTURY[0]) % 100
    month = _MONTHS.index(parts["b"]) + 1 if parts.get("b") else number("m", 1)
    offset = parts.get("z")
    if offset:
        # Offsets are as long as `+0800`; words mean UTC.
        zone = (
            _zone(offset[0], offset[1:3], offset[-2:]) if offset[1:2].isdigit() else UTC
        )
    fraction = parts.get("f") or ""
    moment = datetime(
        year,
        month,
        number("d", 1),
        number("H", 0),
        number("M", 0),
        number("S", 0),
        int(fraction.ljust(6, "0")),
        zone,
    )
    if parts.get("j"):
        moment = moment.replace(month=1, day=1) + timedelta(days=number("j", 1) - 1)
        if moment.year != year:
            raise ValueError("no such day in this year")
    if parts.get("a") and _DAYS[moment.weekday()] != parts["a"]:
        raise ValueError("wrong day of the week")
    return moment


def _zone(sign: str, hours: str, minutes: str) -> timezone:
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)


def _offset(moment: datetime, colon: str) -> str:
    minutes, rest = divmod(moment.utcoffset() or timedelta(), timedelta(minutes=1))
    if rest:
        raise ValueError("must have a time zone of whole minutes")
    hours, minutes = divmod(abs(minutes), 60)
    sign = "-" if (moment.utcoffset() or timedelta()) < timedelta() else "+"
    return f"{sign}{hours:02}{colon}{minutes:02}"


def _short_year(moment: datetime) -> str:
    if moment.year not in _CENTURY:
        raise ValueError(f"must be within the years {_CENTURY[0]} to {_CENTURY[-1]}")
    return f"{moment.year % 100:02}"
