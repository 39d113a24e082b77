"""API key in a header or in the query."""

from __future__ import annotations

from specloom.runtime.auth.base import Scheme, need_text
from specloom.runtime.confidential import Secret
from specloom.runtime.errors import ConfigError
from specloom.runtime.http_messages import Request
from specloom.runtime.public_names import public


@public("auth")
class ApiKey(Scheme):
    """An API key in a header (`X-Api-Key` by default) or in the query."""

    def __init__(
        self, key: str, *, header: str | None = None, query: str | None = None
    ) -> None:
        if header and query:
            raise ConfigError("pass header or query, not both")
        self._key = Secret(need_text("key", key))
        self._query = query
        self._header = header or "X-Api-Key"

    def sign(self, request: Request) -> Request:
        if self._query:
            return request.with_query(self._query, self._key.reveal())
        return request.with_headers({self._header: self._key.reveal()})
