"""Stubs of a mock: errors, responses and faults that a test has set."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import RLock
from typing import Any

from ..calls import Endpoint
from ..endpoint_metadata import ErrorCode
from . import Fault, IncomingRequest
from .stubs import Failure, Kind, Stub, StubResponse, fault_of_kind


@dataclass(slots=True)
class _Plan:
    does: Failure | StubResponse | Fault
    endpoint: str | None
    times: int | None
    chance: float
    outage: bool = False


class Stubbing:
    """What a test has told a mock, and until when it holds.

    `endpoint` is a name such as `orders.query`; without, errors and answers are for all that
    the spec has, faults for all. `times` is how often
    it holds, for ever if it is left out; `chance` how likely it is each time, from 0 to 1.
    What was told last comes first; faults add up.
    """

    def __init__(
        self,
        endpoints: Iterable[Endpoint[Any]],
        own: Iterable[str],
        shared: tuple[ErrorCode, ...],
    ) -> None:
        self._endpoints = {one.name: one for one in endpoints}
        self._names = {*self._endpoints, *own}
        self._shared = shared
        self._plans: list[_Plan] = []
        self._random = random.Random()
        self.lock = RLock()
        """Held while a request changes anything that is remembered."""

    def fail(
        self,
        code: str | int,
        *,
        endpoint: str | None = None,
        status: int | None = None,
        message: str | None = None,
        executed: bool = False,
        times: int | None = None,
        chance: float = 1.0,
    ) -> None:
        """Answer with a documented error; or, if `status` is given, with any.

        Pages do not list all that can happen, so any documented code will do anywhere. The
        service has done nothing then, unless it is `executed`, as before an error of
        status 5xx.
        """
        code = str(code)
        if status is None and self.row(None, code) is None:
            raise ValueError(f"{code} is not documented; give a status with it")
        stub = Failure(code, status, message, executed)
        self._plan(stub, endpoint, times, chance)

    def reply(
        self,
        body: Any = None,
        *,
        endpoint: str | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
        chance: float = 1.0,
    ) -> None:
        """Answer with this: bytes, a model, or JSON values; None for nothing."""
        fields = tuple((headers or {}).items())
        self._plan(StubResponse(status, body, fields), endpoint, times, chance)

    def fault(
        self,
        kind: Kind,
        *,
        seconds: float | None = None,
        executed: bool = True,
        endpoint: str | None = None,
        times: int | None = None,
        chance: float = 1.0,
    ) -> None:
        """Let something go wrong on the way; see `Kind`."""
        fault = fault_of_kind(kind, seconds, executed)
        self._plan(fault, endpoint, times, chance, outage=kind == "outage")

    def clear(self) -> None:
        """Forget all errors, answers and faults that were asked for."""
        with self.lock:
            self._plans.clear()
            self.told()

    def seed(self, seed: int) -> None:
        """Make `chance` repeat itself from run to run."""
        self._random.seed(seed)

    @property
    def is_out(self) -> bool:
        """Whether the primary host is out for everybody, until it is told otherwise."""
        whole = (None, None, 1)
        return any(
            one.outage and (one.endpoint, one.times, one.chance) == whole
            for one in self._plans
        )

    def told(self) -> None:
        """Called when something was told, or all of it forgotten."""

    # --- what holds for one request ---------------------------------------------------

    def take_faults(self, name: str | None, incoming: IncomingRequest) -> Fault:
        """The faults for a request to an endpoint, which then have happened."""
        whole = Fault()
        for plan in self._taken(name, Fault, incoming):
            fault = plan.does
            assert isinstance(fault, Fault)
            whole = Fault(
                whole.delay + fault.delay,
                whole.cut or fault.cut,
                whole.executed and fault.executed,
                fault.signature if whole.signature == "right" else whole.signature,
                whole.skew + fault.skew,
            )
        return whole

    def take_answer(self, name: str | None, incoming: IncomingRequest) -> Stub | None:
        """The error or answer that was asked for, if one was."""
        for plan in self._taken(name, (Failure, StubResponse), incoming, only_one=True):
            assert not isinstance(plan.does, Fault)
            return plan.does
        return None

    def _taken(
        self,
        name: str | None,
        kind: type | tuple[type, ...],
        incoming: IncomingRequest,
        *,
        only_one: bool = False,
    ) -> list[_Plan]:
        taken: list[_Plan] = []
        if not self._plans:
            return taken
        with self.lock:
            for plan in reversed(self._plans):
                if not isinstance(plan.does, kind) or plan.endpoint not in (None, name):
                    continue
                if only_one and plan.endpoint is None and name not in self._endpoints:
                    continue
                if plan.outage and not incoming.primary:
                    continue
                if plan.chance < 1 and self._random.random() >= plan.chance:
                    continue
                if plan.times is not None:
                    plan.times -= 1
                taken.append(plan)
                if only_one:
                    break
            self._plans = [one for one in self._plans if one.times != 0]
        return taken

    def _plan(
        self,
        does: Failure | StubResponse | Fault,
        endpoint: str | None,
        times: int | None,
        chance: float,
        *,
        outage: bool = False,
    ) -> None:
        if endpoint is not None and endpoint not in self._names:
            names = ", ".join(sorted(self._names))
            raise ValueError(f"there is no endpoint {endpoint}; there are {names}")
        if not 0 <= chance <= 1:
            raise ValueError("chance: give a number from 0 to 1")
        if times is not None and (type(times) is not int or times < 1):
            raise ValueError("times: give a positive integer, or leave it out for ever")
        with self.lock:
            self._plans.append(_Plan(does, endpoint, times, chance, outage))
            self.told()

    def rows(self, endpoint: Endpoint[Any] | None) -> tuple[ErrorCode, ...]:
        """The documented errors of an endpoint, the most specific first."""
        return (*endpoint.errors, *self._shared) if endpoint else self._shared

    def every_row(self) -> Iterator[ErrorCode]:
        """All documented errors."""
        yield from self._shared
        for one in self._endpoints.values():
            yield from one.errors

    def row(self, endpoint: Endpoint[Any] | None, code: str) -> ErrorCode | None:
        """How an endpoint documents an error; else how another one does."""
        rows = (*self.rows(endpoint), *self.every_row())
        found = (row for row in rows if row.code == code)
        return next(found, None)
