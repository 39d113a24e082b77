"""Registry of the stubs of a mock: errors, responses and faults that a test has set."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import RLock
from typing import Any

from ..calls import Endpoint
from ..endpoint_metadata import ErrorCode
from ..undocumented import UndocumentedEndpoint
from . import Fault, IncomingRequest
from .stubs import FaultKind, Stub, StubError, StubResponse, fault_of_kind


@dataclass(slots=True)
class _Entry:
    stub: StubError | StubResponse | Fault
    endpoint: str | None
    times: int | None
    chance: float
    outage: bool = False


class StubRegistry:
    """Stubs of a mock, and the documented errors that they use.

    `endpoint` is a name such as `orders.query`, or method and path of an endpoint that the
    spec lacks, such as `GET /orders/{id}/notes`. Without it, errors and responses apply to
    all endpoints of the spec, and faults to all requests. `times` is the number of requests
    that a stub applies to, by default all; `chance` is its probability, from 0 to 1. Newer
    stubs take precedence; faults add up.
    """

    def __init__(
        self,
        endpoints: Iterable[Endpoint[Any]],
        scheme_endpoints: Iterable[str],
        shared: tuple[ErrorCode, ...],
    ) -> None:
        self._endpoints = {each.name: each for each in endpoints}
        self._names = {*self._endpoints, *scheme_endpoints}
        self._shared = shared
        self._entries: list[_Entry] = []
        self._random = random.Random()
        self.lock = RLock()
        """Held while a request changes the state of the mock."""

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
        """Respond with a documented error, or with any error if `status` is given.

        Any documented code is allowed at any endpoint, because documentation pages are
        incomplete. The request is not executed, unless `executed` is true, as it may be
        before an error of status 5xx.
        """
        code = str(code)
        if status is None and self.find_error(None, code) is None:
            raise ValueError(f"undocumented code {code}; pass status= with it")
        stub = StubError(code, status, message, executed)
        self._add(stub, endpoint, times, chance)

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
        """Respond with this body: bytes, a model or JSON values; None for no body."""
        header_items = tuple((headers or {}).items())
        self._add(StubResponse(status, body, header_items), endpoint, times, chance)

    def fault(
        self,
        kind: FaultKind,
        *,
        seconds: float | None = None,
        executed: bool = True,
        endpoint: str | None = None,
        times: int | None = None,
        chance: float = 1.0,
    ) -> None:
        """Add a fault; `FaultKind` describes the kinds."""
        fault = fault_of_kind(kind, seconds, executed)
        self._add(fault, endpoint, times, chance, outage=kind == "outage")

    def clear(self) -> None:
        """Remove all stubs and faults."""
        with self.lock:
            self._entries.clear()
            self.stubs_changed()

    def seed(self, seed: int) -> None:
        """Make the decisions of `chance` the same in every run."""
        self._random.seed(seed)

    @property
    def has_outage(self) -> bool:
        """True if the primary host is down for all requests until `clear`."""
        all_requests = (None, None, 1)
        return any(
            entry.outage and (entry.endpoint, entry.times, entry.chance) == all_requests
            for entry in self._entries
        )

    def stubs_changed(self) -> None:
        """Called after stubs were added or removed."""

    # --- stubs of one request ---------------------------------------------------------

    def next_fault(self, name: str | None, incoming: IncomingRequest) -> Fault:
        """Return the sum of the faults that apply to a request, and count them."""
        total = Fault()
        for entry in self._use(name, Fault, incoming):
            fault = entry.stub
            assert isinstance(fault, Fault)
            total = Fault(
                total.delay + fault.delay,
                total.cut or fault.cut,
                total.executed and fault.executed,
                fault.signature if total.signature == "right" else total.signature,
                total.skew + fault.skew,
                total.pace + fault.pace,
            )
        return total

    def next_stub(self, name: str | None, incoming: IncomingRequest) -> Stub | None:
        """Return the stub error or response that applies to a request, and count it."""
        types = (StubError, StubResponse)
        for entry in self._use(name, types, incoming, only_one=True):
            assert not isinstance(entry.stub, Fault)
            return entry.stub
        return None

    def _use(
        self,
        name: str | None,
        types: type | tuple[type, ...],
        incoming: IncomingRequest,
        *,
        only_one: bool = False,
    ) -> list[_Entry]:
        used: list[_Entry] = []
        if not self._entries:
            return used
        with self.lock:
            for entry in reversed(self._entries):
                if not isinstance(entry.stub, types):
                    continue
                if entry.endpoint not in (None, name):
                    continue
                if only_one and entry.endpoint is None and name not in self._endpoints:
                    continue
                if entry.outage and not incoming.primary:
                    continue
                if entry.chance < 1 and self._random.random() >= entry.chance:
                    continue
                if entry.times is not None:
                    entry.times -= 1
                used.append(entry)
                if only_one:
                    break
            self._entries = [entry for entry in self._entries if entry.times != 0]
        return used

    def _add(
        self,
        stub: StubError | StubResponse | Fault,
        endpoint: str | None,
        times: int | None,
        chance: float,
        *,
        outage: bool = False,
    ) -> None:
        if endpoint is not None and endpoint not in self._names:
            self.add_undocumented(endpoint)
        if not 0 <= chance <= 1:
            raise ValueError(f"invalid chance {chance}; expected a number from 0 to 1")
        if times is not None and (type(times) is not int or times < 1):
            raise ValueError(f"invalid times {times}; expected a positive integer")
        with self.lock:
            self._entries.append(_Entry(stub, endpoint, times, chance, outage))
            self.stubs_changed()

    def add_undocumented(self, name: str) -> None:
        """Add an endpoint that the spec lacks, by its name; raise ValueError."""
        method, _, path = name.partition(" ")
        if not (method.isascii() and method.isupper() and path.startswith("/")):
            names = ", ".join(sorted(self._names))
            raise ValueError(
                f"unknown endpoint {name}; expected one of {names}, or method and path of"
                " an endpoint that the spec lacks"
            )
        endpoint = UndocumentedEndpoint(method, path)
        self.add_route(endpoint)
        self._endpoints[name] = endpoint
        self._names.add(name)

    def add_route(self, endpoint: UndocumentedEndpoint) -> None:
        """Route requests to an endpoint; raise ValueError if a documented one has them."""

    # --- documented errors ------------------------------------------------------------

    def errors_of(self, endpoint: Endpoint[Any] | None) -> tuple[ErrorCode, ...]:
        """Return the documented errors of an endpoint, the most specific first."""
        return (*endpoint.errors, *self._shared) if endpoint else self._shared

    def all_errors(self) -> Iterator[ErrorCode]:
        """Yield the documented errors of the whole API."""
        yield from self._shared
        for endpoint in self._endpoints.values():
            yield from endpoint.errors

    def find_error(self, endpoint: Endpoint[Any] | None, code: str) -> ErrorCode | None:
        """Return the documentation of an error, preferably at this endpoint."""
        rows = (*self.errors_of(endpoint), *self.all_errors())
        return next((row for row in rows if row.code == code), None)
