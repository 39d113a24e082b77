"""A request as it goes out and an answer as it came, before any meaning."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from .headers import Headers
from .hosts import Host


class Request(Struct, frozen=True):
    """One request, every byte of it decided.

    `target` is path and query as they stand in the request line, percent-encoded.
    `signed` is what stands for the body in a signature: the body itself, or one part.
    The `repr` shows neither target nor header nor body, all of which hold secrets.
    """

    method: str
    host: Host
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    signed: bytes = b""

    def with_headers(self, added: Mapping[str, str]) -> Request:
        """The same with these header fields as well."""
        return replace(self, headers={**self.headers, **added})

    def with_query(self, name: str, value: str) -> Request:
        """The same with one more query parameter."""
        joint = "&" if "?" in self.target else "?"
        added = f"{quote(name, safe='')}={quote(value, safe='')}"
        return replace(self, target=f"{self.target}{joint}{added}")

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.host.origin}>"


class Reply(Struct, frozen=True):
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
