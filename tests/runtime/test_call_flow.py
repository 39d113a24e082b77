"""Call flow without I/O: the actions of a call, performed by hand with a fake clock."""

from __future__ import annotations

from typing import Any

import pytest
from handmade import calls, errors
from handmade._runtime.auth.weixin.scheme import WeixinAccessToken
from handmade._runtime.call_flow import exchange
from handmade._runtime.effects import CallFunction, Send
from handmade._runtime.headers import Headers
from handmade._runtime.http_messages import RawResponse
from handmade._runtime.settings import Settings
from handmade.client import SERVICE
from msgspec.structs import replace

CALL = calls.orders.cancel("1")


def settings(**options: Any) -> Settings:
    scheme = WeixinAccessToken(lambda: "T-1")
    return replace(Settings(SERVICE, {"pay": scheme}, clock=lambda: 1000.0), **options)


def test_actions_of_a_call() -> None:
    steps = exchange(CALL, settings(deadline=5))
    ask = next(steps)
    assert isinstance(ask, CallFunction)
    sending = steps.send("T-2")
    assert isinstance(sending, Send)
    assert sending.until == 1005
    assert sending.request.target == "/v1/orders/1/cancel?access_token=T-2"
    assert sending.request.body == b"{}"
    assert sending.request.host.origin == "https://api.shop.example"
    with pytest.raises(StopIteration) as stop:
        steps.send(RawResponse(204, Headers(), b""))
    assert stop.value.value.value is None


def test_errors_name_the_endpoint() -> None:
    steps = exchange(CALL, settings())
    next(steps)
    steps.send("T-1")
    with pytest.raises(errors.ConnectionFailed) as caught:
        steps.throw(errors.ConnectionFailed("broken", outcome="unknown"))
    assert caught.value.endpoint == "orders.cancel"
    assert str(caught.value) == (
        "orders.cancel: broken\nThe request may have been executed: check whether it was before you retry."
    )
    assert (caught.value.attempts, caught.value.hosts) == (1, ("https://api.shop.example",))


def test_nothing_is_sent_after_the_deadline() -> None:
    now = [0.0]
    steps = exchange(CALL, settings(clock=lambda: now[0]))
    next(steps)
    now[0] = 31.0
    with pytest.raises(
        errors.DeadlineExceeded, match="the deadline of 30 s passed before the request was sent"
    ) as caught:
        steps.send("T-1")
    assert caught.value.outcome == "not_sent"


def test_a_missing_scheme_is_a_config_error() -> None:
    with pytest.raises(errors.ConfigError, match="missing pay or other; pass it to the client"):
        next(exchange(CALL, settings(schemes={})))
    assert isinstance(next(exchange(calls.orders.touch("1"), settings(schemes={}))), Send)


def test_the_repr_of_an_action_hides_secrets() -> None:
    steps = exchange(calls.orders.query("CANARY", shop_id="CANARY"), settings())
    next(steps)
    assert "CANARY" not in repr(steps.send("CANARY"))
