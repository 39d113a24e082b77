"""Access tokens of an OAuth 2.0 authorization server.

Specified in RFC 6749 (token endpoint: 3.2, 5; grants: 4.3, 4.4, 6) and RFC 6750.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from logging import getLogger
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from msgspec import structs

from specloom.runtime.auth.base import is_token, need_text
from specloom.runtime.auth.side_channel import SideChannel
from specloom.runtime.auth.token_cache import SharedStore, TokenCache, lifetime
from specloom.runtime.auth.token_store import FileTokenStore as FileTokenStore
from specloom.runtime.auth.token_store import TokenStore as TokenStore
from specloom.runtime.auth.tokens import TokenScheme
from specloom.runtime.codec import InvalidJson, decode
from specloom.runtime.confidential import Opaque, Secret
from specloom.runtime.effects import Steps
from specloom.runtime.errors import ApiError, ConfigError, Error, ProtocolError
from specloom.runtime.hosts import Host, parse_host
from specloom.runtime.http_messages import RawResponse, Request
from specloom.runtime.json_types import is_object
from specloom.runtime.public_names import public
from specloom.runtime.redaction import Redaction

_PURPOSE: Final = "access token"
_YEAR: Final = 366 * 86400
"""Seconds for which a refresh token is stored."""


@public("auth")
class OAuth2(TokenScheme):
    """An OAuth 2.0 access token, sent as a bearer token (RFC 6749, RFC 6750).

    `grant` is how the client gets tokens: `client_credentials`, with `client_id` and
    `client_secret`; `refresh_token`, with `refresh_token` and `client_id`; or `password`,
    with `username` and `password`. `client_auth` is `basic` or `post`. A `token_url` that
    is a path is on the hosts of the API. Processes with the same `token_store` share a
    token that one of them has fetched.
    """

    own_headers = ("Authorization",)

    def __init__(
        self,
        *,
        token_url: str,
        grant: str,
        client_id: str | None = None,
        client_secret: str | None = None,
        refresh_token: str | None = None,
        username: str | None = None,
        password: str | None = None,
        scopes: str | None = None,
        client_auth: str = "basic",
        token_store: TokenStore | None = None,
    ) -> None:
        if client_auth not in ("basic", "post"):
            raise ConfigError("client_auth: expected basic or post")
        credentials = _credentials(grant, refresh_token, username, password)
        if client_id is not None:
            client_id = _need_line("client_id", client_id)
        elif grant != "password":
            raise ConfigError(f"client_id: the grant {grant} needs it")
        if client_secret is not None:
            client_secret = _need_line("client_secret", client_secret)
            if client_id is None:
                raise ConfigError("client_secret: pass client_id too")
        elif grant == "client_credentials":
            raise ConfigError(f"client_secret: the grant {grant} needs it")
        if scopes:
            credentials["scope"] = _need_line("scopes", scopes)
        endpoint = _TokenEndpoint(
            token_url, client_id, client_secret, in_body=client_auth == "post"
        )
        account = _Account(endpoint, {"grant_type": grant, **credentials}, token_store)
        super().__init__(TokenCache(account.fetch, account.key, token_store))

    def carry(self, request: Request, token: str) -> Request:
        return request.with_headers({"Authorization": f"Bearer {token}"})

    def rejects_token(self, error: Error) -> bool:
        """Return whether the error means that the token is not valid: status 401."""
        return error.status == 401 or super().rejects_token(error)


def _credentials(
    grant: str, refresh_token: str | None, username: str | None, password: str | None
) -> dict[str, str]:
    """Return the parameters of a grant; raise `ConfigError` if one is missing."""
    needed: Mapping[str, str | None]
    match grant:
        case "client_credentials":
            needed = {}
        case "refresh_token":
            needed = {"refresh_token": refresh_token}
        case "password":
            needed = {"username": username, "password": password}
        case _:
            raise ConfigError(
                "grant: expected client_credentials, refresh_token or password"
            )
    parameters: dict[str, str] = {}
    for name, value in needed.items():
        if value is None:
            raise ConfigError(f"{name}: the grant {grant} needs it")
        parameters[name] = _need_line(name, value)
    return parameters


def _need_line(name: str, value: Any) -> str:
    """Return the value if it is one line of text; raise `ConfigError`."""
    if not isinstance(value, str):
        raise ConfigError(f"{name}: expected a string, got {type(value).__name__}")
    if not value or not value.isprintable():
        raise ConfigError(f"{name}: expected a non-empty line of text")
    return value


def _location(url: Any) -> tuple[Host | None, str]:
    """Return host and target of a token URL; no host if it is a path on the API's hosts.

    Raise `ConfigError`. The URL is not in the message, because it may hold secrets.
    """
    text = need_text("token_url", url)
    base, mark, query = text.partition("?")
    if "#" in text:
        raise ConfigError("token_url: expected a URL without fragment")
    if base.startswith("/"):
        return None, text
    try:
        host = parse_host(base)
    except ConfigError as error:
        problem = error.message.partition(": ")[2]
        raise ConfigError(f"token_url: {problem}") from None
    path = base.partition("://")[2].partition("/")[2]
    return Host(host.origin), f"/{path}{mark}{query}"


class _TokenEndpoint(Opaque):
    """Token endpoint of an authorization server, and the client's credentials for it."""

    def __init__(
        self,
        url: str,
        client_id: str | None,
        client_secret: str | None,
        *,
        in_body: bool,
    ) -> None:
        self._host, self._target = _location(url)
        self.name = f"{url} {client_id}"
        self._secrets = Secret([client_secret or ""])
        headers: dict[str, str] = {}
        fields: dict[str, str] = {}
        if client_id is not None and client_secret is not None and not in_body:
            # Both are form-encoded first (RFC 6749, 2.3.1).
            pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        elif client_id is not None:
            fields["client_id"] = client_id
            if client_secret is not None:
                fields["client_secret"] = client_secret
        self._headers = Secret(headers)
        self._fields = Secret(fields)

    def request(
        self, parameters: Mapping[str, str], channel: SideChannel
    ) -> Steps[_Grant]:
        """Request a token. Raise `ApiError` or `ProtocolError`, without any secret."""
        own = {
            "User-Agent": channel.headers.get("User-Agent", ""),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
        hosts = channel.hosts if self._host is None else (self._host,)
        response = yield from structs.replace(channel, hosts=hosts, headers=own).fetch(
            _PURPOSE,
            "POST",
            self._target,
            urlencode({**parameters, **self._fields.reveal()}).encode(),
            lambda request: request.with_headers(self._headers.reveal()),
            media="application/x-www-form-urlencoded",
            # The server may have replaced the refresh token although its response is lost.
            idempotent="refresh_token" not in parameters,
        )
        basic = [each.partition(" ")[2] for each in self._headers.reveal().values()]
        hidden = [parameters.get(name, "") for name in ("refresh_token", "password")]
        return _grant(response, Redaction([*self._secrets.reveal(), *basic, *hidden]))


class _Grant(Opaque):
    """An issued access token, its lifetime in seconds, and perhaps a refresh token."""

    def __init__(self, token: str, seconds: float, refresh_token: str | None) -> None:
        self.token = token
        self.seconds = seconds
        self.refresh_token = refresh_token


class _Account(Opaque):
    """Fetches tokens with a grant, and continues with refresh tokens that replace it."""

    def __init__(
        self,
        endpoint: _TokenEndpoint,
        parameters: dict[str, str],
        store: TokenStore | None,
    ) -> None:
        self._endpoint = endpoint
        self._parameters = Secret(parameters)
        self._store = None if store is None else SharedStore(store)
        self._is_stored = True
        """False if the newest refresh token could not be saved."""
        told = {name: v for name, v in parameters.items() if name != "password"}
        # A hash, because keys are names of files. A new authorization has a new key.
        name = sha256(f"{endpoint.name} {urlencode(told)}".encode()).hexdigest()
        self.key = f"oauth2-{name}"
        self._refresh_key = f"{self.key}-refresh"

    def fetch(self, channel: SideChannel) -> Steps[tuple[str, float]]:
        """Fetch a token; return it with its lifetime in seconds."""
        parameters = self._parameters.reveal()
        if "refresh_token" not in parameters:
            grant = yield from self._endpoint.request(parameters, channel)
            return grant.token, grant.seconds
        if self._store is not None and self._is_stored:
            stored = yield from self._store.load(self._refresh_key, channel)
            text = stored.decode() if isinstance(stored, bytes) else stored
            if text and text.isprintable():
                parameters = {**parameters, "refresh_token": text}
        grant = yield from self._endpoint.request(parameters, channel)
        new = grant.refresh_token
        if new is not None and new != parameters["refresh_token"]:
            yield from self._replace(new, channel)
        return grant.token, grant.seconds

    def _replace(self, refresh_token: str, channel: SideChannel) -> Steps[None]:
        """Keep a new refresh token: the server no longer accepts the old one."""
        parameters = self._parameters.reveal()
        self._parameters = Secret({**parameters, "refresh_token": refresh_token})
        if self._store is not None:
            self._is_stored = yield from self._store.save(
                self._refresh_key, refresh_token, _YEAR, channel
            )
        else:
            getLogger(channel.name).warning(
                "the server replaced the refresh token; without a token_store the new one is"
                " lost when the process ends"
            )


def _grant(response: RawResponse, redaction: Redaction) -> _Grant:
    """Return the token in a response; raise an error that quotes none of it but its
    documented texts, because it may hold a token all the same."""
    try:
        body, _ = decode(response.content)
    except InvalidJson:
        body = None
    fields: Mapping[str, Any] = body if is_object(body) else {}
    token = fields.get("access_token")
    if not response.successful or not is_token(token):
        raise _error(response, redaction.value({**fields, "access_token": None}))
    kind = fields.get("token_type", "bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise _protocol_error("the token is not a bearer token", response)
    refresh_token = fields.get("refresh_token")
    try:
        seconds = lifetime(fields.get("expires_in"))
    except ValueError as error:
        raise _protocol_error(f"expires_in {error}", response) from None
    is_usable = isinstance(refresh_token, str) and refresh_token.isprintable()
    return _Grant(
        token, seconds, refresh_token if is_usable and refresh_token else None
    )


_ADVICE: Final[Mapping[str, tuple[str, str]]] = {
    "invalid_client": (
        "The client id is unknown, or the client secret is wrong.",
        "Check client_id, client_secret and client_auth.",
    ),
    "invalid_grant": (
        "The username, password or refresh token is wrong, expired or revoked.",
        "Check the credentials; a refresh token needs a new authorization.",
    ),
    "invalid_scope": ("A scope is unknown or not allowed.", "Check scopes."),
    "unauthorized_client": (
        "The client is not allowed to use this grant.",
        "Allow the grant for the client at the provider.",
    ),
    "unsupported_grant_type": (
        "The server does not support this grant.",
        "Check the documentation of the provider.",
    ),
}
"""Reason and remedy of the error codes of RFC 6749, 5.2."""


def _error(
    response: RawResponse, fields: Mapping[str, Any]
) -> ApiError | ProtocolError:
    code = fields.get("error")
    if response.successful and not isinstance(code, str):
        return _protocol_error("the response has none", response)
    advice = _ADVICE.get(str(code))
    description = fields.get("error_description")
    return ApiError(
        f"{_PURPOSE}: {description or 'no message from the server'}",
        outcome="not_sent",
        status=response.status,
        code=code if isinstance(code, str) else None,
        reasons=advice[:1] if advice else (),
        remedies=advice[1:] if advice else (),
    )


def _protocol_error(problem: str, response: RawResponse) -> ProtocolError:
    return ProtocolError(
        f"{_PURPOSE}: {problem} (status {response.status})",
        outcome="not_sent",
        status=response.status,
    )
