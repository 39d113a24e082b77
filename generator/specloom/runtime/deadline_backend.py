"""Network backend of httpcore that enforces a deadline.

A timeout of httpcore applies to each read or write, so a server that trickles bytes
could hold a call open for ever. These streams compute the remaining time at each read.
They also distinguish a connection that broke before the response from one that broke
within it, and do not write to a connection that the server has closed; httpcore does
neither.

In sync code the lookup of a host name cannot be interrupted.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

PIECE = 1 << 16
"""Bytes written between two checks of the deadline."""


class DeadlineTimeout(float):
    """A timeout in seconds with the deadline `at`, a time of the monotonic clock."""

    at: float

    def __new__(cls, seconds: float, at: float) -> DeadlineTimeout:
        timeout = super().__new__(cls, seconds)
        timeout.at = at
        return timeout


class SilenceTimeout(DeadlineTimeout):
    """A timeout whose deadline is moved during a response; also of async streams."""


def remaining_seconds(until: float, error: type[Exception]) -> float:
    """Return the seconds until a monotonic time; raise the error if it has passed."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise error("the deadline passed")
    return seconds


def _timeout(timeout: float | None, error: type[Exception]) -> float | None:
    if isinstance(timeout, DeadlineTimeout):
        return min(timeout, remaining_seconds(timeout.at, error))
    return timeout


class _Progress:
    """Progress of a connection: whether the response to the last write has begun."""

    def __init__(self) -> None:
        self._begun = False

    def writing(self, stream: Any) -> None:
        """Check the connection before a write.

        An idle connection is readable only if the server has closed it or sent
        unsolicited bytes. This is the last moment before a byte of the request is sent,
        so the pool can still use another connection. Later, a server that closes the
        connection may have executed the request.
        """
        if self._begun and _has_more(stream):
            raise httpcore.ConnectionNotAvailable
        self._begun = False

    def read(self, data: bytes) -> bytes:
        if not data and not self._begun:
            raise httpcore.ReadError("closed before the response")
        self._begun = True
        return data

    def broke(self, error: httpcore.ReadError) -> Exception:
        return httpcore.RemoteProtocolError(str(error)) if self._begun else error


def _has_more(stream: Any) -> bool:
    """Return whether a stream of httpcore has unread bytes or has ended."""
    # In async code the bytes of another TLS record may already be in the buffer.
    record = getattr(getattr(stream, "_stream", None), "_read_bio", None)
    return stream.get_extra_info("is_readable") or bool(record and record.pending)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._progress = _Progress()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        remaining = _timeout(timeout, httpcore.ReadTimeout)
        try:
            return self._progress.read(self._inner.read(max_bytes, remaining))
        except httpcore.ReadError as error:
            raise self._progress.broke(error) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._progress.writing(self._inner)
        left: Any = buffer if len(buffer) <= PIECE else memoryview(buffer)
        while left:
            remaining = _timeout(timeout, httpcore.WriteTimeout)
            self._inner.write(left[:PIECE], remaining)
            left = left[PIECE:]

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        remaining = _timeout(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, remaining))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Backend(httpcore.SyncBackend):
    """Network backend for sync code, with a deadline."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        if isinstance(timeout, DeadlineTimeout):
            # All addresses share the timeout. It starts now, not before the wait for a
            # slot in the pool.
            timeout = DeadlineTimeout(
                timeout, min(timeout.at, time.monotonic() + timeout)
            )
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in addresses):
            # Recomputed for each address: the previous one has used some of the time.
            remaining = _timeout(timeout, httpcore.ConnectTimeout)
            try:
                return _Stream(
                    super().connect_tcp(
                        address, port, remaining, local_address, socket_options
                    )
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._progress = _Progress()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if isinstance(timeout, SilenceTimeout):
            timeout = _timeout(timeout, httpcore.ReadTimeout)
        try:
            return self._progress.read(await self._inner.read(max_bytes, timeout))
        except httpcore.ReadError as error:
            raise self._progress.broke(error) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._progress.writing(self._inner)
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:  # httpcore leaves the stream open on cancellation
            await self._inner.aclose()
            raise
        return _AsyncStream(inner)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Network backend for async code; there `asyncio.timeout` enforces the deadline."""

    def __init__(self) -> None:
        self._inner: Any = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _AsyncStream(
            await self._inner.connect_tcp(
                host, port, timeout, local_address, socket_options
            )
        )


def use_backend(pool: Any, backend: Backend | AsyncBackend | None = None) -> None:
    """Make a pool connect with a backend, and close connections with unread bytes.

    A pool of httpcore would take bytes after a response for the next response. Without
    a backend the pool keeps its own.
    """
    if backend is not None:
        pool._network_backend = backend
    create = pool.create_connection

    def create_connection(origin: httpcore.Origin) -> Any:
        connection = create(origin)
        expired = connection.has_expired

        def has_expired() -> bool:
            # `is_idle` last: unread bytes may belong to a request that has just begun.
            return (expired() or _has_unread(connection)) and connection.is_idle()

        connection.has_expired = has_expired
        return connection

    pool.create_connection = create_connection


def _has_unread(connection: Any) -> bool:
    inner = connection
    while hasattr(inner, "_connection"):  # those of a proxy are nested
        inner = inner._connection
    if not hasattr(inner, "_h11_state"):
        return False
    stream = inner._network_stream
    return bool(inner._h11_state.trailing_data[0]) or _has_more(
        getattr(stream, "_inner", stream)
    )


def disable_queueing(pool: Any) -> None:
    """Make a pool give an idle connection to one request at a time.

    A pool of httpcore gives it to all requests that come before the first has begun,
    and they queue. If the first is then cancelled, an abandoned connection cannot be
    distinguished from one that another request uses.
    """
    create = pool.create_connection

    def create_connection(origin: httpcore.Origin) -> Any:
        connection = create(origin)
        available = connection.is_available

        def is_available() -> bool:
            return available() and all(
                request.connection is not connection for request in pool._requests
            )

        connection.is_available = is_available
        return connection

    pool.create_connection = create_connection


async def close_abandoned(pool: Any, stream: object) -> None:
    """Free the connection of a cancelled request, found by its body stream.

    httpcore does so itself, except if the request waits for one of its locks or is
    closing. A connection that is neither idle nor in use by a request is abandoned,
    since `disable_queueing` lets no request queue for it.
    """
    for request in list(pool._requests):
        if request.request.stream is stream:
            pool._requests.remove(request)
    busy = [request.connection for request in pool._requests]
    abandoned = [
        connection
        for connection in pool.connections
        if not (connection in busy or connection.is_idle() or connection.is_closed())
    ]
    await _close(pool, abandoned)


async def close_idle(pool: Any) -> None:
    """Close idle connections now, and each other one when its request ends."""
    pool._max_keepalive_connections = 0
    await _close(
        pool, [connection for connection in pool.connections if connection.is_idle()]
    )


async def _close(pool: Any, connections: list[Any]) -> None:
    for connection in connections:
        pool._connections.remove(connection)
    for connection in connections:
        await connection.aclose()
