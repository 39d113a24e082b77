"""Weixin's interface credential (微信接口调用凭证)."""

from __future__ import annotations

import re

from ..actions import Steps
from ..messages import Reply, Request
from .tokens import TokenLike as TokenLike
from .tokens import TokenScheme

_TRACE = re.compile(r"\brid: ([0-9A-Za-z-]+)")


class WeixinAccessToken(TokenScheme):
    """An access_token or authorizer_access_token, in the query of every request.

    Give the token, or a function, plain or async, that returns one.
    """

    _name = "access_token"

    def __init__(self, access_token: TokenLike) -> None:
        super().__init__(access_token)

    def authorize(self, request: Request, until: float) -> Steps[Request]:
        token = yield from self.token()
        return request.with_query("access_token", token)

    def request_id(self, reply: Reply, message: str) -> str | None:
        """Weixin names the request at the end of an error's message: `rid: …`."""
        found = _TRACE.search(message)
        return found[1] if found else super().request_id(reply, message)
