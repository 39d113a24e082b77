"""Canaries: error reporting tools show no secret in anything that they could print.

`rich` is the judge: its tracebacks show every variable of every frame, in the richest form of its value.
The variables of user functions, here of the tests, are not covered.
"""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import io
import json
import logging
import pickle
import pprint
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

import httpx
import msgspec
import pytest
from handmade import AsyncShop, Call, Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.auth.static.api_key import ApiKey
from handmade._runtime.auth.static.basic import Basic
from handmade._runtime.auth.static.bearer import Bearer
from handmade._runtime.auth.weixin.scheme import WeixinAccessToken
from handmade._runtime.models import Model
from handmade.models.orders import Buyer, Item
from rich.console import Console
from rich.pretty import Pretty
from rich.traceback import Traceback
from runtime_keys import private_pem, rsa_key
from test_wechatpay import scheme as wechatpay
from tests.generated import COMMITTED, imported
from tests.servers import ReceivedRequest, Server, http_response

TESTS = Path(__file__).parents[1]
Job: TypeAlias = Callable[[], Any]
TOKEN, PASSWORD, PHONE = "CANARY-to+ken", "CANARY-pass/word", "CANARY-phone"
KEY = b"CANARY" + private_pem(rsa_key("merchant"))
SCHEMES: dict[str, Callable[[], Scheme]] = {
    "api key": lambda: ApiKey(TOKEN),
    "api key in the query": lambda: ApiKey(TOKEN, query="key"),
    "basic": lambda: Basic("user", TOKEN),
    "bearer": lambda: Bearer(TOKEN),
    "bearer function": lambda: Bearer(lambda: TOKEN),
    "weixin": lambda: WeixinAccessToken(TOKEN),
    "weixin account": lambda: WeixinAccessToken(appid="wx1", secret=TOKEN),
    "wechatpay": lambda: wechatpay(private_key=KEY, api_v3_key=f"{TOKEN:-<32}"),
}


# --- what tools print -----------------------------------------------------------------------


def rich(renderable: Any) -> str:
    console = Console(file=io.StringIO(), width=10_000, no_color=True)
    console.print(renderable)
    return console.file.getvalue()  # type: ignore[attr-defined]


def traceback_of(error: BaseException) -> str:
    """Return a report with all variables, except those of the tests."""
    full: dict[str, Any] = {
        "locals_max_length": None,
        "locals_max_string": None,
        "width": 10_000,
        "suppress": [str(TESTS)],
    }
    return rich(
        Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True, **full)
    )


def pickled(value: object) -> str:
    try:
        return repr(pickle.dumps(value))
    except (TypeError, AttributeError, pickle.PicklingError):
        return ""  # refused


def parts(value: Any) -> Iterator[Any]:
    """Return the attributes that a tool finds in a value; models and calls are data of the user."""
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list | tuple | set):
        yield from value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, field.name) for field in dataclasses.fields(value))
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Model | Call):
        yield from (getattr(value, name) for name in value.__struct_fields__)
    yield from getattr(value, "__dict__", {}).values()


def printed(start: object) -> Iterator[str]:
    """Yield everything printable of a value and its attributes."""
    seen: dict[int, object] = {}
    waiting = [start]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | logging.Logger) or callable(one):
            continue
        seen[id(one)] = one
        yield from (repr(one), str(one), f"{one}", pprint.pformat(one), rich(Pretty(one)))
        if type(one).__module__.startswith("handmade"):
            if not isinstance(one, Model | Call):
                yield pickled(one)
            waiting += parts(one)
        elif isinstance(one, Mapping | list | tuple | set):
            waiting += parts(one)


def canaries(texts: Iterator[str] | list[str]) -> list[str]:
    """Return the secrets in a text, with their context."""
    return [
        text[max(0, text.find("CANARY") - 200) :][:400]
        for text in texts
        if "CANARY" in text or "PRIVATE" in text
    ]


def visible_texts(error: BaseException) -> Iterator[str]:
    yield traceback_of(error)
    yield pickled(error)
    yield from printed(copy.copy(error))
    yield from printed(error)


# --- calls that fail ------------------------------------------------------------------------


