"""Secrets: never in texts, logs, tracebacks or pickles."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from handmade import AsyncShop, Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.auth.static.api_key import ApiKey
from handmade._runtime.auth.static.basic import Basic
from handmade._runtime.auth.static.bearer import Bearer
from handmade._runtime.auth.weixin.scheme import WeixinAccessToken
from handmade._runtime.models import Unknown
from handmade.models.orders import Buyer, Card, CreateRequest, Item, Order, Status
from runtime_keys import private_pem, rsa_key
from test_wechatpay import scheme as wechatpay
from tests.servers import Close, Reset, Server, Wait, closed_port, http_response

Send: TypeAlias = Callable[..., Any]
TESTS = Path(__file__).parents[1]
TOKEN, PHONE, PASSWORD = "CANARY-token", "CANARY-13800000000", "CANARY-password"
SCHEMES: dict[str, Callable[[], Scheme]] = {
    "api key": lambda: ApiKey(TOKEN, query="key"),
    "basic": lambda: Basic("user", TOKEN),
    "bearer": lambda: Bearer(lambda: TOKEN),
    "weixin": lambda: WeixinAccessToken(TOKEN),
    "wechatpay": wechatpay,
    "weixin account": lambda: WeixinAccessToken(appid="wx1", secret=TOKEN),
    "wechatpay certificates": lambda: wechatpay(
        public_key=None, public_key_id=None, api_v3_key=f"{TOKEN:-<32}"
    ),
}
FAILURES: dict[str, Any] = {
    "refused": http_response(400, '{"code":"X","message":"m"}'),
    "html": http_response(502, "<html>"),
    "silence": [Wait(9)],
    "reset": [Reset],
    "closed": [b"HTTP/1.1 20", Close],
    "unsigned": http_response(201),
    "redirected": http_response(301, "", ("Location", "https://evil.example")),
    "not json": http_response(200, "nonsense"),
    "nobody": None,
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", SCHEMES)
def test_no_error_shows_a_secret(
    name: str, failure: str, server: Server, send: Send, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    options: dict[str, Any] = {}
    if FAILURES[failure] is None:
        options["hosts"] = [f"http://127.0.0.1:{closed_port()}"]
    else:
        server.respond_with(FAILURES[failure])
    # Only WeChat Pay's scheme can encrypt.
    buyer = Buyer(name="x", phone=PHONE if name == "wechatpay" else None)
    create = calls.orders.create(name="x", items=[Item(sku="A")], password=PASSWORD, buyer=buyer)
    texts = [repr(create)]
    options |= dict.fromkeys(
        ("on_request", "on_response", "on_retry"), lambda event: texts.append(repr(event))
    )
    # The first deadline that lets a request reach the server before it passes.
    for deadline in (0.1, 1, 10) if failure == "silence" else (30,):
        with pytest.raises(errors.Error) as caught:
            send(create, SCHEMES[name](), strict=True, deadline=deadline, **options)
        if server.received:
            break
    error = caught.value
    texts += [str(error), repr(error), "".join(traceback.format_exception(error))]
    texts += [str(vars(error)), repr(pickle.dumps(error))]
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.outcome, type(again)) == (str(error), error.outcome, type(error))
    texts += [record.getMessage() for record in caplog.records]
    assert not [text for text in texts if "CANARY" in text or "BEGIN" in text]
    assert server.received or failure == "nobody"


@pytest.mark.parametrize("name", SCHEMES)
def test_schemes_and_clients_are_not_pickled(name: str) -> None:
    scheme = SCHEMES[name]()
    for holder in (scheme, Shop(scheme)):
        assert "CANARY" not in repr(holder)
        for way in (pickle.dumps, copy.deepcopy, copy.copy):
            with pytest.raises(TypeError, match="cannot be pickled"):
                way(holder)  # type: ignore[operator]


def test_models_hide_confidential_fields() -> None:
    from handmade.models.orders import Cash

    request = CreateRequest(
        name="x", items=[], password=PASSWORD, buyer=Buyer(name="y", phone=PHONE)
    )
    nested = [request, Cash(parts=[Card(number=PASSWORD)]), Unknown("t", {"a": PASSWORD})]
    for value in (*nested, nested):
        assert "CANARY" not in repr(value)
        assert "CANARY" not in str(value)
    assert repr(Buyer(name="y", phone=PHONE)) == "Buyer(name='y', phone=…)"
    assert repr(Buyer(name="y")) == "Buyer(name='y', phone=None)"
    assert "CANARY" not in str(list(request.__rich_repr__()))


def test_a_call_is_pickled_with_its_data() -> None:
    call = calls.orders.create(
        name="x", items=[Item(sku="A")], password=PASSWORD, status=Status("NEW")
    )
    again = pickle.loads(pickle.dumps(call))
    assert again == call
    assert again.endpoint is call.endpoint
    assert again.body.password == PASSWORD
    assert copy.deepcopy(call) == call
    assert "body=…" in repr(calls.orders.put(b"CANARY"))
    assert pickle.loads(pickle.dumps(calls.orders.put(b"x"))) == calls.orders.put(b"x")


def test_typed_values_are_pickled() -> None:
    order = Order(order_id="1", status=Status("NEW"), total=1)
    assert pickle.loads(pickle.dumps(order)) == order


def test_messages_about_keys_quote_no_key() -> None:
    damaged = private_pem(rsa_key("merchant"))[:-200]
    with pytest.raises(errors.ConfigError) as caught:
        wechatpay(private_key=damaged)
    text = "".join(traceback.format_exception(caught.value))
    assert damaged.decode().split("\n")[1][:20] not in text


def everything(error: BaseException) -> str:
    """Return the variables in the frames of an error and of its causes, except the tests' own."""
    texts, seen, waiting = list[str](), set[int](), [error]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            frames = traceback.TracebackException.from_exception(one, capture_locals=True).stack
            texts += [
                str(frame.locals)
                for frame in frames
                if not Path(frame.filename).is_relative_to(TESTS)
            ]
            texts += [repr(one.args), str(vars(one)), repr(getattr(one, "object", ""))]
            waiting += [
                beneath for beneath in (one.__cause__, one.__context__) if beneath is not None
            ]
    return "\n".join(texts)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", SCHEMES)
