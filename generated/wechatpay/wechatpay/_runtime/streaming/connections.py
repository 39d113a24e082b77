"""Open connections of streams, whose response bodies are read chunk by chunk."""

from __future__ import annotations

import asyncio
import builtins
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, suppress
from typing import Any, Final, TypeAlias

import httpx

from ..deadline_backend import SilenceTimeout, close_abandoned, remaining_seconds
from ..effects import Send
from ..errors import ConfigError
from ..http_messages import RawResponse
from ..httpx_adapter import (
    AsyncPoolTransport,
    AsyncTransport,
    RequestBody,
    Transport,
    fail,
    may_have_sent,
    outgoing_request,
    pool_of,
    reader_of,
    slot,
)

IsStream: TypeAlias = Callable[[RawResponse], bool]
"""Return whether a response, of which only the head is known, is the stream."""

_DAY: Final = 86400.0
_END: Final = 0.1
"""Seconds to wait for the end of a response, after which the connection is reused."""


class _Opened:
    """Base of both connections: the head of a response, and the timeout of its body."""

    def __init__(
        self, head: RawResponse, outgoing: httpx.Request, until: float
    ) -> None:
        self.head = head
        # httpcore reads it once for the whole body, and asks it at each read.
        self._timeout = SilenceTimeout(_DAY, until)
        outgoing.extensions["timeout"]["read"] = self._timeout


class Connection(_Opened):
    """Open response in sync code; it holds a slot of its transport."""

    def __init__(self, response: httpx.Response, held: ExitStack, *opened: Any) -> None:
        super().__init__(*opened)
        self._held = held
        stream: Any = response.stream
        self._chunks: Iterator[bytes] = iter(stream)

    def read(self, until: float) -> bytes:
        """Return the next bytes of the body, b"" at its end; raise the cause of a failure."""
        self._timeout.at = until
        for chunk in self._chunks:
            if chunk:
                return chunk
        return b""

    def close(self, *, complete: bool = False) -> None:
        """Close the response; reuse the connection if the response was `complete`.

        It is complete for us at the last value, but not yet for HTTP.
        """
        try:
            with suppress(Exception):  # all values were delivered
                if complete:
                    self.read(time.monotonic() + _END)
        finally:
            with suppress(Exception):
                self._held.close()


class AsyncConnection(_Opened):
    """Open response in async code; it holds a slot of its transport."""

    def __init__(
        self,
        response: httpx.Response,
        held: AsyncExitStack,
        *opened: Any,
        enforced: bool,
    ) -> None:
        super().__init__(*opened)
        self._held = held
        self._enforced = enforced
        """True if the transport enforces the timeout."""
        stream: Any = response.stream
        self._chunks: AsyncIterator[bytes] = aiter(stream)

    def read(self, until: float) -> Awaitable[bytes]:
        """Return the next bytes of the body, b"" at its end; raise the cause of a failure."""
        self._timeout.at = until
        return self._next() if self._enforced else self._next_until(until)

    async def _next_until(self, until: float) -> bytes:
        async with asyncio.timeout(until - time.monotonic()):
            return await self._next()

    async def _next(self) -> bytes:
        async for chunk in self._chunks:
            if chunk:
                return chunk
        return b""

    async def close(self, *, complete: bool = False) -> None:
        """Close the response, as in sync code."""
        try:
            with suppress(Exception):
                if complete:
                    await self.read(time.monotonic() + _END)
        finally:
            with suppress(Exception):
                await self._held.aclose()


def connect(
    transport: Transport, action: Send, is_stream: IsStream
) -> Connection | RawResponse:
    """Send a request; return the connection if its response is the stream.

    Return the complete response otherwise.
    """
    body = RequestBody(action)
    try:
        if action.request.stream is not None and action.request.stream.only_async:
            raise ConfigError("an async iterator needs the async client")
        with ExitStack() as held:
            held.enter_context(slot(transport, action.until))
            outgoing = outgoing_request(action, body)
            response = transport.handle_request(outgoing)
            held.callback(response.close)
            reader = reader_of(response, action.limit)
            head = reader.response()
            if is_stream(head):
                opened = head, outgoing, action.until
                return Connection(response, held.pop_all(), *opened)
            stream: Any = response.stream
            for chunk in stream:
                reader.add(chunk)
                remaining_seconds(body.until, httpx.ReadTimeout)
            return reader.response()
    except Exception as error:
        fail(error, action, may_have_sent(error, transport, body))


async def connect_async(
    transport: AsyncTransport, action: Send, is_stream: IsStream
) -> AsyncConnection | RawResponse:
    """Send a request, as in sync code."""
    body = RequestBody(action)
    try:
        async with (
            asyncio.timeout(action.until - time.monotonic()) as body.timeout,
            AsyncExitStack() as held,
        ):
            if isinstance(transport, AsyncPoolTransport):
                await held.enter_async_context(transport.slots)
                held.push_async_callback(close_abandoned, pool_of(transport), body)
            outgoing = outgoing_request(action, body)
            response = await transport.handle_async_request(outgoing)
            held.push_async_callback(response.aclose)
            reader = reader_of(response, action.limit)
            head = reader.response()
            if is_stream(head):
                opened = head, outgoing, action.until
                enforced = isinstance(transport, AsyncPoolTransport)
                return AsyncConnection(
                    response, held.pop_all(), *opened, enforced=enforced
                )
            stream: Any = response.stream
            async for chunk in stream:
                reader.add(chunk)
            return reader.response()
    except Exception as error:
        fail(error, action, may_have_sent(error, transport, body))


def describe(error: Exception, seconds: float) -> str:
    """Describe a failure to read; `seconds` is the timeout."""
    detail = f": {error}" if str(error) else ""
    match error:
        case httpx.TimeoutException() | builtins.TimeoutError():
            return f"no value for {seconds:g} s"
        case httpx.RemoteProtocolError():
            return f"the response is incomplete{detail}"
        case _:
            return f"the connection broke{detail}"
