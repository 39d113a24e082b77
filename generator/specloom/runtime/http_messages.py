"""HTTP messages: a request ready to send, and a response as received."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from .confidential import Confidential, Opaque
from .headers import Headers
from .hosts import Host


class Request(Opaque):
    """A complete request.

    `target` is the percent-encoded path and query of the request line. `signed` is the
    part of the body that a signature covers: all of it, or one part of a multipart
    body. Target, headers and body may hold secrets.
    """

    __slots__ = ("body", "headers", "host", "method", "signed", "target")

    def __init__(
        self,
        method: str,
        host: Host,
        target: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        signed: bytes = b"",
    ) -> None:
        self.method = method
        self.host = host
        self.target = target
        self.headers = headers
        self.body = body
        self.signed = signed

    def with_headers(self, added: Mapping[str, str]) -> Request:
        """Return the request with more headers."""
        headers = {**self.headers, **added}
        return self._with(self.target, headers)

    def with_query(self, name: str, value: str) -> Request:
        """Return the request with one more query parameter."""
        separator = "&" if "?" in self.target else "?"
        added = f"{quote(name, safe='')}={quote(value, safe='')}"
        return self._with(f"{self.target}{separator}{added}", self.headers)

    def at(self, host: Host) -> Request:
        """Return the request for a host, with its prefix before the path."""
        headers = {**self.headers, "Host": host.authority}
        target = host.prefix + self.target
        return Request(self.method, host, target, headers, self.body, self.signed)

    def _with(self, target: str, headers: Mapping[str, str]) -> Request:
        return Request(self.method, self.host, target, headers, self.body, self.signed)

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.host.origin}>"


class RawResponse(Confidential, frozen=True):
    """A complete response as received; the content is decompressed."""

    status: int
    headers: Headers
    content: bytes

    @property
    def successful(self) -> bool:
        """True if the status is 2xx."""
        return 200 <= self.status < 300

    def __repr__(self) -> str:
        return f"<RawResponse {self.status}, {len(self.content)} bytes>"
