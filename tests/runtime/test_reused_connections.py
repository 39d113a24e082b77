"""Reuse of connections: never of one that the server closed or sent unsolicited bytes on."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpcore
import httpx
import pytest
from conftest import without_pauses
from handmade import AsyncShop, Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from tests.certificates import client_side, server_side
from tests.servers import Close, Part, ReceivedRequest, Server, http_response, serving

QUERY = calls.orders.query("1", shop_id="1")
CANCEL = calls.orders.cancel("1")


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def send_all(
    mode: str,
    server: Server,
    *sent: Any,
    before: Callable[[], object] = lambda: None,
    own: bool = False,
) -> list[Any]:
    """Return the responses to calls of one client; `between` runs before each further call."""
    trusted = client_side() if server.tls else None
    options: dict[str, Any] = {"hosts": [server.url], "ssl_context": trusted}
    if own:
        kind = httpx.HTTPTransport if mode == "sync" else httpx.AsyncHTTPTransport
        options = {"hosts": [server.url], "transport": kind(verify=trusted or True)}

    async def go() -> list[Any]:
        async with AsyncShop(Scheme(), **options) as shop:
            without_pauses(shop)
            return [before() if step is None else await shop.send(step) for step in steps][::2]

    steps = [step for call in sent for step in (None, call)][1:]
    if mode == "async":
        return asyncio.run(go())
    with Shop(Scheme(), **options) as shop:
        without_pauses(shop)
        return [before() if step is None else shop.send(step) for step in steps][::2]


def test_a_closed_connection_is_replaced(mode: str, server: Server) -> None:
    closed = threading.Event()

    def once(_: ReceivedRequest) -> Iterator[Part | type[Close]]:
        yield http_response(204)
        yield Close

    server.respond_with(once, http_response(204))
    server.on_close = closed.set
    assert [one.status for one in send_all(mode, server, CANCEL, CANCEL, before=closed.wait)] == [
        204,
        204,
    ]
    assert [got.connection for got in server.received] == [1, 2]


@pytest.mark.parametrize("written", [False, True])
def test_a_connection_closed_just_before_the_write_is_replaced(
    mode: str, written: bool, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the check of the library. After a write the outcome would be unknown."""
    closing, closed = threading.Event(), threading.Event()

    def once(_: ReceivedRequest) -> Iterator[Part | type[Close]]:
        yield http_response(204)
        closing.wait(5)
        yield Close

    server.on_close = closed.set
    (
        server.respond_with([http_response(204)], [Close])
        if written
        else server.respond_with(once, http_response(204))
    )
    kind: Any = httpcore.AsyncHTTP11Connection if mode == "async" else httpcore.HTTP11Connection
    original = kind.handle_request if mode == "sync" else kind.handle_async_request

    def handle(connection: Any, request: Any) -> Any:
        if connection.is_idle() and not written:
            closing.set()
            assert closed.wait(5)
        return original(connection, request)

    monkeypatch.setattr(kind, original.__name__, handle)
    if written:
        with pytest.raises(errors.ConnectionFailed) as raised:
            send_all(mode, server, CANCEL, CANCEL)
        assert (raised.value.outcome, raised.value.attempts, len(server.received)) == (
            "unknown",
            1,
            2,
        )
    else:
        assert len(send_all(mode, server, CANCEL, CANCEL)) == 2
        assert [got.connection for got in server.received] == [1, 2]


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_unsolicited_bytes_are_not_a_response(mode: str, apart: bool, tls: bool, own: bool) -> None:
    """A second response, with the first or after it, does not belong to the next request."""
    first, forged, real = (
        http_response(200, json.dumps({"order_id": "1", "status": "PAID", "total": total}))
        for total in (1, 666, 2)
    )
    there = threading.Event()

    def both(_: ReceivedRequest) -> Iterator[bytes]:
        yield from (first, forged) if apart else (first + forged,)
        there.set()

    with serving(both, real, tls=server_side() if tls else None) as server:
        responses = send_all(mode, server, QUERY, QUERY, before=lambda: there.wait(5), own=own)
        assert [one.value.total for one in responses] == [1, 2]
        assert [got.connection for got in server.received] == [1, 2]
