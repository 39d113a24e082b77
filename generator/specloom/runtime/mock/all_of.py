"""Server side of several auth schemes that a request needs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import (
    ArgumentMismatch,
    DocumentedError,
    Fault,
    IncomingRequest,
    MockResponse,
    ServerAuth,
)

if TYPE_CHECKING:
    from .server_core import Mock


class AllServerAuth(ServerAuth):
    """Accepts requests that have the credentials of all these schemes of the mock."""

    def __init__(self, *names: str) -> None:
        self._names = names
        self._parts: Sequence[ServerAuth] = ()

    def attach(self, mock: Mock) -> None:
        super().attach(mock)
        self._parts = [mock.auth_by_scheme[name] for name in self._names]
        self.rejects_unknown = any(part.rejects_unknown for part in self._parts)
        self.signs_events = any(part.signs_events for part in self._parts)
        self.required_arguments = [
            name for part in self._parts for name in part.required_arguments
        ]

    def authenticate(self, incoming: IncomingRequest, signed: bytes) -> None:
        for part in self._parts:
            part.authenticate(incoming, signed)

    def check_request(self, incoming: IncomingRequest) -> None:
        for part in self._parts:
            part.check_request(incoming)

    def sign_response(
        self, response: MockResponse, incoming: IncomingRequest, fault: Fault
    ) -> MockResponse:
        for part in self._parts:
            response = part.sign_response(response, incoming, fault)
        return response

    # --- what only one of them does: the first that has its own method ----------------

    def argument_error(
        self, mismatches: Sequence[ArgumentMismatch], known_codes: Sequence[str]
    ) -> DocumentedError:
        return self._one("argument_error").argument_error(mismatches, known_codes)

    def encrypt(self, text: str, incoming: IncomingRequest) -> str:
        return self._one("encrypt").encrypt(text, incoming)

    def decrypt(self, text: str, incoming: IncomingRequest) -> str:
        return self._one("decrypt").decrypt(text, incoming)

    def event_body(self, id: str, event: str, payload: Any) -> bytes:
        return self._one("event_body").event_body(id, event, payload)

    def event_headers(self, body: bytes, fault: Fault) -> Mapping[str, str]:
        return self._one("event_headers").event_headers(body, fault)

    def adapt_error(self, error: DocumentedError) -> DocumentedError:
        return self._one("adapt_error").adapt_error(error)

    def add_request_id(self, response: MockResponse) -> MockResponse:
        return self._one("add_request_id").add_request_id(response)

    def _one(self, method: str) -> ServerAuth:
        base = getattr(ServerAuth, method)
        own = (each for each in self._parts if getattr(type(each), method) is not base)
        return next(own, self._parts[0])
