"""Core of a mock: the steps from a request to its response, in the order of a server.

outage ─▶ routing ─▶ credentials ─▶ arguments ─▶ stub, behaviour or documented example
─▶ signature ─▶ faults
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
from ..undocumented import UndocumentedEndpoint
from . import (
    DocumentedError,
    ExampleResponse,
    IncomingRequest,
    MockResponse,
    RecordedRequest,
    ServerAuth,
)
from .admin import ADMIN, handle_command
from .argument_checks import (
    CheckedArguments,
    check_arguments,
    signed_content,
    unchecked_arguments,
)
from .commands import Command
from .execution import RequestExecutor, no_endpoint
from .responses import error_response
from .routing import Match, Route, Routes
from .selection import select
from .store import Store
from .values import UNKNOWN

if TYPE_CHECKING:
    from .adapters import Application, MockTransport

BODY_LIMIT: Final = 16 << 20
"""Maximum size of a request body in bytes."""
_MAX_RECORDED: Final = 10_000
"""Requests that are recorded; the oldest are dropped first."""


class Mock(RequestExecutor):
    """In-memory server of an API; pass `mock.transport` to a client.

    `state` is a SQLite file that keeps the state across restarts. With
    `authentication=False` nothing is signed, verified, encrypted or decrypted, so that any
    HTTP tool can send requests.
    """

    def __init__(
        self,
        service: Service,
        examples: Path,
        auth_by_scheme: Mapping[str, ServerAuth],
        *,
        state: Path | None = None,
        authentication: bool = True,
    ) -> None:
        documented = json.loads(examples.read_text("utf-8"))
        endpoints = [endpoint(name) for name in documented]
        scheme_endpoints = {
            name: auth for auth in auth_by_scheme.values() for name in auth.endpoints
        }
        super().__init__(
            service,
            endpoints,
            scheme_endpoints,
            Store(state),
            _first(auth_by_scheme, service.auth),
            examples={
                name: ExampleResponse(**example) for name, example in documented.items()
            },
            authentication=authentication,
        )
        self.auth_by_scheme = auth_by_scheme
        self.public = False
        """True if commands over HTTP are accepted under any host name."""
        self.calls: list[RecordedRequest] = []
        """Received requests, the newest last."""
        self._routes = Routes(service, endpoints, scheme_endpoints)
        self._route_behaviours()
        for auth in auth_by_scheme.values():
            auth.attach(self)

    # --- clients ----------------------------------------------------------------------

    @cached_property
    def transport(self) -> MockTransport:
        """httpx transport to this mock, for `transport=` of a sync or async client."""
        from .adapters import MockTransport

        return MockTransport(self)

    @cached_property
    def asgi(self) -> Application:
        """ASGI application of this mock: `uvicorn.run(mock.asgi)`."""
        from .adapters import asgi_application

        return asgi_application(self)

    @property
    def credentials(self) -> Mapping[str, Any]:
        """Credentials of a client of this mock, as keyword arguments."""
        return self._event_auth.credentials

    def credentials_of(self, scheme: str) -> Mapping[str, Any]:
        """Return the arguments of an object of an auth scheme, by its name in the spec."""
        auth = self.auth_by_scheme[scheme]
        return {**auth.credentials, **auth.options}

    def client_arguments(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of an in-process client; `options` take precedence."""
        arguments = {
            "transport": self.transport,
            **self.service.client_arguments,
            **self.credentials,
            **options,
        }
        if missing := self.missing_arguments(arguments):
            names = " and ".join(f"{name}=" for name in missing)
            raise ConfigError(
                f"this mock has no credentials: pass {names} to mock.client(), or set `mock`"
                " in the SchemeDefinition of the auth scheme"
            )
        return arguments

    def missing_arguments(self, arguments: Mapping[str, Any]) -> Sequence[str]:
        """Return the further arguments that a client needs; none if one scheme has all."""
        missing = [
            [name for name in auth.required_arguments if name not in arguments]
            for auth in self.auth_by_scheme.values()
        ]
        return missing[0] if missing and all(missing) else ()

    def close(self) -> None:
        """Close the state file, if there is one."""
        self.store.close()

    # --- endpoints that the spec lacks ------------------------------------------------

    def _route_behaviours(self) -> None:
        documented = {(route.method, route.shape) for route in self._routes}
        for method, shape in self.behaviours():
            if (method, shape) not in documented:
                first, *others = shape.split("{}")
                pieces = (f"{{{n}}}{text}" for n, text in enumerate(others, 1))
                self.add_undocumented(f"{method} {first}{''.join(pieces)}")

    def add_route(self, endpoint: UndocumentedEndpoint) -> None:
        name, method, path = endpoint.name, endpoint.method, endpoint.path
        for route in self._routes:
            if route.method == method and route.match(path) is not None:
                raise ValueError(f"{name} is a request of {route.name}; use this name")
        self._routes.add(Route(name, method, path, endpoint))

    # --- commands over HTTP -----------------------------------------------------------

    def commands(self) -> Mapping[str, Command]:
        """Return additional commands of this mock by name."""
        return {}

    # --- one request ------------------------------------------------------------------

    def handle(self, incoming: IncomingRequest) -> MockResponse:
        """Return the response to a request; raises nothing."""
        try:
            if incoming.path.startswith(ADMIN):
                return handle_command(self, incoming)
            return self._handle(incoming)
        except ConfigError as error:  # the state file cannot be written
            self._log.error("%s", error)
            failure = DocumentedError(503, "SYSTEM_ERROR", str(error))
            return error_response(self.service, None, failure)
        except Exception:
            # A bug of the mock or of a behaviour: logged, and hidden from the client.
            self._log.exception(
                "the mock failed to handle a %s request", incoming.method
            )
            failure = DocumentedError(500, "SYSTEM_ERROR", "internal error of the mock")
            return error_response(self.service, None, failure)

    def _handle(self, incoming: IncomingRequest) -> MockResponse:
        match = self._find_route(incoming)
        route = match.route if isinstance(match, Match) else None
        fault = self.next_fault(route.name if route else None, incoming)
        if not fault.executed:
            return MockResponse(503, cut=fault.cut)
        arguments = CheckedArguments({})
        auth = self._auth_of(route)
        try:
            self.run_due()
            arguments = self._accept(match, auth, incoming)
            assert route is not None, "a request without a route is rejected"
            response = self.execute(route, auth, incoming, arguments)
            for each in self.auth_by_scheme.values():
                each.observe(route.name, response)
        except DocumentedError as error:
            endpoint = route.endpoint if route else None
            rejection = error_response(self.service, endpoint, auth.adapt_error(error))
            response = auth.add_request_id(rejection)
        documented = route.endpoint if route else None
        if self.authentication and (documented is None or documented.verified):
            response = auth.sign_response(response, incoming, fault)
        self.calls.append(
            RecordedRequest(
                route.name if route else None,
                response.status,
                arguments.parameters,
                arguments.body,
                incoming,
            )
        )
        del self.calls[:-_MAX_RECORDED]
        return replace(response, delay=fault.delay, cut=fault.cut, pace=fault.pace)

    def _find_route(self, incoming: IncomingRequest) -> Match | DocumentedError:
        """Return the route of a request, or the error if there is none."""
        matches = self._routes.find(incoming)
        try:
            if matches:
                return select(matches, incoming, partial(self._decrypt_for, incoming))
        except DocumentedError as error:
            return error
        methods = self._routes.methods(incoming)
        if methods:
            return DocumentedError(
                405, "METHOD_NOT_ALLOWED", f"use {', '.join(methods)}"
            )
        return no_endpoint(incoming)

    def _decrypt_for(self, incoming: IncomingRequest, route: Route) -> Decrypt:
        """Return the function that decrypts the fields of a request."""
        if not self.authentication:
            return str
        return partial(self._auth_of(route).decrypt, incoming=incoming)

    def _auth_of(self, route: Route | None) -> ServerAuth:
        """Return the server side of the first auth scheme that a route allows."""
        if route is not None and route.auth is not None:
            return route.auth
        names = self.service.auth
        if route is not None and route.endpoint is not None:
            names = names if route.endpoint.auth is None else route.endpoint.auth
        return _first(self.auth_by_scheme, names)

    def _accept(
        self,
        match: Match | DocumentedError,
        auth: ServerAuth,
        incoming: IncomingRequest,
    ) -> CheckedArguments:
        """Return the arguments of a valid request; raise `DocumentedError` for others."""
        if len(incoming.body) > BODY_LIMIT:
            raise DocumentedError(413, "PARAM_ERROR", f"more than {BODY_LIMIT} bytes")
        if isinstance(match, DocumentedError):
            raise match
        route = match.route
        if self.authentication:
            self._authenticate(route, auth, incoming)
            auth.check_request(incoming)
        if route.endpoint is None:
            return CheckedArguments({})
        if not route.endpoint.in_spec:
            return unchecked_arguments(incoming, match.values)
        decrypt = self._decrypt_for(incoming, route)
        arguments = check_arguments(route.endpoint, incoming, match.values, decrypt)
        mismatches = [
            mismatch
            for mismatch in arguments.mismatches
            if auth.rejects_unknown or mismatch.issue != UNKNOWN
        ]
        if mismatches:
            codes = [row.code or "" for row in self.errors_of(route.endpoint)]
            raise auth.argument_error(mismatches, codes)
        return arguments

    def _authenticate(
        self, route: Route, auth: ServerAuth, incoming: IncomingRequest
    ) -> None:
        """Raise the error of the first auth scheme, unless one of the endpoint's accepts
        the request."""
        names = self.service.auth
        if route.endpoint is not None and route.endpoint.auth is not None:
            names = route.endpoint.auth
        signed = signed_content(route.endpoint, incoming)
        others = [
            self.auth_by_scheme[name]
            for name in names[1:]
            if name in self.auth_by_scheme
        ]
        try:
            auth.authenticate(incoming, signed)
        except DocumentedError:
            for other in others:
                try:
                    return other.authenticate(incoming, signed)
                except DocumentedError:
                    continue
            raise

    def reject(self, status: int, message: str) -> MockResponse:
        """Return the response to an invalid HTTP request."""
        auth = self._auth_of(None)
        code = "PARAM_ERROR" if status == 413 else "BAD_REQUEST"
        error = auth.adapt_error(DocumentedError(status, code, message))
        return auth.add_request_id(error_response(self.service, None, error))


def _first(
    auth_by_scheme: Mapping[str, ServerAuth], names: Iterable[str]
) -> ServerAuth:
    """Return the server side of the first of these schemes that has one."""
    return next(
        (auth_by_scheme[name] for name in names if name in auth_by_scheme), ServerAuth()
    )
