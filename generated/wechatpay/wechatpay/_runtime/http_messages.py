"""A request as it goes out and an answer as it came, before any meaning."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from .confidential import Confidential, Opaque
from .headers import Headers
from .hosts import Host


class Request(Opaque):
    """One request, every byte of it decided.

    `target` is path and query as they stand in the request line, percent-encoded.
    `signed` is what stands for the body in a signature: the body itself, or one part.
    Target, header and body hold secrets.
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
        """The same with these header fields as well."""
        headers = {**self.headers, **added}
        return self._with(self.target, headers)

    def with_query(self, name: str, value: str) -> Request:
        """The same with one more query parameter."""
        joint = "&" if "?" in self.target else "?"
        added = f"{quote(name, safe='')}={quote(value, safe='')}"
        return self._with(f"{self.target}{joint}{added}", self.headers)

    def at(self, host: Host) -> Request:
        """The request as it goes to this host, whose prefix the path gets."""
        headers = {**self.headers, "Host": host.authority}
        target = host.prefix + self.target
        return Request(self.method, host, target, headers, self.body, self.signed)

    def _with(self, target: str, headers: Mapping[str, str]) -> Request:
        return Request(self.method, self.host, target, headers, self.body, self.signed)

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.host.origin}>"


class RawResponse(Confidential, frozen=True):
    """One answer, read whole and decompressed."""

    status: int
    headers: Headers
    content: bytes

    @property
    def successful(self) -> bool:
        """Whether the status is one of success, 2xx."""
        return 200 <= self.status < 300

    def __repr__(self) -> str:
        return f"<Reply {self.status}, {len(self.content)} bytes>"