def raised(job: Job) -> BaseException:
    """Return the exception of a job: a user function without secrets in its variables."""
    try:
        job()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def echo(got: ReceivedRequest) -> bytes:
    """Respond with everything received, in every part of the response, as many servers do."""
    echo_text = f"{unquote(got.target)} | {got.target} | {got.headers} | {got.body.decode()}"
    body = {
        "code": "X",
        "message": echo_text,
        "detail": {"got": [{echo_text: echo_text}], "n": 1},
        "problems": [echo_text],
    }
    return http_response(
        422, json.dumps(body), ("X-Request-ID", got.target), ("X-Echo", got.target)
    )


def garbage(got: ReceivedRequest) -> bytes:
    """Echo the request in a line that is not HTTP; the library quotes it."""
    return b"HTTP/1.1 200 OK\r\n" + got.target.encode() + b"\r\n\r\n"


def create() -> Any:
    return calls.orders.create(name="x", items=[Item(sku="A")], password=PASSWORD)


def login() -> Any:
    return calls.orders.login(user="x", password=PASSWORD)


def encrypted() -> Any:
    return calls.orders.create(name="x", items=[Item(sku="A")], buyer=Buyer(name="y", phone=PHONE))


@pytest.fixture(params=["sync", "async"])
def run(request: pytest.FixtureRequest, server: Server) -> Callable[..., Any]:
    """Send the call that a function returns."""

    def send_sync(make: Job, scheme: Callable[[], Scheme], **options: Any) -> None:
        with Shop(scheme(), hosts=[server.url], **options) as shop:
            shop.send(make())

    async def not_plain(make: Job, scheme: Callable[[], Scheme], **options: Any) -> None:
        async with AsyncShop(scheme(), hosts=[server.url], **options) as shop:
            await shop.send(make())

    if request.param == "sync":
        return send_sync
    return lambda *args, **options: asyncio.run(not_plain(*args, **options))


SENT = [(scheme, encrypted if scheme == "wechatpay" else create) for scheme in SCHEMES] + [
    ("bearer", login)
]


