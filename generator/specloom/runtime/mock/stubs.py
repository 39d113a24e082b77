"""Stub errors, stub responses and faults; invalid ones raise ValueError when they are set."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import msgspec

from . import Fault

FaultKind: TypeAlias = Literal[
    "delay",
    "reset",
    "truncate",
    "bad-signature",
    "no-signature",
    "probe",
    "clock-skew",
    "pace",
    "outage",
]
"""Kinds of faults:

- `delay`: the response is `seconds` late;
- `reset`: the connection is reset instead of a response, after the request was executed,
  or before it with `executed=False`;
- `truncate`: the connection is closed within the body;
- `bad-signature`, `no-signature`: the signature of the response is wrong, or missing;
- `probe`: the signature is wrong on purpose, with the prefix of a probe;
- `clock-skew`: the server's clock is `seconds` ahead in its responses;
- `pace`: the values of a stream arrive `seconds` apart;
- `outage`: the primary host is unreachable.
"""

FAULTS: Final[Mapping[FaultKind, Fault]] = {
    "delay": Fault(),  # `fault_of_kind` adds the seconds
    "reset": Fault(cut="reset"),
    "truncate": Fault(cut="truncate"),
    "bad-signature": Fault(signature="wrong"),
    "no-signature": Fault(signature="missing"),
    "probe": Fault(signature="probe"),
    "clock-skew": Fault(),  # as above
    "pace": Fault(),  # as above
    "outage": Fault(cut="refuse", executed=False),
}


EventFaultKind: TypeAlias = Literal[
    "bad-signature", "no-signature", "probe", "clock-skew"
]
"""Kinds of faults that an event can have."""

_CENTURY: Final = 100 * 365 * 86400.0


def checked_seconds(seconds: float, minimum: float = 0.0) -> float:
    """Return the seconds; raise ValueError below `minimum` or above a century."""
    if not minimum <= seconds <= _CENTURY:  # false for NaN, too
        raise ValueError(
            f"invalid seconds {seconds}; expected a number from {minimum:.0f} to"
            f" {_CENTURY:.0f}"
        )
    return seconds


def fault_of_kind(
    kind: FaultKind, seconds: float | None, executed: bool = True
) -> Fault:
    """Return a fault of this kind; raise ValueError if the arguments are invalid."""
    if kind not in FAULTS:
        raise ValueError(f"invalid fault {kind}; expected {', '.join(FAULTS)}")
    if kind == "reset" and not executed:
        return Fault(cut="reset", executed=False)
    if kind != "outage" and not executed:
        raise ValueError("executed=False is allowed for the fault reset only")
    if kind not in ("delay", "clock-skew", "pace"):
        return FAULTS[kind]
    if seconds is None:
        raise ValueError(f"missing seconds for the fault {kind}")
    if kind == "delay":
        return Fault(delay=checked_seconds(seconds))
    if kind == "pace":
        return Fault(pace=checked_seconds(seconds))
    return Fault(skew=checked_seconds(seconds, -_CENTURY))


@dataclass(frozen=True, slots=True)
class StubError:
    """Stub with an error response.

    `executed` says whether the service executes the request before the error.
    """

    code: str
    status: int | None = None
    message: str | None = None
    executed: bool = False

    def __post_init__(self) -> None:
        if self.status is not None and not (
            self.status == 200 or _is_within(self.status, 400, 599)
        ):
            raise ValueError(
                f"invalid status {self.status} of an error; expected 400 to 599, or 200"
            )


@dataclass(frozen=True, slots=True)
class StubResponse:
    """Stub with a response of the test."""

    status: int | None
    body: Any
    headers: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if self.status is not None and not _is_within(self.status, 200, 599):
            raise ValueError(f"invalid status {self.status}; expected 200 to 599")
        if self.status in _WITHOUT_BODY and self.body is not None:
            raise ValueError(
                f"a response with status {self.status} has no body; remove the body"
            )
        for name, value in self.headers:
            _check_header(name, value)
        _check_body(self.body)


Stub: TypeAlias = StubError | StubResponse

_WITHOUT_BODY: Final = frozenset({204, 205, 304})
"""Statuses of responses without a body (RFC 9110, 15)."""
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(r"[!-~\xa0-\xff](?:[ -~\t\xa0-\xff]*[!-~\xa0-\xff])?|")
_FRAMING: Final = frozenset(
    {"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"}
)


def _is_within(status: object, minimum: int, maximum: int) -> bool:
    return type(status) is int and minimum <= status <= maximum


def _check_header(name: object, value: object) -> None:
    """Raise ValueError for a name or value that no server can send (RFC 9110, 5)."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"invalid header name {name!r}; expected letters, digits and -_.!#$%&'*+^`|~"
        )
    if name.lower() in _FRAMING:
        raise ValueError(f"the header {name} is set by the mock; remove it")
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise ValueError(
            f"invalid value of the header {name}; expected one line of Latin-1 text"
            " without spaces around it"
        )


def _check_body(body: object) -> None:
    """Raise ValueError for a body that is not bytes, a model or JSON values."""
    if isinstance(body, bytes | msgspec.Struct):
        return
    try:
        values = msgspec.to_builtins(body, str_keys=True)
        json.dumps(values, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(
            f"invalid body; expected bytes, a model or JSON values: {error}"
        ) from None
