"""Adapter of httpx; only this module and `deadline_backend` use the HTTP library.

It uses transports, not `httpx.Client`: so there are no redirects, cookies, proxies of
the environment or logged URLs, and errors do not hold the request.
"""

from __future__ import annotations

import builtins
import ssl
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

import httpcore
import httpx

from .confidential import Opaque
from .deadline_backend import (
    AsyncBackend,
    Backend,
    DeadlineTimeout,
    close_abandoned,
    close_idle,
    disable_queueing,
    remaining_seconds,
    use_backend,
)
from .effects import Send
from .errors import (
    ConfigError,
    ConnectionFailed,
    DeadlineExceeded,
    Error,
    InvalidRequest,
    ProtocolError,
)
from .event_loop import at_end_of_loop
from .fair_semaphore import FairSemaphore
from .http_messages import BodyError, RawResponse
from .response_reader import ResponseReader
from .tls import default_ssl_context, is_certificate_error

if TYPE_CHECKING:
    import asyncio

Transport: TypeAlias = httpx.BaseTransport
AsyncTransport: TypeAlias = httpx.AsyncBaseTransport

MAX_CONCURRENT_REQUESTS: Final = 100
"""Maximum number of concurrent requests of a client; further ones wait."""
_LIMITS = httpx.Limits(
    max_keepalive_connections=MAX_CONCURRENT_REQUESTS, keepalive_expiry=7.0
)
"""Some servers close idle connections after 8 s; if one does while we send, the outcome
of the request is unknown. Requests are limited by our own semaphores, because httpcore
loses a slot for ever if it assigns the slot while the waiting task is cancelled."""


class PoolTransport(httpx.HTTPTransport):
    """Sync transport of a client, with its own slots for requests."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.slots = FairSemaphore(MAX_CONCURRENT_REQUESTS)


class AsyncPoolTransport(httpx.AsyncHTTPTransport):
    """Async transport of a client, with its own slots for requests."""

    def __init__(self, **options: Any) -> None:
        from asyncio import Semaphore

        super().__init__(**options)
        self.slots = Semaphore(MAX_CONCURRENT_REQUESTS)
        disable_queueing(pool_of(self))
        self._end = at_end_of_loop(partial(close_idle, pool_of(self)))


class Route(Opaque):
    """Options of a connection: proxy and TLS context; None is the default."""

    __slots__ = ("_proxy", "_ssl_context")

    def __init__(
        self, proxy: str | None = None, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self._proxy = proxy
        self._ssl_context = ssl_context

    def transport(self) -> Transport:
        """Return a new sync transport."""
        transport = PoolTransport(**self._options())
        use_backend(pool_of(transport), Backend())
        return transport

    def async_transport(self) -> AsyncTransport:
        """Return a new async transport for one event loop."""
        transport = AsyncPoolTransport(**self._options())
        use_backend(pool_of(transport), AsyncBackend())
        return transport

    def _options(self) -> dict[str, Any]:
        ssl_context = self._ssl_context or _default_ssl_context()
        return {"verify": ssl_context, "limits": _LIMITS, "proxy": self._proxy}


@cache
def _default_ssl_context() -> ssl.SSLContext:
    """Return the default TLS context; cached, because it reads many certificates."""
    return default_ssl_context(httpx.create_ssl_context)


def pool_of(transport: object) -> Any:
    """Return the connection pool of a transport."""
    # A private attribute, because the constructor takes no network backend.
    return vars(transport)["_pool"]


def prepare_transport(transport: object) -> None:
    """Make a custom transport enforce deadlines; raise `ConfigError`."""
    if not isinstance(transport, httpx.BaseTransport):
        raise ConfigError(
            f"transport: expected an instance of {httpx.__name__}.HTTPTransport, or of"
            " another sync transport"
        )
    if isinstance(transport, httpx.HTTPTransport):
        pool = vars(transport).get("_pool")
        if type(getattr(pool, "_network_backend", None)) is httpcore.SyncBackend:
            use_backend(pool, Backend())


def prepare_async_transport(transport: object) -> bool:
    """Check a custom async transport; return whether it is bound to one event loop."""
    if not isinstance(transport, httpx.AsyncBaseTransport):
        raise ConfigError(
            f"transport: expected an instance of {httpx.__name__}.AsyncHTTPTransport, or of"
            " another async transport"
        )
    is_bound = isinstance(transport, httpx.AsyncHTTPTransport)
    if is_bound:
        use_backend(vars(transport).get("_pool"))
    return is_bound


def send(transport: Transport, action: Send) -> RawResponse:
    """Send a request and return its complete response."""
    body = RequestBody(action)
    try:
        if action.request.stream is not None and action.request.stream.only_async:
            raise ConfigError("an async iterator needs the async client")
        with slot(transport, action.until):
            response = transport.handle_request(outgoing_request(action, body))
            try:
                reader = reader_of(response, action.limit)
                stream: Any = response.stream  # not `iter_raw`: a mock may have read it
                for chunk in stream:
                    reader.add(chunk)
                    remaining_seconds(body.until, httpx.ReadTimeout)
                return reader.response()
            finally:
                response.close()
    except Exception as error:
        fail(error, action, may_have_sent(error, transport, body))


@contextmanager
def slot(transport: Transport, until: float) -> Generator[None, None, None]:
    """Wait for a slot of the transport, and hold it."""
    if not isinstance(transport, PoolTransport):
        yield
    elif transport.slots.acquire(remaining_seconds(until, httpx.PoolTimeout)):
        try:
            yield
        finally:
            transport.slots.release()
    else:
        raise httpx.PoolTimeout("too many concurrent requests")


async def send_async(transport: AsyncTransport, action: Send) -> RawResponse:
    """Send a request and return its complete response, in async code."""
    import asyncio

    body = RequestBody(action)
    try:
        async with asyncio.timeout(action.until - time.monotonic()) as body.timeout:
            if not isinstance(transport, AsyncPoolTransport):
                return await _receive(transport, action, body)
            async with transport.slots:
                try:
                    return await _receive(transport, action, body)
                except asyncio.CancelledError:
                    await close_abandoned(pool_of(transport), body)
                    raise
    except Exception as error:
        fail(error, action, may_have_sent(error, transport, body))


def reader_of(response: httpx.Response, limit: int) -> ResponseReader:
    """Return the reader for the body of a response."""
    return ResponseReader(response.status_code, response.headers.raw, limit)


async def _receive(
    transport: AsyncTransport, action: Send, body: RequestBody
) -> RawResponse:
    response = await transport.handle_async_request(outgoing_request(action, body))
    try:
        reader = reader_of(response, action.limit)
        stream: Any = response.stream
        async for chunk in stream:
            reader.add(chunk)
        return reader.response()
    finally:
        await response.aclose()


# --- requests -------------------------------------------------------------------------


class RequestBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Request body that records the progress of its request.

    `started` is set before a transport gets the request, `reached` when the transport
    reads the body, which httpx does after it has written the head. `until` is the
    deadline; each piece of a streamed body sets it anew.
    """

    def __init__(self, action: Send) -> None:
        self._content = action.request.stream or action.request.body
        self.until = action.until
        self.silence = DeadlineTimeout(
            min(action.silence, action.until - time.monotonic()), action.until
        )
        self.timeout: asyncio.Timeout | None = None
        """Timeout of the request in async code."""
        self.started = False
        self.reached = False

    def __iter__(self) -> Iterator[bytes]:
        self.reached = True
        if isinstance(self._content, bytes):
            yield self._content
            return
        for piece in self._content:
            self._extend()
            yield piece
            self._extend()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.reached = True
        if isinstance(self._content, bytes):
            yield self._content
            return
        async for piece in self._content:
            self._extend()
            yield piece
            self._extend()

    def _extend(self) -> None:
        self.until = self.silence.at = time.monotonic() + self.silence
        if self.timeout is not None and not self.timeout.expired():
            from asyncio import get_running_loop

            self.timeout.reschedule(get_running_loop().time() + self.silence)


