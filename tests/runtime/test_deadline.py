"""Deadline of a call, and outcomes by the moment of a failure."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeAlias

import httpcore
import httpx
import pytest
from conftest import without_pauses
from handmade import AsyncShop, Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.auth.static.bearer import Bearer
from tests.servers import Close, Reset, Server, Wait, closed_port, drip, http_response

Send: TypeAlias = Callable[..., Any]
CALL = calls.orders.cancel("1")

SLOW = {
    "silence": lambda: [Wait(9)],
    "dripping head": lambda: drip(http_response(204), 0.05),
    "dripping body": lambda: [http_response(200, length=False), *drip(b"x" * 200, 0.05)],
    "late body": lambda: [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", Wait(9)],
}


@pytest.mark.parametrize("slow", SLOW)
def test_the_deadline_covers_the_whole_call(slow: str, server: Server, send: Send) -> None:
    server.respond_with(SLOW[slow]())
    start = time.monotonic()
    with pytest.raises(errors.DeadlineExceeded, match="before the deadline") as caught:
        send(CALL, deadline=0.4)
    assert time.monotonic() - start < 0.4 + 0.3
    assert caught.value.outcome == "unknown"
    assert caught.value.cause is not None


def test_a_refused_connection_is_not_sent(send: Send) -> None:
    with pytest.raises(errors.ConnectionFailed, match="no connection to http://127") as caught:
        send(CALL, hosts=[f"http://127.0.0.1:{closed_port()}"])
    assert caught.value.outcome == "not_sent"


@pytest.mark.parametrize("end", [Reset, Close])
def test_a_connection_that_breaks_before_the_response(end: Any, server: Server, send: Send) -> None:
    server.respond_with([end])
    with pytest.raises(errors.ConnectionFailed, match="broke") as caught:
        send(CALL)
    assert caught.value.outcome == "unknown"
    assert len(server.received) == 1


def test_a_broken_connection_is_not_reused(server: Server) -> None:
    server.respond_with(http_response(204), [http_response(204), Close], http_response(204))
    with Shop(Scheme(), hosts=[server.url]) as shop:
        for _ in range(2):
            shop.send(CALL)
        time.sleep(0.1)
        shop.send(CALL)
    assert [got.connection for got in server.received] == [1, 1, 2]


def test_all_addresses_of_a_host_share_the_deadline(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connections wait in a full backlog."""
    original = socket.getaddrinfo

    def several(host: Any, *rest: Any, **more: Any) -> Any:
        names = ["127.0.0.1", "127.0.0.2"] if host in ("localhost", b"localhost") else [host]
        return [entry for name in names for entry in original(name, *rest, **more)]

    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("", 0), backlog=0))
        port = listener.getsockname()[1]
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        monkeypatch.setattr(socket, "getaddrinfo", several)
        start = time.monotonic()
        with pytest.raises(errors.DeadlineExceeded, match="no connection to") as caught:
            send(CALL, hosts=[f"http://localhost:{port}"], deadline=0.4)
        assert time.monotonic() - start < 0.4 + 0.3
        assert caught.value.outcome == "not_sent"


def test_proxies_keep_the_deadline(server: Server, send: Send) -> None:
    server.respond_with(http_response(204))
    send(CALL, hosts=["http://127.0.0.1:1"], proxy=server.url)
    assert server.received[0].target == "http://127.0.0.1:1/v1/orders/1/cancel"
    server.respond_with(http_response(403))
    with pytest.raises(errors.ConnectionFailed, match="403") as caught:
        send(CALL, hosts=["https://api.shop.example"], proxy=server.url)
    assert server.received[1].line == "CONNECT api.shop.example:443 HTTP/1.1"
    assert caught.value.outcome == "not_sent"
    server.respond_with([Wait(9)])
    with pytest.raises(errors.DeadlineExceeded) as late:
        send(CALL, hosts=["https://api.shop.example"], proxy=server.url, deadline=0.3)
    assert late.value.outcome == "not_sent"


