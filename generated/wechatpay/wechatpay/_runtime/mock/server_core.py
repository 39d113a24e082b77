"""The mock itself: from a request to its answer, in the order in which a server decides.

outage? ─▶ route ─▶ credentials ─▶ arguments ─▶ what the test asks for,
or what the service does, or the documented example ─▶ signature ─▶ faults
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..api_definition import Service
from ..calls import endpoint
from ..errors import ConfigError
from ..mismatches import Decrypt
from . import (
    DocumentedError,
    ExampleResponse,
    IncomingRequest,
    MockResponse,
    RecordedRequest,
    ServerAuth,
)
from .admin import ADMIN, administer
from .argument_checks import CheckedArguments, read, signed_part
from .commands import Command
from .executing import Executing
from .responses import refused
from .routing import Match, Route, Routes
from .selection import selected
from .store import Store
from .values import UNKNOWN

if TYPE_CHECKING:
    from .adapters import Application, MockTransport

BODY_LIMIT: Final = 1 << 20
"""Bytes that a request's body may have."""
_REMEMBERED: Final = 10_000
"""Requests that are remembered, the newest ones."""


class Mock(Executing):
    """The server's side of an API, in memory: hand `mock.transport` to a client.

    `state` is a SQLite file that keeps what is remembered; without, it ends with the mock.
    With `authentication=False` nothing is signed, verified, encrypted or asked for, so that
    any tool can look at it.
    """

    def __init__(
        self,
        service: Service,
        examples: Path,
        sides: Mapping[str, ServerAuth],
        *,
        state: Path | None = None,
        authentication: bool = True,
    ) -> None:
        documented = json.loads(examples.read_text("utf-8"))
        endpoints = [endpoint(name) for name in documented]
        own = {name: side for side in sides.values() for name in side.own}
        sender = _first(sides, service.auth)
        super().__init__(
            service,
            endpoints,
            own,
            Store(state),
            sender,
            examples={name: ExampleResponse(**one) for name, one in documented.items()},
            authentication=authentication,
        )
        self.sides = sides
        self.public = False
        """Whether it takes commands over HTTP under any host's name."""
        self.calls: list[RecordedRequest] = []
        """The requests that came, the newest ones."""
        self._routes = Routes(service, endpoints, own)
        for side in sides.values():
            side.join(self)

    # --- doors ------------------------------------------------------------------------

    @cached_property
    def transport(self) -> MockTransport:
        """For `transport=` of a client, plain or async."""
        from .adapters import MockTransport

        return MockTransport(self)

    @cached_property
    def asgi(self) -> Application:
        """The mock as an ASGI application: `uvicorn.run(mock.asgi)`."""
        from .adapters import application

        return application(self)

    @property
    def credentials(self) -> Mapping[str, Any]:
        """What a client of this mock is made with, as keyword arguments."""
        return self._sender.credentials

    def credentials_of(self, scheme: str) -> Mapping[str, Any]:
        """What one way to authenticate is made with, by the spec's name of it."""
        return self.sides[scheme].credentials

    def client_arguments(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a client of this mock, in process; `options` go first."""
        given = {"transport": self.transport, **self.credentials, **options}
        if lacking := self.lacking(given):
            names = " and ".join(f"{name}=" for name in lacking)
            raise ConfigError(
                f"this mock makes no credentials: pass {names} to mock.client(), or have the"
                " package of the scheme set `mock` in its SchemeKind"
            )
        return given

    def lacking(self, given: Mapping[str, Any]) -> Sequence[str]:
        """What a client needs besides these arguments, if no scheme has all of its own."""
        lists = [
            [name for name in side.needs if name not in given]
            for side in self.sides.values()
        ]
        return lists[0] if lists and all(lists) else ()

    def close(self) -> None:
        """Close the file that keeps the state, if there is one."""
        self.store.close()

    # --- commands over HTTP -----------------------------------------------------------

    def commands(self) -> Mapping[str, Command]:
        """Commands that this mock has besides those of every mock."""
        return {}

    # --- one request ------------------------------------------------------------------

    def handle(self, incoming: IncomingRequest) -> MockResponse:
        """The answer to a request; never fails."""
        try:
            if incoming.path.startswith(ADMIN):
                return administer(self, incoming)
            return self._handled(incoming)
        except ConfigError as error:  # of the file that keeps the state
            self._log.error("%s", error)
            failed = DocumentedError(503, "SYSTEM_ERROR", str(error))
            return refused(self.service, None, failed)
        except Exception:
            # A fault of this mock's own: it is told, but not to the client.
            self._log.exception("%s has failed", incoming.method)
            failed = DocumentedError(500, "SYSTEM_ERROR", "the mock has failed")
            return refused(self.service, None, failed)

    def _handled(self, incoming: IncomingRequest) -> MockResponse:
        found = self._found(incoming)
        route = found.route if isinstance(found, Match) else None
        fault = self.take_faults(route.name if route else None, incoming)
        if not fault.executed:
            return MockResponse(503, cut=fault.cut)
        given = CheckedArguments({})
        side = self._side(route)
        try:
            self.settle()
            given = self._given(found, side, incoming)
            assert route is not None, "what has no route is refused"
            answer = self.answer(route, side, incoming, given)
        except DocumentedError as refusal:
            endpoint = route.endpoint if route else None
            error = refused(self.service, endpoint, side.refused(refusal))
            answer = side.trace(error)
        if self.authentication:
            answer = side.finish(answer, incoming, fault)
        name = route.name if route else None
        self.calls.append(
            RecordedRequest(name, answer.status, given.arguments, given.body, incoming)
        )
        del self.calls[:-_REMEMBERED]
        return replace(answer, delay=fault.delay, cut=fault.cut)

    def _found(self, incoming: IncomingRequest) -> Match | DocumentedError:
        """The route of a request, or why there is none."""
        matches = self._routes.find(incoming)
        try:
            if matches:
                return selected(matches, incoming, partial(self._unseal, incoming))
        except DocumentedError as refusal:
            return refusal
        allowed = self._routes.methods(incoming)
        if allowed:
            return DocumentedError(
                405, "METHOD_NOT_ALLOWED", f"use {', '.join(allowed)}"
            )
        return DocumentedError(404, "NOT_FOUND", "there is no such endpoint")

    def _unseal(self, incoming: IncomingRequest, route: Route) -> Decrypt:
        """How a request to this route is decrypted."""
        if not self.authentication:
            return str
        return partial(self._side(route).unseal, incoming=incoming)

    def _side(self, route: Route | None) -> ServerAuth:
        """Whose rules hold at a route: the first scheme's that it may be used with."""
        if route is not None and route.side is not None:
            return route.side
        names = self.service.auth
        if route is not None and route.endpoint is not None:
            names = names if route.endpoint.auth is None else route.endpoint.auth
        return _first(self.sides, names)

    def _given(
        self,
        found: Match | DocumentedError,
        side: ServerAuth,
        incoming: IncomingRequest,
    ) -> CheckedArguments:
        """What the request gives, if it is one that the server takes."""
        if len(incoming.body) > BODY_LIMIT:
            raise DocumentedError(413, "PARAM_ERROR", f"more than {BODY_LIMIT} bytes")
        if isinstance(found, DocumentedError):
            raise found
        route = found.route
        if self.authentication:
            self._admit(route, side, incoming)
            side.screen(incoming)
        if route.endpoint is None:
            return CheckedArguments({})
        unseal = self._unseal(incoming, route)
        given = read(route.endpoint, incoming, found.texts, unseal)
        wrong = [
            one
            for one in given.misplaced
            if side.refuses_unknown or one.issue != UNKNOWN
        ]
        if wrong:
            known = [row.code or "" for row in self.rows(route.endpoint)]
            raise side.misplaced(wrong, known)
        return given

    def _admit(self, route: Route, side: ServerAuth, incoming: IncomingRequest) -> None:
        """Any of the endpoint's schemes will do; the first says what is wrong."""
        names = self.service.auth
        if route.endpoint is not None and route.endpoint.auth is not None:
            names = route.endpoint.auth
        signed = signed_part(route.endpoint, incoming)
        try:
            side.admit(incoming, signed)
        except DocumentedError:
            for other in (self.sides[name] for name in names[1:] if name in self.sides):
                try:
                    return other.admit(incoming, signed)
                except DocumentedError:
                    continue
            raise

    def broken(self, status: int, message: str) -> MockResponse:
        """The answer to bytes that are no request."""
        side = self._side(None)
        code = "PARAM_ERROR" if status == 413 else "BAD_REQUEST"
        refusal = side.refused(DocumentedError(status, code, message))
        return side.trace(refused(self.service, None, refusal))


def _first(sides: Mapping[str, ServerAuth], names: Iterable[str]) -> ServerAuth:
    """The side of the first of these schemes that has one."""
    return next((sides[name] for name in names if name in sides), ServerAuth())
