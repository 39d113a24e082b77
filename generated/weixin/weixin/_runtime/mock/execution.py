"""Execution of accepted requests, recorded in the ledger. The response comes from a stub,
else from the service's behaviour, else from the documented example."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from ..api_definition import Service
from ..bodies import Encrypt
from ..calls import Endpoint
from ..codec import InvalidJson
from ..endpoint_metadata import first_status
from . import (
    DocumentedError,
    ExampleResponse,
    IncomingRequest,
    MockResponse,
    ServerAuth,
)
from .argument_checks import CheckedArguments
from .conditional import conditional
from .ledger import Ledger, key_of
from .negotiation import for_media, offered, preferred, with_media
from .ports import PortRegistry
from .responses import (
    build_response,
    error_response,
    generated_response,
    stub_response,
)
from .routing import Route
from .store import Store
from .stubs import Stub, StubError


def no_endpoint(incoming: IncomingRequest) -> DocumentedError:
    """Return the error for a request that matches no endpoint, stub or behaviour."""
    path = incoming.path.encode("utf-8", "backslashreplace").decode()
    name = f"{incoming.method} {path}"
    hint = f'to answer it, use mock.reply(…, endpoint="{name}")'
    return DocumentedError(404, "NOT_FOUND", f"no such endpoint; {hint}")


class Result(NamedTuple):
    """Result of a behaviour: status, and JSON or bytes.

    `repeated` is true if the service had executed the same request before.
    """

    status: int
    body: Any
    repeated: bool = False


Behaviour: TypeAlias = Callable[[CheckedArguments], Result]
"""Behaviour of a service at one endpoint; raises `DocumentedError` to reject a request."""


class RequestExecutor(PortRegistry):
    """Mock part that executes accepted requests."""

    def __init__(
        self,
        service: Service,
        endpoints: Iterable[Endpoint[Any]],
        scheme_endpoints: Iterable[str],
        store: Store,
        event_auth: ServerAuth,
        *,
        examples: Mapping[str, ExampleResponse],
        authentication: bool,
    ) -> None:
        super().__init__(service, endpoints, scheme_endpoints, store, event_auth)
        self.examples = examples
        self.authentication = authentication
        self.ledger = Ledger(store)
        """Requests that the service executed, without queries: `len(mock.ledger)`,
        `mock.ledger[-1].key`, `mock.ledger.clear()`. A request counts as executed if a
        fault loses its response, but not if it is rejected or gets a stub error.
        """
        self._behaviours = dict(self.behaviours())

    def behaviours(self) -> Mapping[tuple[str, str], Behaviour]:
        """Return the behaviours by method and path, with path variables as `{}`."""
        return {}

    def execute(
        self,
        route: Route,
        auth: ServerAuth,
        incoming: IncomingRequest,
        arguments: CheckedArguments,
    ) -> MockResponse:
        """Return the response to an accepted request, or raise `DocumentedError`."""
        offers = offered(route.endpoint) if route.endpoint else ()
        if route.endpoint is None or not offers:
            response = self._execute(route, auth, incoming, arguments)
            return conditional(route.endpoint, incoming, response)
        media = preferred(incoming.headers.get_all("Accept"), offers)
        chosen = for_media(route.endpoint, media)
        route = replace(route, endpoint=chosen, has_example=media == offers[0])
        response = self._execute(route, auth, incoming, arguments)
        return conditional(chosen, incoming, with_media(response, media))

    def _execute(
        self,
        route: Route,
        auth: ServerAuth,
        incoming: IncomingRequest,
        arguments: CheckedArguments,
    ) -> MockResponse:
        stub = self.next_stub(route.name, incoming)
        if stub is None and self._is_unknown(route):
            raise no_endpoint(incoming)
        encrypt: Encrypt = str
        if self.authentication:
            encrypt = partial(auth.encrypt, incoming=incoming)
        endpoint = route.endpoint
        if endpoint is not None and endpoint.idempotency != "safe":
            with self.lock:
                return self._execute_recorded(
                    route, endpoint, auth, incoming, arguments, stub, encrypt
                )
        if stub is not None:
            response = self._stub_response(endpoint, stub, encrypt)
            return auth.add_request_id(response)
        if endpoint is None:
            return auth.add_request_id(auth.serve(route.name, incoming))
        response, _ = self._run(route, endpoint, incoming, arguments, encrypt, None)
        return auth.add_request_id(response)

    def _is_unknown(self, route: Route) -> bool:
        """Return whether neither the spec nor a behaviour has an endpoint."""
        if route.endpoint is None or route.endpoint.in_spec:
            return False
        return (route.method, route.shape) not in self._behaviours

    def _execute_recorded(
        self,
        route: Route,
        endpoint: Endpoint[Any],
        auth: ServerAuth,
        incoming: IncomingRequest,
        arguments: CheckedArguments,
        stub: Stub | None,
        encrypt: Encrypt,
    ) -> MockResponse:
        """Execute a request that has an effect, and record it; the lock must be held."""
        key = key_of(endpoint, arguments)
        previous = self.ledger.receive(endpoint.name, key)
        if stub is None or (isinstance(stub, StubError) and stub.executed):
            response, is_new = self._run(
                route, endpoint, incoming, arguments, encrypt, previous
            )
        else:
            response = self._stub_response(endpoint, stub, encrypt)
            is_new = previous is None and self._is_success(endpoint, response)
        sent = response
        if isinstance(stub, StubError):
            error = auth.adapt_error(self._documented_error(endpoint, stub))
            sent = error_response(self.service, endpoint, error)
        sent = auth.add_request_id(sent)
        if is_new:
            return self.ledger.record(endpoint.name, key, self.now(), response, sent)
        if previous is not None and self._is_success(endpoint, sent):
            return replace(sent, execution=previous.execution)
        return sent

    def _run(
        self,
        route: Route,
        endpoint: Endpoint[Any],
        incoming: IncomingRequest,
        arguments: CheckedArguments,
        encrypt: Encrypt,
        previous: MockResponse | None,
    ) -> tuple[MockResponse, bool]:
        """Return the service's response, and whether it executed the request just now.

        `previous` is the response to an earlier request with the same key.
        """
        behaviour = self._behaviours.get((route.method, route.shape))
        if behaviour is not None:
            with self.lock:
                status, body, repeated = behaviour(arguments)
            return build_response(endpoint, status, body, encrypt), not repeated
        if previous is not None:
            return previous, False
        example = ExampleResponse()
        if route.has_example:
            example = self.examples.get(route.name, example)
        if example.status is not None:
            response = build_response(endpoint, example.status, example.body, encrypt)
        else:
            response = generated_response(self.service, endpoint, encrypt)
        return self.adapt_example(endpoint, response, incoming, arguments), True

    def adapt_example(
        self,
        endpoint: Endpoint[Any],
        response: MockResponse,
        incoming: IncomingRequest,
        arguments: CheckedArguments,
    ) -> MockResponse:
        """Return the documented response as it is for this request."""
        return response

    def _stub_response(
        self, endpoint: Endpoint[Any] | None, stub: Stub, encrypt: Encrypt
    ) -> MockResponse:
        if isinstance(stub, StubError):
            raise self._documented_error(endpoint, stub)
        return stub_response(endpoint, stub, encrypt)

    def _documented_error(
        self, endpoint: Endpoint[Any] | None, stub: StubError
    ) -> DocumentedError:
        row = self.find_error(endpoint, stub.code)
        status = stub.status or (first_status(row.status) if row else 0)
        reason = row.reason if row else ""
        return DocumentedError(status, stub.code, stub.message or reason or stub.code)

    def _is_success(
        self, endpoint: Endpoint[Any] | None, response: MockResponse
    ) -> bool:
        shape = self.service.error_shape_of(endpoint)
        try:
            succeeded = shape.succeeded(response.body)
        except InvalidJson:
            succeeded = None  # the body of a stub may be anything
        return response.status < 400 and succeeded is not False