# --- what the user's own code takes -----------------------------------------------------------


@pytest.mark.parametrize("slow", SLOW)
def test_the_deadline_with_a_custom_transport(slow: str, server: Server) -> None:
    class Traced(httpx.HTTPTransport):
        """A typical custom transport."""

    for transport_class in (httpx.HTTPTransport, Traced):
        server.respond_with(SLOW[slow]())
        start = time.monotonic()
        with (
            Shop(Scheme(), hosts=[server.url], transport=transport_class(), deadline=0.4) as shop,
            pytest.raises(errors.DeadlineExceeded, match="before the deadline"),
        ):
            shop.send(CALL)
        assert time.monotonic() - start < 0.4 + 0.5


def test_a_custom_network_backend_is_kept() -> None:
    class Own(httpcore.SyncBackend):
        """A backend that could count connections."""

    transport, own = httpx.HTTPTransport(), Own()
    vars(transport)["_pool"]._network_backend = own
    Shop(Scheme(), transport=transport)
    assert vars(transport)["_pool"]._network_backend is own


async def endless(*_: object) -> str:
    await asyncio.sleep(60)
    return "T"


def test_async_token_functions_are_cancelled_at_the_deadline(server: Server) -> None:
    async def go() -> None:
        async with AsyncShop(Bearer(endless), hosts=[server.url], deadline=0.3) as shop:
            await shop.send(CALL)

    start = time.monotonic()
    with pytest.raises(
        errors.DeadlineExceeded, match="the deadline passed while waiting for an async function"
    ) as caught:
        asyncio.run(go())
    assert time.monotonic() - start < 0.3 + 0.5
    assert (caught.value.outcome, server.received) == ("not_sent", [])


def test_a_timeout_raised_by_a_function_is_its_error() -> None:
    async def hasty() -> str:
        async with asyncio.timeout(0):
            return await endless()

    async def go() -> None:
        async with AsyncShop(Bearer(hasty)) as shop:
            await shop.send(CALL)

    # It is no deadline of the call, but the cause of an error that names the function.
    with pytest.raises(
        errors.ConfigError, match="token: the function raised TimeoutError"
    ) as caught:
        asyncio.run(go())
    assert type(caught.value.cause) is TimeoutError


ENDLESS: dict[str, tuple[int, type[Exception] | None]] = {
    # the response, and the error when no time is left for a retry
    "on_request": (204, errors.DeadlineExceeded),
    "on_response": (204, None),
    "on_retry": (429, errors.DeadlineExceeded),
}


@pytest.mark.parametrize("event", ENDLESS)
def test_async_hooks_are_cancelled_at_the_deadline(
    event: str, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """A received response is not lost, and a warning is logged."""
    status, error = ENDLESS[event]
    server.respond_with(http_response(status))

    async def go() -> Any:
        async with AsyncShop(
            Scheme(), hosts=[server.url], deadline=0.4, **{event: endless}
        ) as shop:
            without_pauses(shop)
            return await shop.send(CALL)

    start = time.monotonic()
    if error is None:
        assert asyncio.run(go()).status == status
    else:
        with pytest.raises(error):
            asyncio.run(go())
    assert time.monotonic() - start < 0.4 + 1.0
    assert "orders.cancel: a hook failed" in caplog.text


def test_an_async_hook_gets_the_exceeded_deadline(server: Server) -> None:
    server.respond_with([Wait(9)])
    recorded: list[Any] = []

    async def hear(event: Any) -> None:
        await asyncio.sleep(0.01)  # to send it somewhere
        recorded.append(event.error)

    async def go() -> None:
        async with AsyncShop(Scheme(), hosts=[server.url], deadline=0.3, on_response=hear) as shop:
            await shop.send(CALL)

    with pytest.raises(errors.DeadlineExceeded) as caught:
        asyncio.run(go())
    assert recorded == [caught.value]
