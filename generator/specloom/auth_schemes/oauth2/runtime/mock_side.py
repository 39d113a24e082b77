"""Server side of OAuth 2.0: a token endpoint (RFC 6749), and bearer tokens that expire."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_plus, urlsplit

from specloom.runtime.mock import (
    DocumentedError,
    IncomingRequest,
    MockResponse,
    ServerAuth,
    parse_form,
)

CLIENT_ID: Final = "client-of-a-mock"
CLIENT_SECRET: Final = "secret-of-a-mock"
USERNAME: Final = "user-of-a-mock"
PASSWORD: Final = "password-of-a-mock"
REFRESH_TOKEN: Final = "refresh-token-of-a-mock"
_LIFETIME: Final = 3600
"""Seconds for which an access token is valid."""


class OAuth2ServerAuth(ServerAuth):
    """One client, `CLIENT_ID` with `CLIENT_SECRET`, and one user. A refresh token can be
    used once: the response has the next one."""

    def __init__(
        self,
        *,
        token_url: str,
        grant: str,
        scopes: str | None = None,
        client_auth: str = "basic",
    ) -> None:
        self.options = {
            "token_url": token_url,
            "grant": grant,
            **({"scopes": scopes} if scopes else {}),
            "client_auth": client_auth,
        }
        self._grant = grant
        self._scopes = scopes
        self._client_auth = client_auth
        self._path = urlsplit(token_url).path or "/"
        # Schemes with one token endpoint have one entry: it serves the grants of all.
        self.endpoints = {f"POST {self._path}": ("POST", self._path)}

    @property
    def credentials(self) -> Mapping[str, Any]:
        client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        match self._grant:
            case "password":
                return {"username": USERNAME, "password": PASSWORD, **client}
            case "refresh_token":
                return {"refresh_token": self._refresh_token(), **client}
            case _:
                return client

    def _refresh_token(self) -> str:
        return str(self._mock.store.get("oauth2", "refresh_token") or REFRESH_TOKEN)

    # --- token endpoint ---------------------------------------------------------------

    def serve(self, name: str, incoming: IncomingRequest) -> MockResponse:
        form = parse_form(incoming.body.decode("latin-1"))
        given = {key: values[0] for key, values in form.items()}
        if any(len(values) > 1 for values in form.values()):
            return _error(400, "invalid_request")
        if self._client(incoming, given) != (CLIENT_ID, CLIENT_SECRET):
            return _error(401, "invalid_client")
        grant = given.get("grant_type", "")
        issued: dict[str, Any] = {}
        with self._mock.lock:
            match grant:
                case "client_credentials":
                    pass
                case "password":
                    user = given.get("username"), given.get("password")
                    if user != (USERNAME, PASSWORD):
                        return _error(400, "invalid_grant")
                case "refresh_token":
                    if given.get("refresh_token") != self._refresh_token():
                        return _error(400, "invalid_grant")
                    issued["refresh_token"] = (
                        f"MOCK_REFRESH_{secrets.token_urlsafe(24)}"
                    )
                    self._mock.store.put(
                        "oauth2", "refresh_token", issued["refresh_token"]
                    )
                case _:
                    return _error(400, "unsupported_grant_type")
            token = f"MOCK_{secrets.token_urlsafe(24)}"
            entry = {"until": self._mock.now() + _LIFETIME, "grant": grant}
            self._mock.store.put("oauth2 token", token, entry)
        issued |= {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": _LIFETIME,
        }
        if scopes := given.get("scope", self._scopes):
            issued["scope"] = scopes
        return _json(200, issued)

    def _client(
        self, incoming: IncomingRequest, given: Mapping[str, str]
    ) -> tuple[str | None, str | None]:
        """Return id and secret of the client, from where the spec says they are sent."""
        if self._client_auth == "post":
            return given.get("client_id"), given.get("client_secret")
        kind, _, encoded = incoming.headers.get("Authorization", "").partition(" ")
        try:
            pair = b64decode(encoded, validate=True).decode() if kind == "Basic" else ""
        except ValueError:
            pair = ""
        name, _, secret = pair.partition(":")
        return unquote_plus(name), unquote_plus(secret)

    # --- requests ---------------------------------------------------------------------

    def authenticate(self, incoming: IncomingRequest, signed: bytes) -> None:
        if incoming.path.endswith(self._path):
            return
        kind, _, token = incoming.headers.get("Authorization", "").partition(" ")
        entry: Any = self._mock.store.get("oauth2 token", token)
        if (
            kind != "Bearer"
            or entry is None
            or entry["grant"] != self._grant
            or entry["until"] <= self._mock.now()
        ):
            raise DocumentedError(
                401, "UNAUTHORIZED", "the access token is missing, invalid or expired"
            )


def _error(status: int, code: str) -> MockResponse:
    return _json(status, {"error": code})


def _json(status: int, fields: Mapping[str, Any]) -> MockResponse:
    headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
    return MockResponse(status, json.dumps(fields).encode(), headers)
