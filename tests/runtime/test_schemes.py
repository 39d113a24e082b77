"""Auth schemes other than WeChat Pay, and invalid credentials."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from handmade import AsyncShop, Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.auth.static.api_key import ApiKey
from handmade._runtime.auth.static.basic import Basic
from handmade._runtime.auth.static.bearer import Bearer
from handmade._runtime.auth.weixin.scheme import FileTokenStore, WeixinAccessToken
from handmade._runtime.hosts import parse_host
from handmade._runtime.http_messages import Request
from tests.servers import Server, http_response

Send: TypeAlias = Callable[..., Any]
CANCEL = calls.orders.cancel("1")


def test_api_keys(server: Server, send: Send) -> None:
    server.respond_with(http_response(204))
    send(CANCEL, ApiKey("k/1"))
    send(CANCEL, ApiKey("k/1", header="X-Other"))
    send(CANCEL, ApiKey("k/1", query="key"))
    first, second, third = server.received
    assert first.header("x-api-key") == second.header("x-other") == "k/1"
    assert third.target == "/v1/orders/1/cancel?key=k%2F1"


def test_api_keys_in_cookies(server: Server, send: Send) -> None:
    server.respond_with(http_response(401, '{"message": "no CANARY=, session=CANARY="}'))
    with pytest.raises(errors.ApiError) as caught:
        send(CANCEL, ApiKey("CANARY=", cookie="session"))
    assert "CANARY" not in str(caught.value)
    assert server.received[0].header("cookie") == "session=CANARY="
    request = Request("GET", parse_host(server.url), "/", {"cookie": "a=1"})
    assert ApiKey("k", cookie="b").sign(request).headers == {"Cookie": "a=1; b=k"}
    for key in ("a;b", 'a"b', "a,b", "a\\b", "a b"):
        with pytest.raises(errors.ConfigError, match="key: ") as refused:
            ApiKey(key, cookie="session")
        assert key not in str(refused.value)
    with pytest.raises(errors.ConfigError, match="pass one of header, query and cookie"):
        ApiKey("k", cookie="session", query="k")


def test_basic(server: Server, send: Send) -> None:
    server.respond_with(http_response(204))
    send(CANCEL, Basic("发", "p:w"))
    kind, _, value = server.received[0].header("authorization").partition(" ")
    assert (kind, b64decode(value).decode()) == ("Basic", "发:p:w")


async def later() -> str:
    return "T-async"


def test_tokens(server: Server, send: Send) -> None:
    server.respond_with(http_response(204))
    tokens = iter(["T-1", "T-2"])
    source = Bearer(lambda: next(tokens))
    for scheme in (Bearer("T-0"), source, source):
        send(CANCEL, scheme)
    assert [got.header("authorization") for got in server.received] == [
        "Bearer T-0",
        "Bearer T-1",
        "Bearer T-2",
    ]


def test_weixin(server: Server, send: Send) -> None:
    server.respond_with(http_response(204))
    send(calls.orders.cancel("1"), WeixinAccessToken("a+b/c="))
    assert server.received[0].target == "/v1/orders/1/cancel?access_token=a%2Bb%2Fc%3D"
    server.respond_with(
        http_response(200, '{"code":40001,"message":"invalid credential rid: 63b-1a-2c"}')
    )
    with pytest.raises(errors.InvalidCredential) as caught:
        send(CANCEL, WeixinAccessToken("t"))
    assert caught.value.request_id == "63b-1a-2c"


def test_async_functions(server: Server) -> None:
    import asyncio

    async def go() -> None:
        async with AsyncShop(Bearer(later), hosts=[server.url]) as shop:
            await shop.send(CANCEL)

    server.respond_with(http_response(204))
    asyncio.run(go())
    assert server.received[0].header("authorization") == "Bearer T-async"
    with pytest.raises(errors.ConfigError, match="pay: an async function needs the async client"):
        Shop(Bearer(later))
    with (
        Shop(Bearer(lambda: later()), hosts=[server.url]) as shop,
        pytest.raises(errors.ConfigError, match="an async function needs the async client"),
    ):
        shop.send(CANCEL)


def test_a_function_that_returns_no_token(send: Send) -> None:
    with pytest.raises(errors.ConfigError, match=r"token: .*: the function for it gave"):
        send(CANCEL, Bearer(lambda: None))  # type: ignore[arg-type, return-value]


def test_an_endpoint_without_authentication(server: Server, send: Send) -> None:
    server.respond_with(http_response(204))
    send(calls.orders.touch("1"), Bearer("T"))
    assert server.received[0].headers("authorization") == []


MISTAKES: list[tuple[Callable[[], object], str]] = [
    (lambda: ApiKey(""), "key: expected non-empty ASCII text"),
    (lambda: ApiKey("a\r\nb"), "key: expected non-empty ASCII text"),
    (lambda: ApiKey(5), "key: expected a string, got int"),  # type: ignore[arg-type]
    (lambda: ApiKey("k", header="a", query="b"), "one of header, query and cookie"),
    (lambda: Basic("a:b", ""), "username: must not have a colon"),
    (lambda: Basic("a", None), "password: expected a string, got NoneType"),  # type: ignore[arg-type]
    (lambda: Bearer("发"), "token: expected non-empty ASCII text"),
    (WeixinAccessToken, "access_token: pass it, or appid and secret to fetch it"),
    (lambda: WeixinAccessToken(5), "access_token: expected a string"),  # type: ignore[arg-type]
    (
        lambda: WeixinAccessToken("t", appid="wx1", secret="s"),
        "appid and secret to fetch it, not both",
    ),
    (lambda: WeixinAccessToken("t", token_store=FileTokenStore("/tmp")), "not both"),
    (lambda: WeixinAccessToken(appid="wx1"), "secret: expected non-empty ASCII text"),
    (lambda: WeixinAccessToken(secret="s"), "appid: expected non-empty ASCII text"),
    (lambda: WeixinAccessToken(appid="wx1", secret="s", token_store=object()), "token_store: expected a FileTokenStore"),  # type: ignore[arg-type]
    (
        lambda: FileTokenStore("/proc/nowhere"),
        "token_store: cannot make the folder /proc/nowhere: ",
    ),
    (lambda: FileTokenStore(None), "token_store: expected the path of a folder"),  # type: ignore[arg-type]
    (
        lambda: Shop(hosts=["http://api.shop.example"]),
        "api.shop.example needs https; http is allowed for this machine",
    ),
    (lambda: Shop(hosts=["http://10.0.0.1"]), "needs https"),
    (lambda: Shop(hosts=["http://127.0.0.1@evil.example"]), "hosts: invalid URL"),
    (lambda: Shop(hosts=["https://a.example?x=1"]), "hosts: invalid URL"),
    (lambda: Shop(hosts=["https://a.example/../b"]), "hosts: invalid URL"),
    (lambda: Shop(hosts=["ftp://a.example"]), "hosts: invalid URL"),
    (lambda: Shop(hosts="https://a.example"), "hosts: expected a list of URLs"),
    (lambda: Shop(hosts=[]), "hosts: expected at least one URL"),
    (lambda: Shop(deadline=0), "deadline: expected a positive number"),
    (lambda: Shop(deadline=float("nan")), "deadline: expected a positive number"),
    (lambda: Shop(deadline="5"), "deadline: expected a positive number"),
    (lambda: Shop(user_agent="a\nb"), "user_agent: expected one line of ASCII text"),
    (lambda: Shop(proxy="proxy.example:80"), "proxy: expected a URL"),
    (
        lambda: AsyncShop(transport=object(), proxy="http://p.example"),
        "transport: cannot be combined with proxy",
    ),
]


@pytest.mark.parametrize(("make", "text"), MISTAKES, ids=[text for _, text in MISTAKES])
def test_invalid_credentials_are_explained(make: Callable[[], object], text: str) -> None:
    with pytest.raises(errors.ConfigError, match=text):
        make()


def test_hosts_with_prefixes(server: Server, send: Send) -> None:
    server.respond_with(http_response(204))
    for host in ("http://localhost:%d/base/v2/", "http://127.0.0.1:%d"):
        send(CANCEL, hosts=[host % server.port])
    assert [got.target for got in server.received] == [
        "/base/v2/v1/orders/1/cancel",
        "/v1/orders/1/cancel",
    ]


def test_options(server: Server) -> None:
    server.respond_with(http_response(204))
    with Shop(Scheme(), hosts=[server.url]) as shop:
        other = shop.with_options(user_agent="mine/1", deadline=60)
        assert other.orders._client is other
        other.send(CANCEL)
        shop.send(CANCEL)
    first, second = server.received
    assert first.header("user-agent").startswith("mine/1 handmade/")
    assert second.header("user-agent").startswith("handmade/")
    assert first.connection == second.connection
    with pytest.raises(errors.ConfigError, match="the client is closed"):
        other.send(CANCEL)


def test_a_custom_transport() -> None:
    import httpx

    def handle(request: httpx.Request) -> httpx.Response:
        assert request.read() == b"{}"
        assert request.headers["host"] == "api.shop.example"
        return httpx.Response(204)

    with Shop(Scheme(), transport=httpx.MockTransport(handle)) as shop:
        assert shop.send(CANCEL).status == 204