def outgoing_request(action: Send, body: RequestBody) -> httpx.Request:
    """Return the httpx request; raise `InvalidRequest` if its URL differs."""
    request = action.request
    if request.stream is not None:
        request.stream.check()
    remaining = remaining_seconds(action.until, httpx.ConnectTimeout)
    connecting = DeadlineTimeout(min(action.connecting, remaining), action.until)
    outgoing = httpx.Request(
        request.method,
        request.host.origin + request.target,
        headers=request.headers,
        stream=body,
        extensions={
            "timeout": {
                "connect": connecting,
                "read": body.silence,
                "write": body.silence,
                "pool": remaining,
            }
        },
    )
    if outgoing.url.raw_path != request.target.encode("ascii"):
        raise InvalidRequest("the URL cannot be sent as it was signed")
    body.started = True
    return outgoing


# --- errors ---------------------------------------------------------------------------


def may_have_sent(error: Exception, transport: object, body: RequestBody) -> bool:
    """Return whether a byte of the request may have been sent.

    A custom transport may have sent some before it failed, unless its error excludes
    that.
    """
    known = isinstance(transport, httpx.HTTPTransport | httpx.AsyncHTTPTransport)
    never = httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
    unsent = known or not body.started or isinstance(error, never)
    return body.reached or not unsent


def fail(error: Exception, action: Send, sent: bool) -> NoReturn:
    """Raise the `Error` for an exception; `sent`: a byte may have been sent."""
    text = str(error) or type(error).__name__
    outcome: Any = "unknown" if sent else "not_sent"
    host = action.request.host.origin
    match error:
        case BodyError():
            text = f"the request body cannot be sent: {text}"
            if not sent:
                raise InvalidRequest(text) from error
            raise ConnectionFailed(text, outcome=outcome, retry="never") from error
        case Error() if not sent or error.outcome != "not_sent":
            raise error
        case httpx.TimeoutException() | builtins.TimeoutError():
            missing = "complete response from" if sent else "connection to"
            expired = time.monotonic() >= action.until
            timeout = action.silence if sent else action.connecting
            limit = "before the deadline" if expired else f"within {timeout:.1f} s"
            raise DeadlineExceeded(
                f"no {missing} {host} {limit}", outcome=outcome
            ) from error
        case httpx.RemoteProtocolError() | httpx.DecodingError():
            text = f"incomplete or invalid HTTP response from {host}: {text}"
            raise ProtocolError(text, outcome=outcome, retry="same") from error
        case (
            httpx.InvalidURL() | httpx.LocalProtocolError() | UnicodeError()
        ) if not sent:
            raise InvalidRequest(f"the request cannot be sent: {text}") from error
        case httpx.TransportError() | OSError():
            failure = "the connection to {} broke" if sent else "no connection to {}"
            text = f"{failure.format(host)}: {text}"
            retry: Any = "never" if is_certificate_error(error) else "same"
            raise ConnectionFailed(text, outcome=outcome, retry=retry) from error
        case _:
            text = f"transport: raised {type(error).__name__}: {error}"
            raise ConnectionFailed(text, outcome=outcome, retry="never") from error
