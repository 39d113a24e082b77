"""Two doors to a mock: a transport of httpx's in process, and an ASGI application."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import httpx

from ..headers import Headers
from . import IncomingRequest, MockResponse
from .server_core import BODY_LIMIT, Mock

Application: TypeAlias = Callable[[Any, Any, Any], Coroutine[Any, Any, None]]
"""An application of ASGI's, version 3: scope, receive, send."""

_BEAT: Final = 0.1
"""Seconds between looks at what is due."""


class MockTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """For clients of both colours; nothing leaves the process."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._mock.handle(self._incoming(request, request.read()))
        if answer.delay:
            time.sleep(_patience(request, answer))
            _in_time(request, answer)
        self._mock.ledger.deliver(answer)
        return _response(request, answer)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._mock.handle(self._incoming(request, await request.aread()))
        if answer.delay:
            await asyncio.sleep(_patience(request, answer))
            _in_time(request, answer)
        self._mock.ledger.deliver(answer)
        return _response(request, answer)

    def _incoming(self, request: httpx.Request, body: bytes) -> IncomingRequest:
        return IncomingRequest(
            request.method,
            request.url.raw_path.decode("ascii"),
            _headers(request.headers.raw),
            body,
            # Under other names than the documented ones there is one host.
            primary=request.url.netloc.decode("ascii") not in self._backups(),
        )

    def _backups(self) -> set[str]:
        return {host.authority for host in self._mock.service.parsed_hosts[1:]}


def _headers(raw: Any) -> Headers:
    return Headers(
        (name.decode("latin-1"), text.decode("latin-1")) for name, text in raw
    )


def _patience(request: httpx.Request, answer: MockResponse) -> float:
    """Seconds to sleep: as long as the answer takes, or the client waits."""
    waits = request.extensions.get("timeout", {}).get("read")
    return answer.delay if waits is None else min(answer.delay, float(waits))


def _in_time(request: httpx.Request, answer: MockResponse) -> None:
    if _patience(request, answer) < answer.delay:
        raise httpx.ReadTimeout("The read operation timed out", request=request)


def _response(request: httpx.Request, answer: MockResponse) -> httpx.Response:
    if answer.cut == "refuse":
        raise httpx.ConnectError("[Errno 111] Connection refused", request=request)
    if answer.cut == "reset":
        raise httpx.ReadError("[Errno 104] Connection reset by peer", request=request)
    if answer.cut == "truncate" and not answer.body:
        text = "Server disconnected without sending a response."
        raise httpx.RemoteProtocolError(text, request=request)
    length = ("Content-Length", str(len(answer.body)))
    return httpx.Response(
        answer.status,
        headers=[*answer.headers, length],
        stream=_Content(answer),
        request=request,
    )


class _Content(httpx.SyncByteStream, httpx.AsyncByteStream):
    def __init__(self, answer: MockResponse) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        body = self._answer.body
        if self._answer.cut == "truncate":
            yield body[: len(body) // 2]
            text = "peer closed connection without sending complete message body"
            raise httpx.RemoteProtocolError(text)
        yield body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


# --- ASGI ---------------------------------------------------------------------------------


def application(mock: Mock) -> Application:
    """The mock as an application; while it lives, events are delivered.

    A plain function: servers take another callable for one of ASGI's second version.
    """

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _live(mock, receive, send)
        elif scope["type"] == "http":
            await _answer(mock, scope, receive, send)

    return serve


async def _live(mock: Mock, receive: Any, send: Any) -> None:
    async def beat() -> None:
        while True:
            await asyncio.sleep(_BEAT)
            await asyncio.to_thread(mock.tick)

    beating: asyncio.Task[None] | None = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            beating = asyncio.create_task(beat())
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if beating is not None:
                beating.cancel()
                with suppress(asyncio.CancelledError):
                    await beating
            mock.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _answer(mock: Mock, scope: Any, receive: Any, send: Any) -> None:
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
    # In a thread: what it does may call this very event loop.
    answer = await asyncio.to_thread(mock.handle, incoming)
    await asyncio.sleep(answer.delay)
    mock.ledger.deliver(answer)
    await _send(answer, send)


async def _send(answer: MockResponse, send: Any) -> None:
    """Send the answer. An application can break off within one, but not before: what is
    lost has the length of something, and nothing or half of it comes."""
    status, length = answer.status, len(answer.body)
    if answer.cut is not None:
        status, length = 200 if status in (204, 304) else status, max(length, 1)
    fields = [
        (name.lower().encode("latin-1"), text.encode("latin-1", "replace"))
        for name, text in answer.headers
    ]
    if status not in (204, 304):
        fields.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    if answer.cut is None:
        await send({"type": "http.response.body", "body": answer.body})
        return
    half = answer.body[: length // 2] if answer.cut == "truncate" else b""
    await send({"type": "http.response.body", "body": half, "more_body": True})
    raise ConnectionResetError("the mock was told to do this")
