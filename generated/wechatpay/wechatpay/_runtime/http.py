"""The seam to the HTTP library: nothing else here knows of it, but for `network`.

It speaks to transports, not to a client: no redirections, no cookies, no proxies from the
environment, no log lines with URLs in them, and errors that do not hold the request.
"""

from __future__ import annotations

import builtins
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn, TypeAlias

import httpx

from .actions import Send
from .errors import ConnectError, InvalidRequest, ProtocolError, TimeoutError
from .headers import Headers
from .messages import Reply
from .network import PIECE, AsyncBackend, Backend, Until, left

Transport: TypeAlias = httpx.BaseTransport
AsyncTransport: TypeAlias = httpx.AsyncBaseTransport

_LIMITS = httpx.Limits(max_connections=100, keepalive_expiry=7.0)
"""Servers close idle connections, some after 8 s; one that closes as we send is a request
whose fate is unknown."""


@dataclass(frozen=True, slots=True, repr=False)
class Route:
    """How to reach servers: through a proxy, and whom to trust; None is the default."""

    proxy: str | None = None
    ssl_context: ssl.SSLContext | None = None

    def transport(self) -> Transport:
        """A new transport for plain code."""
        made = httpx.HTTPTransport(
            self.ssl_context or _trust(), limits=_LIMITS, proxy=self.proxy
        )
        _pool(made)._network_backend = Backend()
        return made

    def async_transport(self) -> AsyncTransport:
        """A new transport for async code, for one event loop."""
        made = httpx.AsyncHTTPTransport(
            self.ssl_context or _trust(), limits=_LIMITS, proxy=self.proxy
        )
        _pool(made)._network_backend = AsyncBackend()
        return made


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust by default; reading all those certificates takes a while."""
    return httpx.create_ssl_context()


def _pool(transport: object) -> Any:
    # The one private attribute that is used here: the transport's constructor does not
    # pass on the network backend that its pool would take.
    return vars(transport)["_pool"]


def send(transport: Transport, action: Send) -> Reply:
    """Send a request, and read its answer whole."""
    body = _Body(action.request.body)
    try:
        response = transport.handle_request(_outgoing(action, body))
        try:
            intake = _Intake(response, action.limit)
            stream: Any = response.stream  # not iter_raw: a mock may have read it
            for chunk in stream:
                intake.add(chunk)
                left(action.until, httpx.ReadTimeout)
            return intake.reply()
        finally:
            response.close()
    except Exception as error:
        _fail(error, action, body)


async def send_async(transport: AsyncTransport, action: Send) -> Reply:
    """As `send`, in async code."""
    import asyncio

    body = _Body(action.request.body)
    try:
        async with asyncio.timeout(action.until - time.monotonic()):
            response = await transport.handle_async_request(_outgoing(action, body))
            try:
                intake = _Intake(response, action.limit)
                stream: Any = response.stream
                async for chunk in stream:
                    intake.add(chunk)
                return intake.reply()
            finally:
                await response.aclose()
    except Exception as error:
        _fail(error, action, body)


# --- requests -------------------------------------------------------------------------


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The bytes of a body; it notices when the library comes to it, which is when the
    head of the request has been written."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.reached = False

    def __iter__(self) -> Iterator[bytes]:
        self.reached = True
        yield self._content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.reached = True
        yield self._content


def _outgoing(action: Send, body: _Body) -> httpx.Request:
    """The library's request; it fails unless just what was signed will be sent."""
    request = action.request
    remaining = left(action.until, httpx.ConnectTimeout)
    until = Until(remaining, action.until)
    made = httpx.Request(
        request.method,
        request.host.origin + request.target,
        headers=request.headers,
        stream=body,
        extensions={
            "timeout": {
                "connect": until,
                "read": until,
                "write": until,
                "pool": remaining,
            }
        },
    )
    if made.url.raw_path != request.target.encode("ascii"):
        raise InvalidRequest("the URL would not be sent as it was signed")
    return made


# --- answers --------------------------------------------------------------------------


class _Intake:
    """Takes an answer's body in, inflates it, and stops at the limit."""

    def __init__(self, response: httpx.Response, limit: int) -> None:
        self._status = response.status_code
        self._headers = Headers(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in response.headers.raw
        )
        self._chunks: list[bytes] = []
        self._room = limit
        self._limit = limit
        self._inflate: Any = None
        encoding = self._headers.get("Content-Encoding", "identity").strip().lower()
        if encoding in ("gzip", "x-gzip", "deflate"):
            self._inflate = _inflater()
        elif encoding not in ("", "identity"):
            self._refuse(f"the answer has a content encoding not asked for: {encoding}")

    def add(self, chunk: bytes) -> None:
        if self._inflate is None:
            self._keep(chunk)
            return
        try:
            while chunk:
                if self._inflate.eof:  # gzip may come in several members
                    self._inflate = _inflater()
                self._keep(self._inflate.decompress(chunk, PIECE))
                chunk = self._inflate.unconsumed_tail or self._inflate.unused_data
        except zlib.error:
            self._refuse("the answer's compression is broken")

    def _keep(self, chunk: bytes) -> None:
        self._room -= len(chunk)
        if self._room < 0:
            self._refuse(f"the answer is longer than {self._limit} bytes")
        self._chunks.append(chunk)

    def reply(self) -> Reply:
        if self._inflate is not None and self._chunks and not self._inflate.eof:
            self._refuse("the answer's compression is broken")
        return Reply(self._status, self._headers, b"".join(self._chunks))

    def _refuse(self, text: str) -> NoReturn:
        raise ProtocolError(
            text,
            status=self._status,
            headers=self._headers,
            content=b"".join(self._chunks),
        )


def _inflater() -> Any:
    return zlib.decompressobj(32 + zlib.MAX_WBITS)  # zlib's header or gzip's


def _fail(error: Exception, action: Send, body: _Body) -> NoReturn:
    """Raise the error of ours that the library's means."""
    outcome: Any = "unknown" if body.reached else "not_sent"
    host = action.request.host.origin
    match error:
        case ProtocolError() | InvalidRequest():
            raise error
        case httpx.TimeoutException() | builtins.TimeoutError():
            what = "complete answer from" if body.reached else "connection to"
            text = f"no {what} {host} before the deadline"
            raise TimeoutError(text, outcome=outcome) from error
        case httpx.RemoteProtocolError() | httpx.DecodingError():
            text = f"{host} broke off or broke the rules of HTTP: {error}"
            raise ProtocolError(text, outcome=outcome) from error
        case httpx.InvalidURL() | httpx.LocalProtocolError() | UnicodeError():
            raise InvalidRequest(f"it cannot be sent: {error}") from error
        case httpx.TransportError() | OSError():
            did = (
                "the connection to {} broke" if body.reached else "no connection to {}"
            )
            text = f"{did.format(host)}: {error or type(error).__name__}"
            raise ConnectError(text, outcome=outcome) from error
        case _:
            raise error
