"""httpx transport and ASGI application for a mock."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import httpx

from ..headers import Headers
from . import IncomingRequest, MockResponse
from .routing import authority_pattern
from .server_core import BODY_LIMIT, Mock

Application: TypeAlias = Callable[[Any, Any, Any], Coroutine[Any, Any, None]]
"""ASGI application, version 3: scope, receive, send."""

_TICK_INTERVAL: Final = 0.1
"""Seconds between two checks for due events."""


class MockTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """httpx transport for sync and async clients; opens no connections."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._mock.handle(self._incoming(request, request.read()))
        if response.delay:
            time.sleep(_seconds_to_wait(request, response))
            _check_timeout(request, response)
        self._mock.ledger.mark_delivered(response)
        return _to_httpx(request, response)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = self._mock.handle(self._incoming(request, await request.aread()))
        if response.delay:
            await asyncio.sleep(_seconds_to_wait(request, response))
            _check_timeout(request, response)
        self._mock.ledger.mark_delivered(response)
        return _to_httpx(request, response)

    def _incoming(self, request: httpx.Request, body: bytes) -> IncomingRequest:
        return IncomingRequest(
            request.method,
            request.url.raw_path.decode("ascii"),
            _headers(request.headers.raw),
            body,
            # A host that the spec does not list counts as the primary host.
            primary=not self._is_backup(request.url.netloc.decode("ascii")),
        )

    def _is_backup(self, authority: str) -> bool:
        backups = self._mock.service.hosts[1:]
        return any(authority_pattern(url).fullmatch(authority) for url in backups)


def _headers(raw: Any) -> Headers:
    return Headers(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in raw
    )


def _seconds_to_wait(request: httpx.Request, response: MockResponse) -> float:
    """Return the delay of the response, or the client's read timeout if that is shorter."""
    timeout = request.extensions.get("timeout", {}).get("read")
    return response.delay if timeout is None else min(response.delay, float(timeout))


def _check_timeout(request: httpx.Request, response: MockResponse) -> None:
    if _seconds_to_wait(request, response) < response.delay:
        raise httpx.ReadTimeout("The read operation timed out", request=request)


def _to_httpx(request: httpx.Request, response: MockResponse) -> httpx.Response:
    if response.cut == "refuse":
        raise httpx.ConnectError("[Errno 111] Connection refused", request=request)
    if response.cut == "reset":
        raise httpx.ReadError("[Errno 104] Connection reset by peer", request=request)
    if response.cut == "truncate" and not response.body:
        message = "Server disconnected without sending a response."
        raise httpx.RemoteProtocolError(message, request=request)
    length = ("Content-Length", str(len(response.body)))
    return httpx.Response(
        response.status,
        headers=[*response.headers, length],
        stream=_BodyStream(request, response),
        request=request,
    )


class _BodyStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, request: httpx.Request, response: MockResponse) -> None:
        self._request = request
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        for number, piece in enumerate(self._pieces()):
            if number:
                self._wait()
            yield piece
        self._break()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for number, piece in enumerate(self._pieces()):
            if number:
                await asyncio.sleep(self._response.pace)
            yield piece
        self._break()

    def _pieces(self) -> Sequence[bytes]:
        body = self._response.body
        if self._response.cut == "truncate":
            return replace(self._response, body=body[: len(body) // 2]).pieces
        return self._response.pieces

    def _break(self) -> None:
        if self._response.cut == "truncate":
            message = "peer closed connection without sending complete message body"
            raise httpx.RemoteProtocolError(message)

    def _wait(self) -> None:
        """Wait for the next value, or until the client's timeout for it."""
        timeout: Any = self._request.extensions.get("timeout", {}).get("read")
        until = getattr(timeout, "at", math.inf)
        left = min(self._response.pace, until - time.monotonic())
        time.sleep(max(left, 0.0))
        if left < self._response.pace:
            raise httpx.ReadTimeout("The read operation timed out")


# --- ASGI ---------------------------------------------------------------------------------


def asgi_application(mock: Mock) -> Application:
    """Return the mock as an ASGI application; events are delivered during its lifespan.

    It is a function, because servers take any other callable for ASGI version 2.
    """

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _handle_lifespan(mock, receive, send)
        elif scope["type"] == "http":
            await _handle_request(mock, scope, receive, send)

    return serve


async def _handle_lifespan(mock: Mock, receive: Any, send: Any) -> None:
    async def tick() -> None:
        while True:
            await asyncio.sleep(_TICK_INTERVAL)
            await asyncio.to_thread(mock.tick)

    ticking: asyncio.Task[None] | None = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            ticking = asyncio.create_task(tick())
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if ticking is not None:
                ticking.cancel()
                with suppress(asyncio.CancelledError):
                    await ticking
            mock.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _handle_request(mock: Mock, scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more and len(body) <= BODY_LIMIT:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        more = message.get("more_body", False)
    target = scope.get("raw_path") or quote(scope["path"]).encode()
    if scope["query_string"]:
        target += b"?" + scope["query_string"]
    incoming = IncomingRequest(
        scope["method"],
        target.decode("latin-1"),
        _headers(scope["headers"]),
        body,
        root=quote(scope.get("root_path", "").rstrip("/")),
    )
    # In a thread, because a webhook receiver may need this event loop.
    response = await asyncio.to_thread(mock.handle, incoming)
    await asyncio.sleep(response.delay)
    mock.ledger.mark_delivered(response)
    await _send(response, send)


async def _send(response: MockResponse, send: Any) -> None:
    """Send the response.

    An ASGI application can break a connection only after the response has started. A lost
    response is therefore announced with a length, and its body is missing or incomplete.
    """
    status, length = response.status, len(response.body)
    if response.cut is not None:
        status, length = 200 if status in (204, 304) else status, max(length, 1)
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in response.headers
    ]
    if status not in (204, 304):
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if response.cut is None:
        for number, piece in enumerate(response.pieces):
            await asyncio.sleep(response.pace if number else 0)
            more = {"body": piece, "more_body": True}
            await send({"type": "http.response.body", **more})
        await send({"type": "http.response.body"})
        return
    half = response.body[: length // 2] if response.cut == "truncate" else b""
    await send({"type": "http.response.body", "body": half, "more_body": True})
    raise ConnectionResetError("connection broken by a stub fault of the mock")
