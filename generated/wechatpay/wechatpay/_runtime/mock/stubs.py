"""Stubs of a mock: errors, responses and faults that a test asks for, checked when it does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import msgspec

from . import Fault

Kind: TypeAlias = Literal[
    "delay",
    "reset",
    "truncate",
    "bad-signature",
    "no-signature",
    "probe",
    "clock-skew",
    "outage",
]
"""What may go wrong on the way:

- `delay`: the answer comes `seconds` late;
- `reset`: the connection is reset instead of an answer, after the request was executed,
  or before it with `executed=False`;
- `truncate`: the connection ends in the middle of the body;
- `bad-signature`, `no-signature`: the answer's signature is wrong, or missing;
- `probe`: the signature is wrong on purpose, with the prefix that says so;
- `clock-skew`: the server's clock is `seconds` ahead in its answers;
- `outage`: the primary host cannot be reached.
"""

FAULTS: Final[Mapping[Kind, Fault]] = {
    "delay": Fault(),  # and so many seconds
    "reset": Fault(cut="reset"),
    "truncate": Fault(cut="truncate"),
    "bad-signature": Fault(signature="wrong"),
    "no-signature": Fault(signature="missing"),
    "probe": Fault(signature="probe"),
    "clock-skew": Fault(),  # …
    "outage": Fault(cut="refuse", executed=False),
}


EventKind: TypeAlias = Literal["bad-signature", "no-signature", "probe", "clock-skew"]
"""What of that may go wrong with an event."""

_CENTURY: Final = 100 * 365 * 86400.0


def checked_seconds(seconds: float, least: float = 0.0) -> float:
    """These seconds, if they are neither too few, nor more than a century; else
    ValueError."""
    if not least <= seconds <= _CENTURY:  # nor is NaN
        raise ValueError(f"seconds: give a number from {least:.0f} to {_CENTURY:.0f}")
    return seconds


def fault_of_kind(kind: Kind, seconds: float | None, executed: bool = True) -> Fault:
    """What is done to an answer by a fault of this kind; else ValueError."""
    if kind not in FAULTS:
        raise ValueError(f"there is no fault {kind}; use one of {', '.join(FAULTS)}")
    if kind == "reset" and not executed:
        return Fault(cut="reset", executed=False)
    if kind != "outage" and not executed:
        raise ValueError("executed: only a reset can come before the execution")
    if kind not in ("delay", "clock-skew"):
        return FAULTS[kind]
    if seconds is None:
        raise ValueError(f"seconds: say how many, for a {kind}")
    if kind == "delay":
        return Fault(delay=checked_seconds(seconds))
    return Fault(skew=checked_seconds(seconds, -_CENTURY))


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of the documentation; `executed`: the service does its work all the same."""

    code: str
    status: int | None = None
    message: str | None = None
    executed: bool = False

    def __post_init__(self) -> None:
        if self.status is not None and not (
            self.status == 200 or _is_within(self.status, 400, 599)
        ):
            raise ValueError("status: give an error's, from 400 to 599, or 200")


@dataclass(frozen=True, slots=True)
class StubResponse:
    """An answer that a test has given."""

    status: int | None
    body: Any
    headers: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if self.status is not None and not _is_within(self.status, 200, 599):
            raise ValueError("status: give a response's, from 200 to 599")
        if self.status in BODILESS and self.body is not None:
            raise ValueError(
                f"body: a response of status {self.status} has none; leave it out"
            )
        for name, value in self.headers:
            _check_header(name, value)
        _check_body(self.body)


Stub: TypeAlias = Failure | StubResponse

BODILESS: Final = frozenset({204, 205, 304})
"""Statuses of responses without a body (RFC 9110, 15)."""
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[!-~\xa0-\xff](?:[ -~\t\xa0-\xff]*[!-~\xa0-\xff])?|")
_FRAMING: Final = frozenset(
    {"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"}
)


def _is_within(status: object, least: int, most: int) -> bool:
    return type(status) is int and least <= status <= most


def _check_header(name: object, value: object) -> None:
    """A name and a value that a server can send (RFC 9110, 5); else ValueError."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"headers: {name!r} is not a name; it has letters, digits and -_.!#$%&'*+^`|~"
        )
    if name.lower() in _FRAMING:
        raise ValueError(f"headers: {name} is written by the mock; leave it out")
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise ValueError(
            f"headers: the value of {name} must be one line of Latin-1 text, without"
            " spaces at its ends"
        )


def _check_body(body: object) -> None:
    """Bytes, a model, or values that JSON has; else ValueError."""
    if isinstance(body, bytes | msgspec.Struct):
        return
    try:
        values = msgspec.to_builtins(body, str_keys=True)
        json.dumps(values, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"body: give bytes, a model or JSON values; {error}") from None
