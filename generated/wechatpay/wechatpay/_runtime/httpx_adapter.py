"""The seam to the HTTP library: nothing else here knows of it, but for `network`.

It speaks to transports, not to a client: no redirections, no cookies, no proxies from the
environment, no log lines with URLs in them, and errors that do not hold the request.
"""

from __future__ import annotations

import builtins
import ssl
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, Final, NoReturn, TypeAlias

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
from .http_messages import RawResponse
from .response_reader import ResponseReader
from .tls import default_ssl_context, is_certificate_error

Transport: TypeAlias = httpx.BaseTransport
AsyncTransport: TypeAlias = httpx.AsyncBaseTransport

MAX_CONCURRENT_REQUESTS: Final = 100
"""How many requests of one client may be under way at once; others wait."""
_LIMITS = httpx.Limits(
    max_keepalive_connections=MAX_CONCURRENT_REQUESTS, keepalive_expiry=7.0
)
"""Servers close idle connections, some after 8 s; one that closes as we send is a request
whose outcome is unknown. Places are counted here: the library's count loses one for ever
if a task that waits for it is cancelled, or a thread gives up, just as it is given it."""


class _Transport(httpx.HTTPTransport):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.slots = FairSemaphore(MAX_CONCURRENT_REQUESTS)


class _AsyncTransport(httpx.AsyncHTTPTransport):
    def __init__(self, **options: Any) -> None:
        from asyncio import Semaphore

        super().__init__(**options)
        self.slots = Semaphore(MAX_CONCURRENT_REQUESTS)
        disable_queueing(_pool(self))
        self._end = at_end_of_loop(partial(close_idle, _pool(self)))


