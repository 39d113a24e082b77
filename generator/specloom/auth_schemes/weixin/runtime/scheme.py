"""Access tokens of Weixin (微信接口调用凭证).

Specified at https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from specloom.runtime.auth.base import is_token, need_text
from specloom.runtime.auth.side_channel import SideChannel
from specloom.runtime.auth.token_cache import TokenCache, lifetime
from specloom.runtime.auth.token_store import FileTokenStore as FileTokenStore
from specloom.runtime.auth.token_store import TokenStore as TokenStore
from specloom.runtime.auth.tokens import TokenLike as TokenLike
from specloom.runtime.auth.tokens import TokenScheme, TokenSource, source_of
from specloom.runtime.codec import InvalidJson, decode
from specloom.runtime.confidential import Secret
from specloom.runtime.effects import Steps
from specloom.runtime.errors import ApiError, ConfigError, ProtocolError
from specloom.runtime.http_messages import RawResponse, Request
from specloom.runtime.json_types import is_object
from specloom.runtime.public_names import public
from specloom.runtime.redaction import Redaction

_TRACE = re.compile(r"\brid: ([0-9A-Za-z-]+)")
_PURPOSE: Final = "access_token"


@public("auth")
class WeixinAccessToken(TokenScheme):
    """An access_token or authorizer_access_token, in the query of every request.

    Pass the token, or a sync or async function that returns one; or `appid` and `secret`
    of an account, to fetch it with stable_token, which keeps older tokens valid.
    Processes with the same `token_store` share a token that one of them has fetched.
    """

    def __init__(
        self,
        access_token: TokenLike | None = None,
        *,
        appid: str | None = None,
        secret: str | None = None,
        token_store: TokenStore | None = None,
    ) -> None:
        super().__init__(_source(access_token, appid, secret, token_store))

    def carry(self, request: Request, token: str) -> Request:
        return request.with_query("access_token", token)

    def request_id(self, response: RawResponse, message: str) -> str | None:
        """Return the id at the end of an error message: `rid: …`."""
        return _trace(message) or super().request_id(response, message)


def _trace(message: str) -> str | None:
    found = _TRACE.search(message)
    return found[1] if found else None


def _source(
    access_token: TokenLike | None,
    appid: str | None,
    secret: str | None,
    token_store: TokenStore | None,
) -> TokenSource:
    if access_token is not None:
        if (appid, secret, token_store) != (None, None, None):
            raise ConfigError(
                "access_token: pass it, or appid and secret to fetch it, not both"
            )
        return source_of("access_token", access_token)
    if appid is None and secret is None:
        raise ConfigError("access_token: pass it, or appid and secret to fetch it")
    account = _Account(
        need_text("appid", appid if appid is not None else ""),
        need_text("secret", secret if secret is not None else ""),
    )
    return TokenCache(account.fetch, f"weixin-{appid}", token_store)


class _Account:
    """Fetches tokens of an account."""

    def __init__(self, appid: str, secret: str) -> None:
        self._appid = appid
        self._secret = Secret(secret)

    def fetch(self, channel: SideChannel) -> Steps[tuple[str, float]]:
        """Fetch a token; return it with its lifetime in seconds.

        In normal mode, all requests get the same token until five minutes before it
        expires, so that no process invalidates the token of another.
        """
        given = {
            "grant_type": "client_credential",
            "appid": self._appid,
            "secret": self._secret.reveal(),
        }
        body = json.dumps(given).encode()
        path = "/cgi-bin/stable_token"
        response = yield from channel.fetch(_PURPOSE, "POST", path, body)
        fields = _parse_object(response)
        token = fields.get("access_token")
        if not is_token(token):
            redaction = Redaction([self._secret.reveal()])
            raise _error(response, redaction.value(fields))
        try:
            return token, lifetime(fields.get("expires_in"))
        except ValueError as error:
            raise ProtocolError(
                f"{_PURPOSE}: expires_in {error}",
                outcome="not_sent",
                status=response.status,
            ) from None


def _parse_object(response: RawResponse) -> Mapping[str, Any]:
    try:
        body, _ = decode(response.content)
    except InvalidJson:
        return {}
    return body if is_object(body) else {}


_ADVICE: Final[Mapping[str, tuple[str, str]]] = {
    "-1": ("The system is busy.", "Retry."),
    "40001": (
        "The secret is wrong, or belongs to another appid.",
        "Check appid and secret.",
    ),
    "40002": ("The account cannot use this credential.", "Check the type of account."),
    "40013": ("There is no such appid.", "Check appid; it is case-sensitive."),
    "40125": ("The secret is wrong.", "Check secret, or reset it on the platform."),
    "40164": (
        "The IP address of this computer is not on the allowlist of the account.",
        "Add the address in the message to the allowlist on the platform.",
    ),
    "40243": ("The secret is frozen.", "Unfreeze it on the platform."),
    "45009": ("The daily quota is used up.", "Share tokens with a token_store."),
    "45011": ("Too many requests in a short time.", "Share tokens with a token_store."),
    "50004": ("The account is not allowed to use this.", "Ask the platform."),
    "50007": ("The account is frozen.", "Unfreeze it on the platform."),
}
"""Documented reason and remedy of the codes of stable_token."""


def _error(
    response: RawResponse, fields: Mapping[str, Any]
) -> ApiError | ProtocolError:
    """Return the error for a response without a token, which it must not quote: it may
    hold one all the same."""
    code = fields.get("errcode")
    if code is None:
        return ProtocolError(
            f"{_PURPOSE}: the response of stable_token (status {response.status}) has none",
            outcome="not_sent",
            status=response.status,
        )
    message = str(fields.get("errmsg") or "no message from the server")
    advice = _ADVICE.get(str(code))
    return ApiError(
        f"{_PURPOSE}: {message}",
        outcome="not_sent",
        status=response.status,
        code=str(code),
        request_id=_trace(message),
        reasons=advice[:1] if advice else (),
        remedies=advice[1:] if advice else (),
    )