def test_no_traceback_frame_holds_a_secret(
    name: str, failure: str, server: Server, send: Send
) -> None:
    options: dict[str, Any] = {"deadline": 0.1 if failure == "silence" else 30}
    if FAILURES[failure] is None:
        options["hosts"] = [f"http://127.0.0.1:{closed_port()}"]
    else:
        server.respond_with(FAILURES[failure])
    logged: list[str] = []
    options["on_response"] = lambda event: logged.append(
        everything(event.error) if event.error else ""
    )
    call, scheme = (
        calls.orders.create(name="x", items=[Item(sku="A")], password=PASSWORD),
        SCHEMES[name](),
    )
    with pytest.raises(errors.Error) as caught:
        send(call, scheme, strict=True, **options)
    texts = [everything(caught.value), *logged]
    assert not [text for text in texts if "CANARY" in text]


def test_the_exception_being_handled_keeps_its_frames() -> None:
    nowhere = [f"http://127.0.0.1:{closed_port()}"]

    async def wait() -> None:
        try:
            raise LookupError(1)
        except LookupError:
            async with AsyncShop(Scheme(), hosts=nowhere) as shop:
                await shop.send(calls.orders.touch("1"))

    def go() -> None:
        try:
            raise LookupError(1)
        except LookupError:
            Shop(Scheme(), hosts=nowhere).send(calls.orders.touch("1"))

    for run in (go, lambda: asyncio.run(wait())):
        with pytest.raises(errors.ConnectionFailed) as caught:
            run()
        error: BaseException | None = caught.value
        while error is not None and not isinstance(error, LookupError):
            error = error.__context__
        assert isinstance(error, LookupError)
        assert error.__traceback__ is not None


def test_no_traceback_frame_holds_an_invalid_token(send: Send) -> None:
    with pytest.raises(
        errors.ConfigError, match="the function for it gave something else"
    ) as caught:
        send(calls.orders.cancel("1"), Bearer(lambda: f"{TOKEN}\n"))
    assert "CANARY" not in everything(caught.value)


def create(**fields: Any) -> object:
    return calls.orders.create(**{"name": "x", "items": []} | fields)


INVALID_VALUES: dict[str, Callable[[], object]] = {
    "half a character": lambda: create(name=f"{PHONE}\ud83d"),
    "in the path": lambda: calls.orders.cancel(f"{PHONE}\ud83d"),
    "in what is encrypted": lambda: create(buyer=Buyer(name="x", phone=f"{PHONE}\ud83d")),
    "no such value": lambda: create(items=[Item(sku="A")], color=PHONE),
}


@pytest.mark.parametrize("name", INVALID_VALUES)
def test_invalid_arguments_are_not_quoted(name: str) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        INVALID_VALUES[name]()
    error = caught.value
    assert (error.__context__, error.__cause__) == (None, None)
    assert "CANARY" not in f"{error}{error!r}{vars(error)}"
