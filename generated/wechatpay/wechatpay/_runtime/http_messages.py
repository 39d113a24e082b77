"""HTTP messages: a request ready to send, and a response as received."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Final
from urllib.parse import quote, quote_plus

from .confidential import Confidential, Opaque
from .errors import ConfigError
from .headers import Headers, is_media_of
from .hosts import Host

FORM: Final = "application/x-www-form-urlencoded"


class BodyError(Exception):
    """The body of a request cannot be read; the message says why."""


class BodyStream(ABC):
    """Body of a request that is read while it is sent; each iteration begins anew."""

    @property
    @abstractmethod
    def length(self) -> int | None:
        """Size in bytes; None if it is unknown."""

    @property
    @abstractmethod
    def reusable(self) -> bool:
        """Whether the body can be read from its beginning, now."""

    @property
    @abstractmethod
    def only_async(self) -> bool:
        """Whether the body can be read in async code only."""

    @abstractmethod
    def check(self) -> None:
        """Raise `BodyError` if the body cannot be read now, before a byte is sent."""

    @abstractmethod
    def __iter__(self) -> Iterator[bytes]: ...

    @abstractmethod
    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def read(self) -> bytes:
        """Return the whole body, for a signature; raise `ConfigError`."""
        if self.length is None or self.only_async:
            raise ConfigError(
                "authentication signs the body, so it must be bytes or a file"
            )
        return b"".join(self)


class Request(Opaque):
    """A complete request.

    `target` is the percent-encoded path and query of the request line. `signed` is the
    part of the body that a signature covers: all of it, or one part of a multipart
    body. Target, headers and body may hold secrets. The content of a `stream` is read
    as a whole if authentication needs `body`, or `signed` without a signed part.
    """

    __slots__ = ("_body", "_signed", "headers", "host", "method", "stream", "target")

    def __init__(
        self,
        method: str,
        host: Host,
        target: str,
        headers: Mapping[str, str],
        body: bytes | BodyStream = b"",
        signed: bytes | None = b"",
    ) -> None:
        self.method = method
        self.host = host
        self.target = target
        self.headers = headers
        self.stream = body if isinstance(body, BodyStream) else None
        self._body = body
        self._signed = signed

    @property
    def body(self) -> bytes:
        """Body as a whole."""
        body = self._body
        return body.read() if isinstance(body, BodyStream) else body

    @property
    def signed(self) -> bytes:
        """Part of the body that a signature covers."""
        return self.body if self._signed is None else self._signed

    def with_headers(self, added: Mapping[str, str]) -> Request:
        """Return the request with more headers."""
        headers = {**self.headers, **added}
        return self._with(self.target, headers)

    def with_query(self, name: str, value: str) -> Request:
        """Return the request with a query parameter, in place of one of this name."""
        path, _, query = self.target.partition("?")
        key = f"{quote(name, safe='')}="
        pairs = [pair for pair in query.split("&") if not pair.startswith(key)]
        pairs = [*filter(None, pairs), f"{key}{quote(value, safe='')}"]
        return self._with(f"{path}?{'&'.join(pairs)}", self.headers)

    def with_form(self, added: Mapping[str, str]) -> Request:
        """Return the request with more fields in its URL-encoded form; raise
        `ConfigError` if it has no form."""
        if not is_media_of(
            Headers(self.headers.items()).get("Content-Type", ""), (FORM,)
        ):
            raise ConfigError(
                f"authentication adds fields to a form, so the body must be {FORM}"
            )
        pairs = [f"{quote_plus(name)}={quote_plus(added[name])}" for name in added]
        body = b"&".join(filter(None, (self.body, "&".join(pairs).encode())))
        headers = {**self.headers, "Content-Length": str(len(body))}
        return Request(self.method, self.host, self.target, headers, body, None)

    def with_cookie(self, name: str, value: str) -> Request:
        """Return the request with one more cookie (RFC 6265, 4.2.1)."""
        headers = Headers(self.headers.items())
        cookies = filter(None, [headers.get("Cookie"), f"{name}={value}"])
        others = {
            key: each for key, each in self.headers.items() if key.lower() != "cookie"
        }
        return self._with(self.target, {**others, "Cookie": "; ".join(cookies)})

    def at(self, host: Host) -> Request:
        """Return the request for a host, with its prefix before the path."""
        headers = {**self.headers, "Host": host.authority}
        target = host.prefix + self.target
        return Request(self.method, host, target, headers, self._body, self._signed)

    def _with(self, target: str, headers: Mapping[str, str]) -> Request:
        return Request(
            self.method, self.host, target, headers, self._body, self._signed
        )

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
