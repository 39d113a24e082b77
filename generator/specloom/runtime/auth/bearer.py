"""A bearer token (RFC 6750)."""

from __future__ import annotations

from ..actions import Steps
from ..messages import Request
from .tokens import TokenLike as TokenLike
from .tokens import TokenScheme


class Bearer(TokenScheme):
    """A bearer token, in the header field Authorization (RFC 6750)."""

    def authorize(self, request: Request, until: float) -> Steps[Request]:
        token = yield from self.token()
        return request.with_headers({"Authorization": f"Bearer {token}"})
