"""What a service does with a request: what the test asks for, else what it does of its
own, else the documented example. The ledger has what it executed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from ..api_definition import Service
from ..bodies import Encrypt
from ..calls import Endpoint
from ..codec import InvalidJson
from . import (
    DocumentedError,
    ExampleResponse,
    IncomingRequest,
    MockResponse,
    ServerAuth,
)
from .argument_checks import CheckedArguments
from .ledger import Ledger, key_of
from .ports import Ports
from .responses import made, prepared, refused, unwritten
from .routing import Route
from .store import Store
from .stubs import Failure, Stub


class Result(NamedTuple):
    """What a service does at an endpoint: status, and JSON or bytes.

    `repeated`: it has recognised a request that it has executed before.
    """

    status: int
    body: Any
    repeated: bool = False


Behaviour: TypeAlias = Callable[[CheckedArguments], Result]
"""What a service does at one endpoint; else `DocumentedError`."""


class Executing(Ports):
    """A mock that executes the requests which are in order."""

    def __init__(
        self,
        service: Service,
        endpoints: Iterable[Endpoint[Any]],
        own: Iterable[str],
        store: Store,
        sender: ServerAuth,
        *,
        examples: Mapping[str, ExampleResponse],
        authentication: bool,
    ) -> None:
        super().__init__(service, endpoints, own, store, sender)
        self.examples = examples
        self.authentication = authentication
        self.ledger = Ledger(store)
        """What the service executed, queries left out: `len(mock.ledger)`,
        `mock.ledger[-1].key`, `mock.ledger.clear()`. A request whose response a fault
        withholds was executed; one that is refused, or that a stub error meets, was not."""
        self._behaviours = dict(self.behaviours())

    def behaviours(self) -> Mapping[tuple[str, str], Behaviour]:
        """By method and path (variables as `{}`), what a service does there."""
        return {}

    def answer(
        self,
        route: Route,
        side: ServerAuth,
        incoming: IncomingRequest,
        given: CheckedArguments,
    ) -> MockResponse:
        """The response to a request that is in order; else `DocumentedError`."""
        stub = self.take_answer(route.name, incoming)
        seal = partial(side.seal, incoming=incoming) if self.authentication else str
        endpoint = route.endpoint
        if endpoint is not None and endpoint.idempotency != "safe":
            with self.lock:
                return self._execute(route, endpoint, side, given, stub, seal)
        if stub is not None:
            return side.trace(self._stubbed(endpoint, stub, seal))
        if endpoint is None:
            return side.trace(side.serve(route.name, incoming))
        response, _ = self._result(route, endpoint, given, seal, None)
        return side.trace(response)

    def _execute(
        self,
        route: Route,
        endpoint: Endpoint[Any],
        side: ServerAuth,
        given: CheckedArguments,
        stub: Stub | None,
        seal: Encrypt,
    ) -> MockResponse:
        """As `answer`, for requests that have an effect, under the lock."""
        key = key_of(endpoint, given)
        before = self.ledger.receive(endpoint.name, key)
        if stub is None or (isinstance(stub, Failure) and stub.executed):
            response, is_new = self._result(route, endpoint, given, seal, before)
        else:
            response = self._stubbed(endpoint, stub, seal)
            is_new = before is None and self._is_success(endpoint, response)
        sent = response
        if isinstance(stub, Failure):
            failure = side.refused(self._failure(endpoint, stub))
            sent = refused(self.service, endpoint, failure)
        sent = side.trace(sent)
        if is_new:
            return self.ledger.record(endpoint.name, key, self.now(), response, sent)
        if before is not None and self._is_success(endpoint, sent):
            return replace(sent, execution=before.execution)
        return sent

    def _result(
        self,
        route: Route,
        endpoint: Endpoint[Any],
        given: CheckedArguments,
        seal: Encrypt,
        before: MockResponse | None,
    ) -> tuple[MockResponse, bool]:
        """What the service responds of its own, and whether it executed anything for it;
        `before` is its response to an earlier request with the same key."""
        behaviour = self._behaviours.get((route.method, route.shape))
        if behaviour is not None:
            with self.lock:
                status, body, repeated = behaviour(given)
            return made(endpoint, status, body, seal), not repeated
        if before is not None:
            return before, False
        example = self.examples[route.name]
        if example.status is not None:
            return made(endpoint, example.status, example.body, seal), True
        return unwritten(self.service, endpoint, seal), True

    def _stubbed(
        self, endpoint: Endpoint[Any] | None, stub: Stub, seal: Encrypt
    ) -> MockResponse:
        if isinstance(stub, Failure):
            raise self._failure(endpoint, stub)
        return prepared(endpoint, stub, seal)

    def _failure(
        self, endpoint: Endpoint[Any] | None, stub: Failure
    ) -> DocumentedError:
        row = self.row(endpoint, stub.code)
        status = stub.status or (row.status if row and row.status else 0)
        reason = row.reason if row else ""
        return DocumentedError(status, stub.code, stub.message or reason or stub.code)

    def _is_success(self, endpoint: Endpoint[Any], answer: MockResponse) -> bool:
        shape = self.service.error_shape_of(endpoint)
        try:
            succeeded = shape.succeeded(answer.body)
        except InvalidJson:
            succeeded = None  # of a stub, which may be anything
        return answer.status < 400 and succeeded is not False
