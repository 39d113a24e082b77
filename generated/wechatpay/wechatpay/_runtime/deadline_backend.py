"""Connections that keep to a deadline.

A timeout of the HTTP library is for each read or write, so that a server which sends a byte
now and then is waited for without end. These streams ask at each read for the time that is
left. They also tell a connection that broke before the answer from one that broke within
it, which the library does not, and do not write to one that the server has closed.

Looking up a host's name is the one step that cannot be cut short in plain code.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

PIECE = 1 << 16
"""How many bytes are written before the deadline is looked at."""


class DeadlineTimeout(float):
    """A timeout in seconds that also knows the end of all: a monotonic time."""

    at: float

    def __new__(cls, seconds: float, at: float) -> DeadlineTimeout:
        made = super().__new__(cls, seconds)
        made.at = at
        return made


def remaining_seconds(until: float, error: type[Exception]) -> float:
    """The seconds until then; fails with this error if there are none."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise error("the deadline passed")
    return seconds


def _timeout(given: float | None, error: type[Exception]) -> float | None:
    return (
        min(given, remaining_seconds(given.at, error))
        if isinstance(given, DeadlineTimeout)
        else given
    )


class _Progress:
    """Whether the answer to what was written last has begun."""

    def __init__(self) -> None:
        self._begun = False

    def writing(self, stream: Any) -> None:
        """To be told before each write.

        An idle connection has nothing to read, unless the server has closed it, or sends
        what nobody asked for. This is the last moment in which no byte of the request has
        left; the pool then takes another connection. A server that closes while we write
        cannot be told from one that has executed the request.
        """
        if self._begun and _has_more(stream):
            raise httpcore.ConnectionNotAvailable
        self._begun = False

    def read(self, data: bytes) -> bytes:
        if not data and not self._begun:
            raise httpcore.ReadError("closed before the answer")
        self._begun = True
        return data

    def broke(self, error: httpcore.ReadError) -> Exception:
        return httpcore.RemoteProtocolError(str(error)) if self._begun else error


def _has_more(stream: Any) -> bool:
    """Whether there is something to read from a stream of the library's, or its end."""
    # In async code the bytes of a further record of TLS may have been taken from the socket
    # already.
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
        for start in range(0, len(buffer), PIECE):
            remaining = _timeout(timeout, httpcore.WriteTimeout)
            self._inner.write(buffer[start : start + PIECE], remaining)

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
    """Connects, in plain code, until the deadline."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        if isinstance(timeout, DeadlineTimeout):
            # All addresses share it; it runs from now, not from when the call began to
            # wait for a place in the pool.
            timeout = DeadlineTimeout(
                timeout, min(timeout.at, time.monotonic() + timeout)
            )
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found):
            # One by one, or each would be given all the time that is left for the first.
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
        except BaseException:  # the library leaves it open if it is cancelled
            await self._inner.aclose()
            raise
        return _AsyncStream(inner)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Connects, in async code; the deadline there is asyncio's affair."""

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
    """Make a pool of the library connect with this backend, if there is one, and close a
    connection on which more came than the response.

    By itself it takes what came with a response for the response to the next request.
    """
    if backend is not None:
        pool._network_backend = backend
    create = pool.create_connection

    def create_connection(origin: httpcore.Origin) -> Any:
        made = create(origin)
        expired = made.has_expired

        def has_expired() -> bool:
            # Idle last: what comes for a request that has just begun is no reason.
            return (expired() or _has_unread(made)) and made.is_idle()

        made.has_expired = has_expired
        return made

    pool.create_connection = create_connection


def _has_unread(connection: Any) -> bool:
    inner = connection
    while hasattr(inner, "_connection"):  # of a proxy there are several in one another
        inner = inner._connection
    if not hasattr(inner, "_h11_state"):
        return False
    stream = inner._network_stream
    return bool(inner._h11_state.trailing_data[0]) or _has_more(
        getattr(stream, "_inner", stream)
    )


def disable_queueing(pool: Any) -> None:
    """Make a pool of the library give an idle connection to one request at a time.

    By itself it gives it to all that come before the first has begun to use it, and they
    queue. If the first is then cancelled, nobody can tell whether the connection has been
    left behind, or is in use by one of the others.
    """
    create = pool.create_connection

    def create_connection(origin: httpcore.Origin) -> Any:
        made = create(origin)
        available = made.is_available

        def is_available() -> bool:
            return available() and all(
                request.connection is not made for request in pool._requests
            )

        made.is_available = is_available
        return made

    pool.create_connection = create_connection


async def close_abandoned(pool: Any, stream: object) -> None:
    """Free what a cancelled request, which has this body, has held: the library does so
    itself, but not if it is just passing one of its locks, or closing. What no request
    has, and is not idle, has been left behind: `disable_queueing` sees to it that none queues for
    it."""
    for request in list(pool._requests):
        if request.request.stream is stream:
            pool._requests.remove(request)
    busy = [request.connection for request in pool._requests]
    abandoned = [
        one
        for one in pool.connections
        if not (one in busy or one.is_idle() or one.is_closed())
    ]
    await _close(pool, abandoned)


async def close_idle(pool: Any) -> None:
    """Close the connections that no request has, and later those that one gives back."""
    pool._max_keepalive_connections = 0
    await _close(pool, [one for one in pool.connections if one.is_idle()])


async def _close(pool: Any, connections: list[Any]) -> None:
    for connection in connections:
        pool._connections.remove(connection)
    for connection in connections:
        await connection.aclose()