@pytest.mark.parametrize("does", [echo, garbage])
@pytest.mark.parametrize(("scheme", "make"), SENT)
def test_no_secret_is_shown_if_servers_quote_requests(
    scheme: str, make: Job, does: Any, server: Server, run: Any, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    server.respond_with(does)
    texts: list[str] = []
    hooks = dict.fromkeys(
        ("on_request", "on_response", "on_retry"), lambda event: texts.extend(printed(event))
    )
    error = raised(lambda: run(make, SCHEMES[scheme], strict=True, max_attempts=1, **hooks))
    assert isinstance(error, errors.Error)
    texts += visible_texts(error)
    # The HTTP library's own log has all bytes, for those who turn that on.
    texts += [
        record.getMessage() for record in caplog.records if not record.name.startswith("httpcore")
    ]
    assert not canaries(texts)
    if does is echo and scheme == "bearer" and make is create:
        # Nothing that came is lost: the bytes are there for those who ask for them.
        assert b"CANARY" in error.content
        assert "name" in error.message
        assert b"CANARY" in copy.copy(error).content
        assert pickle.loads(pickle.dumps(error)).content == b""


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_secret_is_shown_by_interruptions(
    scheme: str, server: Server, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Ctrl-C, or by the timeout of a web server worker, inside the HTTP library."""
    import handmade._runtime.httpx_adapter as http

    async def read_async(self: object) -> object:
        raise KeyboardInterrupt

    def read(self: object) -> object:
        raise SystemExit(1)

    for kind, interrupted in ((http.PoolTransport, read), (http.AsyncPoolTransport, read_async)):
        for name in ("handle_request", "handle_async_request"):
            monkeypatch.setattr(
                kind, name, lambda self, request, go=interrupted: go(request), raising=False
            )
    error = raised(lambda: run(create, SCHEMES[scheme]))
    assert not isinstance(error, Exception)
    assert not canaries(visible_texts(error))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_secret_is_shown_of_clients(scheme: str) -> None:
    for kind in (Shop, AsyncShop):
        client = kind(SCHEMES[scheme](), proxy="http://user:CANARY@p.example:1")
        assert not canaries(list(printed(client)))
    assert not canaries(list(printed([create(), login(), encrypted()])))


def test_no_secret_is_shown_of_calls_and_responses(server: Server, run: Any) -> None:
    server.respond_with(
        http_response(
            200, json.dumps({"order_id": "1", "status": "PAID", "total": 1, "note": "CANARY"})
        )
    )
    with Shop(Scheme(), hosts=[server.url]) as shop:
        response = shop.send(calls.orders.query("1", shop_id="2"))
    assert b"CANARY" in response.content
    assert "CANARY" not in rich(Pretty(response)) + repr(response) + pprint.pformat(response)


# --- arguments ------------------------------------------------------------------------------

WRONG: dict[str, Job] = {
    "api key": lambda: ApiKey(f"{TOKEN} "),
    "basic": lambda: Basic("a:b", TOKEN),
    "bearer": lambda: Bearer(f"{TOKEN}\n"),
    "weixin": lambda: WeixinAccessToken(TOKEN, appid="wx1", secret=TOKEN),
    "key of an api": lambda: wechatpay(private_key=KEY, api_v3_key=f"{TOKEN:-<33}"),
    "damaged": lambda: wechatpay(private_key=KEY[:-300]),
    "damaged, in one line": lambda: wechatpay(private_key=KEY[:-300].replace(b"\n", b"\\n")),
    "damaged, in Base64": lambda: wechatpay(private_key=b64encode(KEY[:-300])),
    "no such keyword": lambda: Shop(SCHEMES["bearer"](), mode=TOKEN),
    "half a character": lambda: calls.orders.create(name="x\ud83d", items=[], password=PASSWORD),
    "the secret itself": lambda: calls.orders.login(user="x", password=PASSWORD.encode()),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", WRONG)
def test_no_secret_is_shown_by_validation_errors(name: str) -> None:
    error = raised(WRONG[name])
    assert not canaries([traceback_of(error), pickled(error), repr(error), str(vars(error))])


def wechat_pay(package: Any, **changes: Any) -> Any:
    arguments = {
        "mchid": "1900000001",
        "serial_no": "AA",
        "private_key": KEY,
        "api_v3_key": f"{TOKEN:-<32}",
    }
    return package.WeChatPay(**arguments | changes)


def test_no_secret_is_shown_by_constructors_of_a_generated_client() -> None:
    with imported(COMMITTED["wechatpay"], "wechatpay") as package:
        problems = [
            {"api_v3_key": f"{TOKEN:-<33}"},
            {"mchid": "x"},
            {"hosts": 5},
            {"private_key": KEY[:-300]},
            {"x": 1},
        ]
        for number in range(len(problems)):
            error = raised(lambda: wechat_pay(package, **problems[number]))  # noqa: B023
            assert not canaries([traceback_of(error), repr(error.args), pickled(error)])
        half_made = object.__new__(package.WeChatPay)
        assert repr(half_made) == "<WeChatPay>"


def test_no_secret_is_shown_by_methods_of_a_generated_client(tmp_path: Path) -> None:
    """A secret argument, sync and async, sent or rejected; deprecated functions are wrapped twice."""
    from tests.hostile.test_growth import generate_project

    spec = """
endpoints:
  enter: {http: POST /x, body: {name: string(..5), pin: {type: string, secret: true}}, responses: {200: json}}
  leave: {http: POST /y, deprecated: true, body: {name: string(..5), pin: {type: string, secret: true}}, responses: {200: json}}
"""

    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody")

    with imported(generate_project(spec, tmp_path), "shop") as shop:
        sync = shop.Shop(transport=httpx.MockTransport(nobody)).x
        asynchronous = shop.AsyncShop(transport=httpx.MockTransport(nobody)).x
        for name in ("enter", "leave"):
            for text in ("x", "too long"):
                fail: list[Callable[[str], Any]] = [
                    lambda value: getattr(sync, name)(name=value, pin=PASSWORD),  # noqa: B023
                    lambda value: asyncio.run(
                        getattr(asynchronous, name)(name=value, pin=PASSWORD)  # noqa: B023
                    ),
                ]
                for job in fail:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore", DeprecationWarning)
                        error = raised(lambda: job(text))  # noqa: B023
                    assert isinstance(error, shop.errors.Error)
                    assert "CANARY" not in traceback_of(error)
