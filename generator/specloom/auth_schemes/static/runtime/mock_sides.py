"""Server side of the schemes with static credentials."""

from __future__ import annotations

from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

from specloom.runtime.mock import DocumentedError, IncomingRequest, ServerAuth

SECRET: Final = "secret-of-a-mock"


class _Presented(ServerAuth, ABC):
    """Accepts one secret, in a header or in the query."""

    def authenticate(self, incoming: IncomingRequest, signed: bytes) -> None:
        if not self._is_presented(incoming):
            raise DocumentedError(
                401, "UNAUTHORIZED", "the credentials are missing or wrong"
            )

    @abstractmethod
    def _is_presented(self, incoming: IncomingRequest) -> bool:
        """Return whether the request has the credentials."""


class BearerServerAuth(_Presented):
    """`Authorization: Bearer …`."""

    def _is_presented(self, incoming: IncomingRequest) -> bool:
        return incoming.headers.get("Authorization") == f"Bearer {SECRET}"

    @property
    def credentials(self) -> Mapping[str, Any]:
        return {"token": SECRET}


class BasicServerAuth(_Presented):
    """`Authorization: Basic …`."""

    def _is_presented(self, incoming: IncomingRequest) -> bool:
        expected = b64encode(f"mock:{SECRET}".encode()).decode()
        return incoming.headers.get("Authorization") == f"Basic {expected}"

    @property
    def credentials(self) -> Mapping[str, Any]:
        return {"username": "mock", "password": SECRET}


class ApiKeyServerAuth(_Presented):
    """A key in the header, the query parameter or the cookie of this name."""

    def __init__(
        self,
        *,
        header: str | None = None,
        query: str | None = None,
        cookie: str | None = None,
    ) -> None:
        given = {"header": header, "query": query, "cookie": cookie}
        self.options = {name: text for name, text in given.items() if text}
        self._header = header or ("" if query or cookie else "X-Api-Key")
        self._query = query or ""
        self._cookie = cookie

    def _is_presented(self, incoming: IncomingRequest) -> bool:
        if self._cookie:
            cookies = incoming.headers.get("Cookie", "").split("; ")
            return f"{self._cookie}={SECRET}" in cookies
        if self._header:
            return incoming.headers.get(self._header) == SECRET
        return incoming.query.get(self._query) == [SECRET]

    @property
    def credentials(self) -> Mapping[str, Any]:
        return {"key": SECRET}
