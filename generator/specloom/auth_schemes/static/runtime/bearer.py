"""Bearer token (RFC 6750)."""

from __future__ import annotations

from specloom.runtime.auth.tokens import TokenLike as TokenLike
from specloom.runtime.auth.tokens import TokenScheme, source_of
from specloom.runtime.http_messages import Request
from specloom.runtime.public_names import public


@public("auth")
class Bearer(TokenScheme):
    """A bearer token in the header Authorization (RFC 6750)."""

    own_headers = ("Authorization",)

    def __init__(self, token: TokenLike) -> None:
        super().__init__(source_of("token", token))

    def carry(self, request: Request, token: str) -> Request:
        return request.with_headers({"Authorization": f"Bearer {token}"})
