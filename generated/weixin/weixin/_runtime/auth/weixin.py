"""Weixin's interface credential (微信接口调用凭证).

How it is fetched: https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from ..codec import InvalidJson, decode
from ..confidential import Secret
from ..effects import Steps
from ..errors import ApiError, ConfigError, ProtocolError
from ..http_messages import RawResponse, Request
from ..json_types import is_object
from ..public_names import public
from ..redaction import Redaction
from .base import is_token, need_text
from .side_channel import SideChannel
from .token_cache import TokenCache, lifetime
from .token_store import FileTokenStore as FileTokenStore
from .token_store import TokenStore as TokenStore
from .tokens import TokenLike as TokenLike
from .tokens import TokenScheme, TokenSource, source_of

_TRACE = re.compile(r"\brid: ([0-9A-Za-z-]+)")
_PURPOSE: Final = "access_token"


@public("auth")
class WeixinAccessToken(TokenScheme):
    """An access_token or authorizer_access_token, in the query of every request.

    Give the token, or a function, plain or async, that returns one; or `appid` and `secret`
    of an account, with which it is fetched (stable_token, which does not make older ones
    invalid). Processes with the same `token_store` share what one of them has fetched.
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

    def request_id(self, reply: RawResponse, message: str) -> str | None:
        """Weixin names the request at the end of an error's message: `rid: …`."""
        return _trace(message) or super().request_id(reply, message)


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
                "access_token: give it, or appid and secret to have it fetched, not both"
            )
        return source_of("access_token", access_token)
    if appid is None and secret is None:
        raise ConfigError(
            "access_token: give it, or appid and secret to have it fetched"
        )
    account = _Account(
        need_text("appid", appid if appid is not None else ""),
        need_text("secret", secret if secret is not None else ""),
    )
    return TokenCache(account.fetch, f"weixin-{appid}", token_store)


class _Account:
    """An account that tokens are fetched for."""

    def __init__(self, appid: str, secret: str) -> None:
        self._appid = appid
        self._secret = Secret(secret)

    def fetch(self, reach: SideChannel) -> Steps[tuple[str, float]]:
        """Steps to a token and the seconds for which it is valid.

        In normal mode: the server gives the same token to all who ask, until five minutes
        before it expires, so that nobody makes another's token invalid.
        """
        given = {
            "grant_type": "client_credential",
            "appid": self._appid,
            "secret": self._secret.reveal(),
        }
        body = json.dumps(given).encode()
        path = "/cgi-bin/stable_token"
        reply = yield from reach.fetch(_PURPOSE, "POST", path, body)
        answer = _parsed(reply)
        token = answer.get("access_token")
        if not is_token(token):
            redaction = Redaction([self._secret.reveal()])
            raise _refusal(reply, redaction.value(answer))
        try:
            return token, lifetime(answer.get("expires_in"))
        except ValueError as error:
            raise ProtocolError(
                f"{_PURPOSE}: expires_in {error}",
                outcome="not_sent",
                status=reply.status,
            ) from None


def _parsed(reply: RawResponse) -> Mapping[str, Any]:
    try:
        answer, _ = decode(reply.content)
    except InvalidJson:
        return {}
    return answer if is_object(answer) else {}


_ADVICE: Final[Mapping[str, tuple[str, str]]] = {
    "-1": ("The system is busy.", "Try again."),
    "40001": ("The secret is wrong, or not this appid's.", "Check appid and secret."),
    "40002": ("The account cannot use this credential.", "Check the type of account."),
    "40013": ("There is no such appid.", "Check appid; it is case-sensitive."),
    "40125": ("The secret is wrong.", "Check secret, or reset it on the platform."),
    "40164": (
        "This computer's address is not in the account's list of allowed ones.",
        "Add the address that the message names, on the platform.",
    ),
    "40243": ("The secret is frozen.", "Unfreeze it on the platform."),
    "45009": ("The daily quota is used up.", "Share tokens with a token_store."),
    "45011": ("Too many requests in a short time.", "Share tokens with a token_store."),
    "50004": ("The account is not allowed to use this.", "Ask the platform."),
    "50007": ("The account is frozen.", "Unfreeze it on the platform."),
}
"""What the documentation says of the codes of stable_token: reason and remedy."""


def _refusal(reply: RawResponse, answer: Mapping[str, Any]) -> ApiError | ProtocolError:
    """The error that an answer without a token is; without the answer, which may hold
    one all the same."""
    code = answer.get("errcode")
    if code is None:
        return ProtocolError(
            f"{_PURPOSE}: the answer of stable_token, of status {reply.status}, has none",
            outcome="not_sent",
            status=reply.status,
        )
    message = str(answer.get("errmsg") or "the server gave no message")
    advice = _ADVICE.get(str(code))
    return ApiError(
        f"{_PURPOSE}: {message}",
        outcome="not_sent",
        status=reply.status,
        code=str(code),
        request_id=_trace(message),
        reasons=advice[:1] if advice else (),
        remedies=advice[1:] if advice else (),
    )
