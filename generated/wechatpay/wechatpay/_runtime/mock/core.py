"""The mock itself: from a request to its answer, in the order in which a server decides.

outage? ─▶ route ─▶ credentials ─▶ arguments ─▶ what the test asks for,
or what the service does, or the documented example ─▶ signature ─▶ faults
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..calls import Endpoint, endpoint
from ..service import Service
from . import Answer, Example, Fault, Incoming, Received, Refusal, Side
from .admin import ADMIN, administer
from .fitting import UNKNOWN, Given, read, signed_part
from .making import made, prepared, refused, unwritten
from .outbox import Delivered, Outbox, Receiver, check_receiver
from .routing import Route, Routes
from .steering import Failure, Prepared, Steering
from .store import Store

if TYPE_CHECKING:
    from .doors import MockTransport

BODY_LIMIT: Final = 1 << 20
"""Bytes that a request's body may have."""
_REMEMBERED: Final = 10_000
"""Requests that are remembered, the newest ones."""


Behaviour: TypeAlias = Callable[[Given], tuple[int, Any]]
"""What a service does at one endpoint: status and JSON, or bytes; else `Refusal`."""


class Mock(Steering):
    """The server's side of an API, in memory: hand `mock.transport` to a client.

    `state` is a SQLite file that keeps what is remembered; without, it ends with the mock.
    With `authentication=False` nothing is signed, verified, encrypted or asked for, so that
    any tool can look at it.
    """

    def __init__(
        self,
        service: Service,
        examples: Path,
        sides: Mapping[str, Side],
        *,
        state: Path | None = None,
        authentication: bool = True,
    ) -> None:
        documented = json.loads(examples.read_text("utf-8"))
        self.examples = {name: Example(**one) for name, one in documented.items()}
        endpoints = [endpoint(name) for name in self.examples]
        own = {name: side for side in sides.values() for name in side.own}
        super().__init__(endpoints, own, service.errors)
        self.service = service
        self.authentication = authentication
        self.store = Store(state)
        self.sides = sides
        self.calls: deque[Received] = deque(maxlen=_REMEMBERED)
        self._log = getLogger(f"{service.name}.mock")
        self._ahead: float = self.store.get("clock", "ahead") or 0.0
        self._behaviours = dict(self.behaviours())
        self._routes = Routes(service, endpoints, own)
        self._outbox = Outbox(self.store, self.now)
        for side in sides.values():
            side.join(self)

    # --- doors ------------------------------------------------------------------------

    @cached_property
    def transport(self) -> MockTransport:
        """For `transport=` of a client, plain or async."""
        from .doors import MockTransport

        return MockTransport(self)

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        """The mock as an ASGI application: `uvicorn.run(mock.asgi)`."""
        from .doors import serve_asgi

        await serve_asgi(self, scope, receive, send)

    @property
    def credentials(self) -> Mapping[str, Any]:
        """What a client of this mock is made with, as keyword arguments."""
        return self._side(None).credentials

    def credentials_of(self, scheme: str) -> Mapping[str, Any]:
        """What one way to authenticate is made with, by the spec's name of it."""
        return self.sides[scheme].credentials

    def close(self) -> None:
        """Close the file that keeps the state, if there is one."""
        self.store.close()

    # --- time -------------------------------------------------------------------------

    def now(self) -> float:
        """The time up to which things have happened, in seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass: what is due by then happens now. Signatures keep to the real time,
        as the client does."""
        if not seconds >= 0:
            raise ValueError("seconds: time does not run backwards")
        with self.lock:
            self._ahead += seconds
            self.store.put("clock", "ahead", self._ahead)
        self.settle()
        self.deliver()

    def settle(self) -> None:
        """Do what takes time and is due."""

    # --- events -----------------------------------------------------------------------

    @property
    def webhook(self) -> Receiver | None:
        """Where events go: `mock.webhook = "http://127.0.0.1:8000/notify"`, or a function
        of header fields and body that returns a status."""
        return self._outbox.receiver

    @webhook.setter
    def webhook(self, receiver: Receiver | None) -> None:
        self._outbox.receiver = (
            check_receiver(receiver) if isinstance(receiver, str) else receiver
        )

    @property
    def deliveries(self) -> list[Delivered]:
        """The events that were sent so far, one row for each attempt."""
        return list(self._outbox.sent)

    def notify(self, event: str, payload: Any) -> None:
        """Send an event with this payload, JSON values, the next time that time passes."""
        self._outbox.add(self._side(None), event, payload)

    def deliver(self) -> None:
        """Send the events that are due. `advance` does it; a real server does it by itself;
        in process nothing happens by itself."""
        self._outbox.deliver(self._side(None))

    # --- what services do -------------------------------------------------------------

    def behaviours(self) -> Mapping[tuple[str, str], Behaviour]:
        """By method and path (variables as `{}`), what a service does there."""
        return {}

    def commands(self) -> Mapping[str, Callable[..., object]]:
        """What `POST /_mock/<name>` does besides what every mock can be told."""
        return {}

    # --- one request ------------------------------------------------------------------

    def fault_of(self, incoming: Incoming) -> Fault:
        """What goes wrong with a request, known before its body is read. Each time that it
        is asked, faults of `times` are used up."""
        if incoming.path.startswith(ADMIN):
            return Fault()
        route, _ = self._routes.find(incoming)
        return self.take_faults(route.name if route else None, incoming)

    def handle(self, incoming: Incoming, fault: Fault | None = None) -> Answer:
        """The answer to a request; never fails. `fault` is what `fault_of` gave."""
        if incoming.path.startswith(ADMIN):
            return administer(self, incoming)
        if fault is None:
            fault = self.fault_of(incoming)
        if fault.cut == "refuse":
            return Answer(503, cut="refuse")
        route, texts = self._routes.find(incoming)
        name = route.name if route else None
        given = Given({})
        side = self._side(route)
        try:
            self.settle()
            given = self._given(route, side, incoming, texts)
            answer = self._answer(route, side, incoming, given)
        except Refusal as refusal:
            answer = refused(self.service.error_shape, side.refused(refusal))
        except Exception:
            # A fault of this mock's own: it is told, but not to the client.
            self._log.exception("%s %s", incoming.method, name)
            failed = Refusal(500, "SYSTEM_ERROR", "the mock has failed")
            answer = refused(self.service.error_shape, failed)
        if self.authentication:
            answer = side.finish(answer, incoming, fault)
        self.calls.append(
            Received(name, answer.status, given.arguments, given.body, incoming)
        )
        return replace(answer, delay=fault.delay, cut=fault.cut)

    def _side(self, route: Route | None) -> Side:
        """Whose rules hold at a route: the first scheme's that it may be used with."""
        if route is not None and route.side is not None:
            return route.side
        names = self.service.auth
        if route is not None and route.endpoint is not None:
            names = names if route.endpoint.auth is None else route.endpoint.auth
        return next((self.sides[name] for name in names if name in self.sides), Side())

    def _given(
        self,
        route: Route | None,
        side: Side,
        incoming: Incoming,
        texts: tuple[str, ...],
    ) -> Given:
        """What the request gives, if it is one that the server takes."""
        if len(incoming.body) > BODY_LIMIT:
            raise Refusal(413, "PARAM_ERROR", f"more than {BODY_LIMIT} bytes")
        if route is None:
            allowed = self._routes.methods(incoming)
            if allowed:
                raise Refusal(405, "METHOD_NOT_ALLOWED", f"use {', '.join(allowed)}")
            raise Refusal(404, "NOT_FOUND", "there is no such endpoint")
        if self.authentication:
            self._admit(route, side, incoming)
            side.screen(incoming)
        if route.endpoint is None:
            return Given({})
        unseal = partial(side.unseal, incoming=incoming) if self.authentication else str
        given = read(route.endpoint, incoming, texts, unseal)
        wrong = [
            one
            for one in given.misplaced
            if side.refuses_unknown or one.issue != UNKNOWN
        ]
        if wrong:
            known = [row.code or "" for row in self.rows(route.endpoint)]
            raise side.misplaced(wrong, known)
        return given

    def _admit(self, route: Route, side: Side, incoming: Incoming) -> None:
        """Any of the endpoint's schemes will do; the first says what is wrong."""
        names = self.service.auth
        if route.endpoint is not None and route.endpoint.auth is not None:
            names = route.endpoint.auth
        signed = signed_part(route.endpoint, incoming)
        try:
            side.admit(incoming, signed)
        except Refusal:
            for other in (self.sides[name] for name in names[1:] if name in self.sides):
                try:
                    return other.admit(incoming, signed)
                except Refusal:
                    continue
            raise

    def _answer(
        self, route: Route | None, side: Side, incoming: Incoming, given: Given
    ) -> Answer:
        assert route is not None, "what has no route is refused"
        planned = self.take_answer(route.name, incoming)
        if isinstance(planned, Failure):
            raise self._failure(route.endpoint, planned)
        seal = partial(side.seal, incoming=incoming) if self.authentication else str
        if isinstance(planned, Prepared):
            return prepared(route.endpoint, planned, seal)
        if route.endpoint is None:
            return side.serve(route.name, incoming)
        behaviour = self._behaviours.get((route.method, route.shape))
        if behaviour is not None:
            with self.lock:
                status, body = behaviour(given)
            return made(route.endpoint, status, body, seal)
        example = self.examples[route.name]
        if example.status is not None:
            return made(route.endpoint, example.status, example.body, seal)
        return unwritten(route.endpoint, seal)

    def broken(self, status: int, message: str) -> Answer:
        """The answer to bytes that are no request."""
        side = self._side(None)
        code = "PARAM_ERROR" if status == 413 else "BAD_REQUEST"
        refusal = side.refused(Refusal(status, code, message))
        answer = refused(self.service.error_shape, refusal)
        return side.finish(answer, Incoming("", ""), Fault())

    def _failure(self, endpoint: Endpoint[Any] | None, told: Failure) -> Refusal:
        row = self.row(endpoint, told.code)
        status = told.status or (row.status if row and row.status else 0)
        reason = row.reason if row else ""
        return Refusal(status, told.code, told.message or reason or told.code)
