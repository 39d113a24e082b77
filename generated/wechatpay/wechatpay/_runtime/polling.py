"""Polling: requests of a state until it is final."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import Any, Final, Generic, TypeGuard, TypeVar

from msgspec import Struct

from .call_flow import exchange
from .calls import Call, Endpoint, check_call
from .effects import Sleep, Steps
from .endpoint_metadata import Response
from .errors import ConfigError, DeadlineExceeded
from .response_paths import value_at
from .retry import retry_after
from .settings import Settings

T = TypeVar("T")

_GROWTH: Final = 1.5
"""Factor by which each pause is longer than the one before."""
_LONGEST: Final = 10.0
"""Maximum pause, as a multiple of the first."""
_MAX_TEXT: Final = 100
"""Characters of a state in a message."""


class Poll(Struct, frozen=True, kw_only=True):
    """How an endpoint is polled.

    The value at the path `until` (of wire names) is the state; those in `states` are
    final. The first pause is `every` seconds. `deadline` is the default total timeout
    of a wait in seconds.
    """

    until: str
    states: Sequence[str | int | bool]
    every: float
    deadline: float


class PolledCall(Call[T], Generic[T], frozen=True):
    """A call that tells a state, for `client.send(call)`; `client.wait(call)` polls."""


class PolledEndpoint(Endpoint[T], Generic[T]):
    """An endpoint that tells a state."""

    def __init__(self, *arguments: Any, poll: Poll, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.poll = poll

    def call(
        self, arguments: Struct | None = None, body: object = None
    ) -> PolledCall[T]:
        """Return a call with these arguments; raise `InvalidRequest`."""
        call = super().call(arguments, body)
        return PolledCall(call.endpoint, call.arguments, call.body, call.draft)


def is_polled(endpoint: Endpoint[Any]) -> TypeGuard[PolledEndpoint[Any]]:
    """Return whether an endpoint tells a state."""
    return isinstance(endpoint, PolledEndpoint)


def wait_steps(
    call: PolledCall[T], settings: Settings, deadline: float | None
) -> Steps[T]:
    """Steps that send a call until the state is final, and return the last response.

    Each request has the deadline and the retries of a single call, within the total
    `deadline` in seconds. Raise `DeadlineExceeded` with the last state as `detail`.
    """
    check_call(call)
    endpoint: Endpoint[Any] = call.endpoint
    if not is_polled(endpoint):
        raise ConfigError(f"{endpoint.name} tells no state; use client.send(call)")
    wait = _Wait(endpoint.poll, settings, deadline)
    last: Response[T] | None = None
    pause = endpoint.poll.every
    while True:
        left = wait.left()
        if left <= 0:
            raise wait.error(endpoint, last)
        within = settings.with_options(deadline=min(left, settings.deadline))
        try:
            last = yield from exchange(call, within)
        except DeadlineExceeded as error:
            if wait.left() > 0:
                raise
            raise wait.error(endpoint, last) from error
        if wait.is_over(last):
            return last.value
        seconds = wait.seconds(last, pause)
        if seconds is None:
            raise wait.error(endpoint, last)
        yield from Sleep(seconds)
        pause = min(pause * _GROWTH, endpoint.poll.every * _LONGEST)


class _Wait:
    """One wait: its deadline, and the states that end it."""

    def __init__(self, poll: Poll, settings: Settings, deadline: float | None) -> None:
        self._poll = poll
        self._settings = settings
        self._deadline = poll.deadline if deadline is None else _checked(deadline)
        self._end = settings.clock() + self._deadline

    def left(self) -> float:
        return self._end - self._settings.clock()

    def is_over(self, response: Response[Any]) -> bool:
        state = self._state(response)
        # 1 is not true, although it is equal to it in Python.
        return any(
            state == final and isinstance(state, bool) is isinstance(final, bool)
            for final in self._poll.states
        )

    def seconds(self, response: Response[Any], pause: float) -> float | None:
        """Return the seconds until the next request; None if too little time is left.

        The server may ask for a longer pause with Retry-After. The last request is one
        pause before the end, so that it has time.
        """
        left = self.left()
        requested = retry_after(response.headers, self._settings.wall_clock())
        if left <= max(requested, self._poll.every):
            return None
        return max(requested, min(pause, left - self._poll.every))

    def error(
        self, endpoint: Endpoint[Any], last: Response[Any] | None
    ) -> DeadlineExceeded:
        """Return the error of a wait that took too long, with the last state."""
        state = None if last is None else self._state(last)
        text = repr(state if isinstance(state, str | int | float) else None)
        shown = text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"
        error = DeadlineExceeded(
            f"`{self._poll.until}` is still {shown} after {self._deadline:g} s",
            outcome="unknown",
            detail=state,
            retry="later",
        )
        if last is not None:
            error.status, error.headers = last.status, last.headers
            error.content, error.request_id = last.content, last.request_id
        error.endpoint, error.idempotent = endpoint.name, True
        return error

    def _state(self, response: Response[Any]) -> Any:
        state = value_at(response.value, self._poll.until)
        return state.value if isinstance(state, Enum) else state


def _checked(deadline: object) -> float:
    if (
        isinstance(deadline, bool)
        or not isinstance(deadline, int | float)
        or not 0 < deadline < math.inf
    ):
        raise ConfigError("deadline: expected a positive number of seconds")
    return deadline
