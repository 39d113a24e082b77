"""A bearer token (RFC 6750)."""

from __future__ import annotations

from ..http_messages import Request
from ..public_names import public
from .tokens import TokenLike as TokenLike
from .tokens import TokenScheme, source_of


@public("auth")
class Bearer(TokenScheme):
    """A bearer token, in the header field Authorization (RFC 6750)."""

    def __init__(self, token: TokenLike) -> None:
        super().__init__(source_of("token", token))

    def carry(self, request: Request, token: str) -> Request:
        return request.with_headers({"Authorization": f"Bearer {token}"})
