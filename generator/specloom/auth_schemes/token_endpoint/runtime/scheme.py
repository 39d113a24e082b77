"""Access tokens from an endpoint of the API."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, TypeAlias

from specloom.runtime.auth.base import is_token
from specloom.runtime.auth.side_channel import SideChannel
from specloom.runtime.auth.token_cache import TokenCache, lifetime
from specloom.runtime.auth.token_store import FileTokenStore as FileTokenStore
from specloom.runtime.auth.token_store import TokenStore as TokenStore
from specloom.runtime.auth.tokens import TokenScheme
from specloom.runtime.call_flow import exchange
from specloom.runtime.calls import Call, check_call
from specloom.runtime.codec import InvalidJson, decode
from specloom.runtime.confidential import Opaque
from specloom.runtime.effects import Steps
from specloom.runtime.errors import ConfigError, Error, ProtocolError
from specloom.runtime.http_messages import Request
from specloom.runtime.json_types import is_object
from specloom.runtime.public_names import public

TokenCall: TypeAlias = Call[Any]
"""Call of the endpoint that returns a token."""


@public("auth")
class TokenEndpoint(TokenScheme):
    """An access token that an endpoint of the API returns.

    `token_call` is the call of this endpoint. `token` and `expires_in` are locations in its
    response. The token is sent as a bearer token, or as it is in a `header` or the `query`.
    Processes with the same `token_store` share a token that one of them has fetched.
    """

    def __init__(
        self,
        token_call: TokenCall,
        *,
        endpoint: str,
        token: str = "access_token",
        expires_in: str = "expires_in",
        header: str | None = None,
        query: str | None = None,
        token_store: TokenStore | None = None,
    ) -> None:
        check_call(token_call)
        if token_call.endpoint.name != endpoint:
            raise ConfigError(
                f"token_call: expected a call of {endpoint}, got one of"
                f" {token_call.endpoint.name}"
            )
        fetcher = _Fetcher(token_call, token, expires_in)
        # A hash of what is not secret, because keys are names of files.
        key = f"token-{sha256(repr(token_call).encode()).hexdigest()}"
        super().__init__(TokenCache(fetcher.fetch, key, token_store))
        self._header = header
        self._query = query

    def carry(self, request: Request, token: str) -> Request:
        if self._query:
            return request.with_query(self._query, token)
        if self._header and self._header.lower() != "authorization":
            return request.with_headers({self._header: token})
        return request.with_headers({"Authorization": f"Bearer {token}"})

    def rejects_token(self, error: Error) -> bool:
        """Return whether the error means that the token is not valid: status 401, or a
        documented code."""
        return error.status == 401 or super().rejects_token(error)


class _Fetcher(Opaque):
    def __init__(self, call: TokenCall, token: str, expires_in: str) -> None:
        self._call = call
        self._token = token
        self._expires_in = expires_in

    def fetch(self, channel: SideChannel) -> Steps[tuple[str, float]]:
        """Send the call; return the token with its lifetime in seconds."""
        settings = channel.settings
        assert settings is not None, "a client's channel has its settings"
        response = yield from exchange(self._call, settings)
        try:
            body, _ = decode(response.content)
        except InvalidJson:
            body = None
        token = value_at(body, self._token)
        name = self._call.endpoint.name
        if not is_token(token):
            raise ProtocolError(
                f"{name}: the response has no token at {self._token}",
                outcome="not_sent",
                status=response.status,
            )
        try:
            return token, lifetime(value_at(body, self._expires_in))
        except ValueError as error:
            raise ProtocolError(
                f"{name}: {self._expires_in} {error}",
                outcome="not_sent",
                status=response.status,
            ) from None


def value_at(body: Any, location: str) -> Any:
    """Return the value at a dotted path; None if there is none."""
    for key in location.split("."):
        body = body.get(key) if is_object(body) else None
    return body
