"""API key in a header, in the query or in a cookie."""

from __future__ import annotations

from collections.abc import Iterator

from specloom.runtime.auth.base import Scheme, need_text
from specloom.runtime.confidential import Secret
from specloom.runtime.errors import ConfigError
from specloom.runtime.http_messages import Request
from specloom.runtime.public_names import public

_NOT_IN_COOKIES = frozenset('",;\\')
"""Characters that a cookie cannot have, besides those that no token has (RFC 6265)."""


@public("auth")
class ApiKey(Scheme):
    """An API key in a header (`X-Api-Key` by default), in the query or in a cookie."""

    def __init__(
        self,
        key: str,
        *,
        header: str | None = None,
        query: str | None = None,
        cookie: str | None = None,
    ) -> None:
        if [header, query, cookie].count(None) < 2:
            raise ConfigError("pass one of header, query and cookie")
        self._key = Secret(need_text("key", key))
        if cookie and not _NOT_IN_COOKIES.isdisjoint(key):
            raise ConfigError('key: must not contain a character of "\\,; in a cookie')
        self._query = query
        self._cookie = cookie
        self._header = header or "X-Api-Key"
        self.own_headers = () if query else (self._header,)

    def sign(self, request: Request) -> Request:
        if self._query:
            return request.with_query(self._query, self._key.reveal())
        if self._cookie:
            return request.with_cookie(self._cookie, self._key.reveal())
        return request.with_headers({self._header: self._key.reveal()})

    def secrets(self, plain: Request, signed: Request) -> Iterator[str]:
        yield from super().secrets(plain, signed)
        yield self._key.reveal()