class Route(Opaque):
    """How to reach servers: through a proxy, and whom to trust; None is the default."""

    __slots__ = ("_proxy", "_ssl_context")

    def __init__(
        self, proxy: str | None = None, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self._proxy = proxy
        self._ssl_context = ssl_context

    def transport(self) -> Transport:
        """A new transport for plain code."""
        made = _Transport(**self._options())
        use_backend(_pool(made), Backend())
        return made

    def async_transport(self) -> AsyncTransport:
        """A new transport for async code, for one event loop."""
        made = _AsyncTransport(**self._options())
        use_backend(_pool(made), AsyncBackend())
        return made

    def _options(self) -> dict[str, Any]:
        trust = self._ssl_context or _trust()
        return {"verify": trust, "limits": _LIMITS, "proxy": self._proxy}


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust by default; reading all those certificates takes a while."""
    return default_ssl_context(httpx.create_ssl_context)


def _pool(transport: object) -> Any:
    # Private, for the transport's constructor does not pass on the network backend that
    # its pool would take.
    return vars(transport)["_pool"]


def prepare_transport(transport: object) -> None:
    """Make a transport of the user's own keep to deadlines; fails with `ConfigError`."""
    if not isinstance(transport, httpx.BaseTransport):
        raise ConfigError(
            f"transport: give an object of {httpx.__name__}.HTTPTransport, or of another"
            " transport for plain code"
        )
    if isinstance(transport, httpx.HTTPTransport):
        pool = vars(transport).get("_pool")
        if type(getattr(pool, "_network_backend", None)) is httpcore.SyncBackend:
            use_backend(pool, Backend())


def prepare_async_transport(transport: object) -> bool:
    """As `prepare_transport`, but deadlines need no help; whether it belongs to one event loop."""
    if not isinstance(transport, httpx.AsyncBaseTransport):
        raise ConfigError(
            f"transport: give an object of {httpx.__name__}.AsyncHTTPTransport, or of"
            " another transport for async code"
        )
    if own := isinstance(transport, httpx.AsyncHTTPTransport):
        use_backend(vars(transport).get("_pool"))
    return own


def send(transport: Transport, action: Send) -> RawResponse:
    """Send a request, and read its answer whole."""
    body = _Body(action.request.body)
    try:
        with _slot(transport, action.until):
            response = transport.handle_request(_outgoing(action, body))
            try:
                reader = _reader(response, action.limit)
                stream: Any = response.stream  # not iter_raw: a mock may have read it
                for chunk in stream:
                    reader.add(chunk)
                    remaining_seconds(action.until, httpx.ReadTimeout)
                return reader.response()
            finally:
                response.close()
    except Exception as error:
        _fail(error, action, _may_have_left(error, transport, body))


@contextmanager
def _slot(transport: Transport, until: float) -> Generator[None, None, None]:
    if not isinstance(transport, _Transport):
        yield
    elif transport.slots.acquire(remaining_seconds(until, httpx.PoolTimeout)):
        try:
            yield
        finally:
            transport.slots.release()
    else:
        raise httpx.PoolTimeout("too many other requests")


async def send_async(transport: AsyncTransport, action: Send) -> RawResponse:
    """As `send`, in async code."""
    import asyncio

    body = _Body(action.request.body)
    try:
        async with asyncio.timeout(action.until - time.monotonic()):
            if not isinstance(transport, _AsyncTransport):
                return await _receive(transport, action, body)
            async with transport.slots:
                try:
                    return await _receive(transport, action, body)
                except asyncio.CancelledError:
                    await close_abandoned(_pool(transport), body)
                    raise
    except Exception as error:
        _fail(error, action, _may_have_left(error, transport, body))


def _reader(response: httpx.Response, limit: int) -> ResponseReader:
    return ResponseReader(response.status_code, response.headers.raw, limit)


async def _receive(transport: AsyncTransport, action: Send, body: _Body) -> RawResponse:
    response = await transport.handle_async_request(_outgoing(action, body))
    try:
        reader = _reader(response, action.limit)
        stream: Any = response.stream
        async for chunk in stream:
            reader.add(chunk)
        return reader.response()
    finally:
        await response.aclose()


# --- requests -------------------------------------------------------------------------


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The bytes of a body; it notices when a transport is given the request, and when that
    comes to the body: the library does so when the head has been written."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.given = False
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
    remaining = remaining_seconds(action.until, httpx.ConnectTimeout)
    connecting = DeadlineTimeout(min(action.connecting, remaining), action.until)
    silence = DeadlineTimeout(min(action.silence, remaining), action.until)
    made = httpx.Request(
        request.method,
        request.host.origin + request.target,
        headers=request.headers,
        stream=body,
        extensions={
            "timeout": {
                "connect": connecting,
                "read": silence,
                "write": silence,
                "pool": remaining,
            }
        },
    )
    if made.url.raw_path != request.target.encode("ascii"):
        raise InvalidRequest("the URL would not be sent as it was signed")
    body.given = True
    return made


# --- errors ---------------------------------------------------------------------------


def _may_have_left(error: Exception, transport: object, body: _Body) -> bool:
    """Whether a byte of the request may have left. Of a transport that is not the
    library's nobody knows what it did before it failed, unless its error says so."""
    known = isinstance(transport, httpx.HTTPTransport | httpx.AsyncHTTPTransport)
    never = httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
    unsent = known or not body.given or isinstance(error, never)
    return body.reached or not unsent


def _fail(error: Exception, action: Send, sent: bool) -> NoReturn:
    """Raise the error of ours that this one means; `sent`: a byte may have left."""
    text = str(error) or type(error).__name__
    outcome: Any = "unknown" if sent else "not_sent"
    host = action.request.host.origin
    match error:
        case Error() if not sent or error.outcome != "not_sent":
            raise error
        case httpx.TimeoutException() | builtins.TimeoutError():
            what = "complete answer from" if sent else "connection to"
            over = time.monotonic() >= action.until
            span = action.silence if sent else action.connecting
            when = "before the deadline" if over else f"within {span:.1f} s"
            raise DeadlineExceeded(
                f"no {what} {host} {when}", outcome=outcome
            ) from error
        case httpx.RemoteProtocolError() | httpx.DecodingError():
            text = f"{host} broke off or broke the rules of HTTP: {text}"
            raise ProtocolError(text, outcome=outcome, retry="same") from error
        case (
            httpx.InvalidURL() | httpx.LocalProtocolError() | UnicodeError()
        ) if not sent:
            raise InvalidRequest(f"it cannot be sent: {text}") from error
        case httpx.TransportError() | OSError():
            did = "the connection to {} broke" if sent else "no connection to {}"
            text = f"{did.format(host)}: {text}"
            retry: Any = "never" if is_certificate_error(error) else "same"
            raise ConnectionFailed(text, outcome=outcome, retry=retry) from error
        case _:
            text = f"transport: it raised {type(error).__name__}: {error}"
            raise ConnectionFailed(text, outcome=outcome, retry="never") from error
