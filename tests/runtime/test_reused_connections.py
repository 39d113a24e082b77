"""Connections that are used again: not if the server has closed them, or has sent what nobody asked for."""

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
from tests.servers import Close, Part, ReceivedRequest, Server, answer, serving

QUERY = calls.orders.query("1", shop_id="1")
CANCEL = calls.orders.cancel("1")


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def send_all(
    colour: str,
    server: Server,
    *sent: Any,
    before: Callable[[], object] = lambda: None,
    own: bool = False,
) -> list[Any]:
    """The responses to calls of one client; something is done before each that follows the first."""
    trusted = client_side() if server.tls else None
    options: dict[str, Any] = {"hosts": [server.url], "ssl_context": trusted}
    if own:
        kind = httpx.HTTPTransport if colour == "sync" else httpx.AsyncHTTPTransport
        options = {"hosts": [server.url], "transport": kind(verify=trusted or True)}

    async def go() -> list[Any]:
        async with AsyncShop(Scheme(), **options) as shop:
            without_pauses(shop)
            return [before() if step is None else await shop.send(step) for step in steps][::2]

    steps = [step for call in sent for step in (None, call)][1:]
    if colour == "async":
        return asyncio.run(go())
    with Shop(Scheme(), **options) as shop:
        without_pauses(shop)
        return [before() if step is None else shop.send(step) for step in steps][::2]


def test_one_that_is_closed_is_replaced(colour: str, server: Server) -> None:
    closed = threading.Event()

    def once(_: ReceivedRequest) -> Iterator[Part | type[Close]]:
        yield answer(204)
        yield Close

    server.reply(once, answer(204))
    server.on_close = closed.set
    assert [one.status for one in send_all(colour, server, CANCEL, CANCEL, before=closed.wait)] == [
        204,
        204,
    ]
    assert [got.connection for got in server.received] == [1, 2]


@pytest.mark.parametrize("written", [False, True])
def test_one_that_is_closed_just_before_it_is_written_to_is_replaced(
    colour: str, written: bool, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the library has looked at it. Once it is written to, nobody knows what was done."""
    closing, closed = threading.Event(), threading.Event()

    def once(_: ReceivedRequest) -> Iterator[Part | type[Close]]:
        yield answer(204)
        closing.wait(5)
        yield Close

    server.on_close = closed.set
    server.reply([answer(204)], [Close]) if written else server.reply(once, answer(204))
    kind: Any = httpcore.AsyncHTTP11Connection if colour == "async" else httpcore.HTTP11Connection
    original = kind.handle_request if colour == "sync" else kind.handle_async_request

    def handle(connection: Any, request: Any) -> Any:
        if connection.is_idle() and not written:
            closing.set()
            assert closed.wait(5)
        return original(connection, request)

    monkeypatch.setattr(kind, original.__name__, handle)
    if written:
        with pytest.raises(errors.ConnectionFailed) as raised:
            send_all(colour, server, CANCEL, CANCEL)
        assert (raised.value.outcome, raised.value.attempts, len(server.received)) == (
            "unknown",
            1,
            2,
        )
    else:
        assert len(send_all(colour, server, CANCEL, CANCEL)) == 2
        assert [got.connection for got in server.received] == [1, 2]


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_what_nobody_asked_for_is_no_response(
    colour: str, apart: bool, tls: bool, own: bool
) -> None:
    """A second response, in one piece with the first or after it, is not that to the next request."""
    first, forged, real = (
        answer(200, json.dumps({"order_id": "1", "status": "PAID", "total": total}))
        for total in (1, 666, 2)
    )
    there = threading.Event()

    def both(_: ReceivedRequest) -> Iterator[bytes]:
        yield from (first, forged) if apart else (first + forged,)
        there.set()

    with serving(both, real, tls=server_side() if tls else None) as server:
        responses = send_all(colour, server, QUERY, QUERY, before=lambda: there.wait(5), own=own)
        assert [one.value.total for one in responses] == [1, 2]
        assert [got.connection for got in server.received] == [1, 2]
