"""Server side of `token-endpoint`: accepts the tokens that the endpoint has issued."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from specloom.runtime.auth.token_cache import lifetime
from specloom.runtime.calls import endpoint as find_endpoint
from specloom.runtime.errors import InvalidRequest
from specloom.runtime.mock import (
    DocumentedError,
    IncomingRequest,
    MockResponse,
    ServerAuth,
)
from specloom.runtime.mock.sample_calls import sample_call

from .scheme import value_at

if TYPE_CHECKING:
    from specloom.runtime.mock.server_core import Mock

_TOKENS = "token-endpoint"
"""Kind of the tokens in the mock's store."""


class TokenEndpointServerAuth(ServerAuth):
    """Rejects tokens that the endpoint has not issued, or that have expired."""

    def __init__(
        self,
        *,
        endpoint: str,
        token: str = "access_token",
        expires_in: str = "expires_in",
        header: str | None = None,
        query: str | None = None,
    ) -> None:
        options = {
            "endpoint": endpoint,
            "token": token,
            "expires_in": expires_in,
            "header": header,
            "query": query,
        }
        self.options = {name: text for name, text in options.items() if text}
        self._endpoint = endpoint
        self._token = token
        self._expires_in = expires_in
        self._header = header or "Authorization"
        self._query = query

    def attach(self, mock: Mock) -> None:
        super().attach(mock)
        self.required_arguments = () if self.credentials else ("token_call",)

    @property
    def credentials(self) -> Mapping[str, Any]:
        """A call of the endpoint; none if its arguments have patterns or narrow limits."""
        try:
            return {"token_call": sample_call(find_endpoint(self._endpoint))}
        except InvalidRequest:
            return {}

    def observe(self, name: str, response: MockResponse) -> None:
        if name != self._endpoint:
            return
        try:
            body = json.loads(response.body)
            token = value_at(body, self._token)
            until = self._mock.now() + lifetime(value_at(body, self._expires_in))
        except ValueError:
            return  # not a response with a token
        if isinstance(token, str) and token:
            self._mock.store.put(_TOKENS, f"{self._endpoint} {token}", until)

    def authenticate(self, incoming: IncomingRequest, signed: bytes) -> None:
        until: Any = self._mock.store.get(
            _TOKENS, f"{self._endpoint} {self._received(incoming)}"
        )
        if until is None or until <= self._mock.now():
            raise self._rejection()

    def _received(self, incoming: IncomingRequest) -> str:
        if self._query:
            return next(iter(incoming.query.get(self._query, ())), "")
        received = incoming.headers.get(self._header, "")
        if self._header.lower() != "authorization":
            return received
        kind, _, token = received.partition(" ")
        return token if kind == "Bearer" else ""

    def _rejection(self) -> DocumentedError:
        """Return the documented error of a token; status 401 if there is none."""
        message = "the access token is missing, invalid or expired"
        for row in self._mock.errors_of(None):
            if row.retry == "token" and row.code is not None:
                status = row.status if isinstance(row.status, int) else 0
                return DocumentedError(status, row.code, message)
        return DocumentedError(401, "UNAUTHORIZED", message)
