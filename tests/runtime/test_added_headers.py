"""Headers that users add: to a client, to its options, and to one call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from handmade import AsyncShop, Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.http_messages import Request
from tests.runtime.conftest import without_pauses
from tests.servers import Server, http_response

ORDER = '{"order_id": "1", "status": "PAID", "total": 1}'
QUERY = calls.orders.query("1", shop_id="2")
SendWith: TypeAlias = Callable[..., Any]


class Key(Scheme):
    """A scheme that states the header it sets."""

    own_headers = ("X-Key",)

    def sign(self, request: Request) -> Request:
        return request.with_headers({"X-Key": "k"})


class Silent(Scheme):
    """A scheme of another package, which does not state it."""

    def sign(self, request: Request) -> Request:
        return request.with_headers({"X-Key": "k"})


@pytest.fixture(params=["sync", "async"])
def send_with(request: pytest.FixtureRequest, server: Server) -> SendWith:
    """Function that sends a call with headers of the client, of options, and of the call."""
    server.respond_with(http_response(200, ORDER))

    def sync(
        of_client: Any, of_options: Any, of_call: Any, call: Any = QUERY, scheme: Any = None
    ) -> Any:
        with Shop(scheme or Key(), hosts=[server.url], headers=of_client) as client:
            without_pauses(client)
            return client.with_options(headers=of_options).send(call, headers=of_call)

    def run(
        of_client: Any, of_options: Any, of_call: Any, call: Any = QUERY, scheme: Any = None
    ) -> Any:
        async def send() -> Any:
            async with AsyncShop(scheme or Key(), hosts=[server.url], headers=of_client) as client:
                without_pauses(client)
                return await client.with_options(headers=of_options).send(call, headers=of_call)

        return asyncio.run(send())

    return sync if request.param == "sync" else run


def test_the_most_specific_header_wins(server: Server, send_with: SendWith) -> None:
    send_with(
        {
            "X-A": "client",
            "X-B": "client",
            "X-C": "client",
            "Accept": "text/x-mine",
            "X-Version": "9",
        },
        {"x-b": "options", "X-C": "options"},
        {"X-c": "call"},
    )
    (got,) = server.received
    assert [got.header(name) for name in ("X-A", "X-B", "X-C", "X-Key")] == [
        "client",
        "options",
        "call",
        "k",
    ]
    assert got.header("Accept") == "text/x-mine"
    assert got.header("X-Version") == "1"  # a constant of the endpoint


def test_options_leave_the_client_as_it_is(server: Server) -> None:
    with Shop(Key(), hosts=[server.url], headers={"X-A": "1"}) as shop:
        server.respond_with(http_response(200, ORDER))
        shop.with_options(headers={"X-B": "2"}).send(QUERY)
        shop.send(QUERY)
    assert [(got.headers("X-A"), got.headers("X-B")) for got in server.received] == [
        (["1"], ["2"]),
        (["1"], []),
    ]


REFUSED = [
    *("Connection", "keep-alive", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding"),
    *("Upgrade", "Host", "Content-Length", "Content-Type", "Content-Encoding", "Expect"),
    *("User-Agent", "Accept-Encoding", "x-key", "a b", "", "a:b", "é"),
]


@pytest.mark.parametrize("name", REFUSED)
def test_refused_headers(server: Server, send_with: SendWith, name: str) -> None:
    with pytest.raises(errors.ConfigError, match=r"^headers: "):
        send_with({name: "1"}, None, None)
    with pytest.raises(errors.ConfigError, match=r"^headers: "):
        send_with(None, {name: "1"}, None)
    with pytest.raises(errors.InvalidRequest, match="headers: ") as caught:
        send_with(None, None, {name: "1"})
    assert (caught.value.endpoint, caught.value.outcome) == ("orders.query", "not_sent")
    assert server.received == []


def test_headers_that_a_scheme_sets_without_stating_them(
    server: Server, send_with: SendWith
) -> None:
    with pytest.raises(errors.ConfigError, match="x-KEY is set by the auth scheme"):
        send_with({"x-KEY": "1"}, None, None, scheme=Silent())
    with pytest.raises(errors.InvalidRequest, match="x-KEY is set by the auth scheme"):
        send_with(None, None, {"x-KEY": "1"}, scheme=Silent())
    assert server.received == []


def test_a_documented_parameter_is_an_argument(server: Server, send_with: SendWith) -> None:
    with pytest.raises(errors.InvalidRequest, match=r"X-Trace is a parameter .*; pass trace="):
        send_with(None, None, {"x-trace": "1"})
    send_with({"X-Trace": "client"}, None, None)
    send_with({"X-Trace": "client"}, None, None, calls.orders.query("1", shop_id="2", trace="own"))
    assert [got.header("X-Trace") for got in server.received] == ["client", "own"]


@pytest.mark.parametrize("value", [1, b"1", "a\r\nX: 1", " a", "é", None])
def test_invalid_values(send_with: SendWith, value: Any) -> None:
    for position in range(3):
        headers: list[Any] = [None, None, None]
        headers[position] = {"X-A": value}
        with pytest.raises(errors.Error, match="X-A must be one line of ASCII text"):
            send_with(*headers)
    with pytest.raises(errors.ConfigError, match="headers: expected a mapping"):
        send_with([("X-A", "1")], None, None)


def test_credentials_are_redacted(server: Server, send_with: SendWith) -> None:
    for secrets in ({"X-Gateway-Token": "CANARY1"}, None), (None, {"Cookie": "CANARY1"}):
        server.respond_with(http_response(400, json.dumps({"code": "1", "message": "CANARY1"})))
        with pytest.raises(errors.ApiError, match="…") as caught:
            send_with(secrets[0], None, secrets[1])
        assert "CANARY" not in str(caught.value)
    assert "CANARY" not in repr(Shop(headers={"X-A": "CANARY"})._settings)


def test_requests_of_schemes_have_none_of_them(server: Server) -> None:
    """A token server may be another's."""
    with Shop(Key(), hosts=[server.url], headers={"X-A": "1"}) as shop:
        assert "X-A" in shop._settings.headers
        assert "X-A" not in shop._settings.side_channel.headers


@pytest.mark.parametrize(
    "headers", [{"X-Trace": "CANARY"}, {"X-A": "CANARY\n"}, {"X-Key": "CANARY"}]
)
def test_no_traceback_shows_them(server: Server, headers: dict[str, str]) -> None:
    with Shop(Silent(), hosts=[server.url]) as shop:
        with pytest.raises(errors.InvalidRequest) as caught:
            shop.send(QUERY, headers=headers)
        with pytest.raises(errors.InvalidRequest) as undocumented:
            shop.request("GET", "/x", headers=headers | {"X-Key": "CANARY"})
    for error in (caught, undocumented):
        frames = [entry.frame for entry in error.traceback[1:]]
        assert "CANARY" not in "".join(repr(frame.f_locals) for frame in frames)
