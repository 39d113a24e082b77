"""Fault matrix: behavior of sync and async clients under faults, on real sockets.

Three endpoints represent all: a safe one, one with an idempotency key, and one that must not be
retried. `sends` are requests that reach a server.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from typing import Any

import pytest
from conftest import without_pauses
from handmade import AsyncShop, Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.effects import Steps
from handmade._runtime.failover import COOL_DOWN
from handmade.models.orders import Item
from test_wechatpay import scheme as wechatpay
from test_wechatpay import signed
from tests.certificates import client_side, server_side
from tests.servers import Close, Reset, Server, Wait, closed_port, drip, http_response, serving

CALLS: dict[str, Any] = {
    "safe": calls.orders.query("1", shop_id="1"),
    "keyed": calls.orders.create(name="发票", items=[Item(sku="A")]),
    "none": calls.orders.cancel("1"),
}
KINDS = list(CALLS)
ORDER = json.dumps({"order_id": "1", "status": "PAID", "total": 1})
GOOD: dict[str, bytes] = {
    "safe": http_response(200, ORDER),
    "keyed": http_response(202),
    "none": http_response(204),
}


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Create the default TLS context, which reads many certificates, before the tests."""
    from handmade._runtime.httpx_adapter import Route

    Route().transport().close()


@dataclass
class Sender:
    """Client of either kind, sync or async, without random backoff."""

    mode: str
    url: str

    def __call__(self, call: Any, scheme: Any = None, *, times: int = 1, **options: Any) -> Any:
        """Send calls with one client; return the last response."""
        settings = options.pop("settings", {})
        options.setdefault("hosts", [self.url])
        if self.mode == "sync":
            with Shop(scheme or Scheme(), **options) as shop:
                without_pauses(shop, **settings)
                return [shop.send(call) for _ in range(times)][-1]

        async def go() -> Any:
            async with AsyncShop(scheme or Scheme(), **options) as shop:
                without_pauses(shop, **settings)
                return [await shop.send(call) for _ in range(times)][-1]

        return asyncio.run(go())


@pytest.fixture(params=["sync", "async"])
def sender(request: pytest.FixtureRequest, server: Server) -> Sender:
    return Sender(request.param, server.url)


@dataclass(frozen=True)
class Fault:
    """A row: the behavior of the server, the error, and the attempts by idempotency."""

    does: Callable[[], Any]
    error: str
    outcome: str
    sends: tuple[int, int, int]
    deadline: float = 20.0


def refusal(status: int, *headers: tuple[str, str], code: str = "X") -> Callable[[], bytes]:
    return partial(http_response, status, json.dumps({"code": code, "message": "m"}), *headers)


HEAD = b"HTTP/1.1 200 OK\r\n"
FAULTS: dict[str, Fault] = {
    "F4 silence": Fault(lambda: [Wait(9)], "DeadlineExceeded", "unknown", (3, 3, 1), 0.6),
    "F5 reset": Fault(lambda: [Reset], "ConnectionFailed", "unknown", (3, 3, 1)),
    "F5 closed": Fault(lambda: [Close], "ConnectionFailed", "unknown", (3, 3, 1)),
    "F7 reset in the head": Fault(
        lambda: [HEAD, Wait(0.02), Reset], "ProtocolError", "unknown", (3, 3, 1)
    ),
    "F7 closed in the head": Fault(lambda: [HEAD, Close], "ProtocolError", "unknown", (3, 3, 1)),
    "F7 reset in the body": Fault(
        lambda: [HEAD + b"Content-Length: 9\r\n\r\n{}", Wait(0.02), Reset],
        "ProtocolError",
        "unknown",
        (3, 3, 1),
    ),
    "F7 too short": Fault(
        lambda: [HEAD + b"Content-Length: 9\r\n\r\n{}", Close],
        "ProtocolError",
        "unknown",
        (3, 3, 1),
    ),
    "F7 broken chunks": Fault(
        lambda: [HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"],
        "ProtocolError",
        "unknown",
        (3, 3, 1),
    ),
    "F7 no HTTP": Fault(lambda: [b"SSH-2.0-x\r\n\r\n"], "ProtocolError", "unknown", (3, 3, 1)),
    "F8 drip": Fault(
        lambda: [http_response(200, length=False), *drip(b"x" * 99, 0.1)],
        "DeadlineExceeded",
        "unknown",
        (1, 1, 1),
        0.5,
    ),
    "F8 dripping head": Fault(
        lambda: drip(http_response(200), 0.1), "DeadlineExceeded", "unknown", (1, 1, 1), 0.5
    ),
    "F9 502": Fault(refusal(502), "ApiError", "unknown", (3, 3, 1)),
    "F9 503": Fault(refusal(503), "ApiError", "unknown", (3, 3, 1)),
    "F9 503 HTML": Fault(lambda: http_response(503, "<html>"), "ApiError", "unknown", (3, 3, 1)),
    "F9 503 Retry-After": Fault(
        refusal(503, ("Retry-After", "0")), "ApiError", "unknown", (3, 3, 1)
    ),
    "F9 503 too late": Fault(refusal(503, ("Retry-After", "60")), "ApiError", "unknown", (1, 1, 1)),
    "F10 500": Fault(refusal(500, code="SYSTEM_ERROR"), "SystemFailure", "unknown", (3, 3, 1)),
    "500 unheard of": Fault(refusal(500), "ApiError", "unknown", (3, 3, 1)),
    "F11 429": Fault(refusal(429), "ApiError", "rejected", (3, 3, 3)),
    "F11 429 garbage": Fault(
        refusal(429, ("Retry-After", "soon")), "ApiError", "rejected", (3, 3, 3)
    ),
    "F11 429 negative": Fault(
        refusal(429, ("Retry-After", "-5")), "ApiError", "rejected", (3, 3, 3)
    ),
    "F11 429 endless": Fault(
        refusal(429, ("Retry-After", "1e309")), "ApiError", "rejected", (3, 3, 3)
    ),
    "F11 429 a day": Fault(
        refusal(429, ("Retry-After", "86400")), "ApiError", "rejected", (1, 1, 1)
    ),
    **{
        f"F12 {status}": Fault(refusal(status), "ApiError", "rejected", (1, 1, 1))
        for status in (400, 401, 403, 404, 409)
    },
    **{
        f"F13 {status}": Fault(
            partial(http_response, status, "", ("Location", "http://127.0.0.1:1/")),
            "ProtocolError",
            "unknown",
            (1, 1, 1),
        )
        for status in (301, 302, 303, 304, 307, 308)
    },
    "F15 bomb": Fault(
        lambda: http_response(200, bomb(), ("Content-Encoding", "gzip")),
        "ProtocolError",
        "unknown",
        (1, 1, 1),
    ),
    "F15 endless body": Fault(
        lambda: [http_response(200, length=False), *[bytes(1 << 20)] * 1000],
        "ProtocolError",
        "unknown",
        (1, 1, 1),
    ),
}


@cache
def bomb() -> bytes:
    """Return a body of 300 MB, compressed to 0.3 MB."""
    return gzip.compress(bytes(300 << 20), 9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str, kind: str, sender: Sender, server: Server) -> None:
    fault = FAULTS[name]
    server.respond_with(lambda _: fault.does())
    start = time.monotonic()
    with pytest.raises(errors.Error) as caught:
        sender(CALLS[kind], deadline=fault.deadline)
    took = time.monotonic() - start
    error = caught.value
    if name.startswith("F12") and kind == "safe" and error.status == 404:
        assert isinstance(error, errors.Missing)
    else:
        assert type(error).__name__ == fault.error
    assert error.outcome == fault.outcome
    sends = fault.sends[KINDS.index(kind)]
    assert len(server.received) == error.attempts == sends
    assert error.hosts == (server.url,) * sends
    assert len({got.body for got in server.received}) == 1
    assert took < fault.deadline + 0.5
    if fault.error == "DeadlineExceeded":
        assert took > fault.deadline - 0.5
    step = {
        "safe": "The request is idempotent: you can retry it.",
        "keyed": "may have been executed: call orders.query, or retry with the same arguments.",
        "none": "may have been executed: check whether it was before you retry.",
    }
    for of, text in step.items():
        assert (text in str(error)) == (fault.outcome == "unknown" and kind == of)
    assert error.idempotent == (kind != "none")


# --- hosts --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_f1_the_backup_is_used(kind: str, sender: Sender, server: Server) -> None:
    """The primary is tried first, then rests for its cool-down, then is tried again."""
    server.respond_with(GOOD[kind])
    shift = [0.0]
    seen: list[tuple[int, str]] = []
    primary, backup = f"http://127.0.0.1:{closed_port()}", server.url

    def later(event: Any) -> None:
        if len(server.received) == 2:
            shift[0] = COOL_DOWN + 1

    options: dict[str, Any] = {
        "hosts": [primary, server.url],
        "on_request": lambda event: seen.append((event.attempt, event.host)),
        "on_response": later,
        "settings": {"clock": lambda: time.monotonic() + shift[0], "chance": lambda: 1.0},
    }
    start = time.monotonic()
    sender(CALLS[kind], times=4, **options)
    assert time.monotonic() - start < 0.4, "another host is tried at once"
    assert seen == [(1, primary), (2, backup), (1, backup), (1, primary), (2, backup), (1, backup)]
    assert len(server.received) == 4


@pytest.mark.parametrize("kind", ["safe", "keyed"])
def test_f1_back_to_the_primary(kind: str, sender: Sender, server: Server) -> None:
    """One call tries the primary again; if it responds, the others follow."""
    shift = [0.0]
    with serving(http_response(503), GOOD[kind]) as primary:
        server.respond_with(GOOD[kind])

        def note(event: Any) -> None:
            if len(server.received) == 2:
                shift[0] = COOL_DOWN + 1

        sender(
            CALLS[kind],
            times=5,
            hosts=[primary.url, server.url],
            on_response=note,
            settings={"clock": lambda: time.monotonic() + shift[0]},
        )
        assert (len(primary.received), len(server.received)) == (4, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_f2_no_host_is_reachable(
    kind: str, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = [f"http://127.0.0.1:{closed_port()}" for _ in range(2)]
    with pytest.raises(errors.ConnectionFailed) as caught:
        sender(CALLS[kind], hosts=hosts)
    assert (caught.value.outcome, caught.value.attempts) == ("not_sent", 3)
    assert caught.value.hosts == (hosts[0], hosts[1], hosts[0])
    assert f"Attempts: 3, at {hosts[0]}, {hosts[1]}, {hosts[0]}" in str(caught.value)

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(errors.ConnectionFailed) as caught:
        sender(CALLS[kind], hosts=["https://nowhere.invalid"])
    assert (caught.value.outcome, caught.value.attempts) == ("not_sent", 3)


UNTRUSTED: dict[str, dict[str, Any]] = {
    "expired": {"days": -1},
    "another host": {"host": "shop.example"},
    "self-signed": {"by_itself": True},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("flaw", UNTRUSTED)
def test_f3_certificates(flaw: str, kind: str, sender: Sender) -> None:
    with serving(tls=server_side(**UNTRUSTED[flaw])) as server:
        with pytest.raises(errors.ConnectionFailed, match=r"(?i)certificate") as caught:
            sender(CALLS[kind], hosts=[server.url], ssl_context=client_side())
        assert (caught.value.outcome, caught.value.attempts) == ("not_sent", 1)
        assert (server.connections, server.received) == (1, [])


@pytest.mark.parametrize("kind", KINDS)
def test_good_certificates(kind: str, sender: Sender) -> None:
    with serving(GOOD[kind], tls=server_side()) as server:
        options: dict[str, Any] = {"hosts": [server.url]}
        assert sender(CALLS[kind], ssl_context=client_side(), **options).status in (200, 202, 204)
        with pytest.raises(errors.ConnectionFailed, match=r"(?i)certificate"):
            sender(CALLS[kind], **options)


@pytest.mark.parametrize(("kind", "sends"), list(zip(KINDS, (3, 3, 1), strict=True)))
def test_f4_over_tls(kind: str, sends: int, sender: Sender) -> None:
    with serving([Wait(9)], tls=server_side()) as server:
        start = time.monotonic()
        with pytest.raises(errors.DeadlineExceeded) as caught:
            sender(CALLS[kind], hosts=[server.url], ssl_context=client_side(), deadline=0.6)
        assert time.monotonic() - start < 1.1
        assert (caught.value.outcome, len(server.received)) == ("unknown", sends)


@pytest.mark.parametrize(("kind", "sends"), list(zip(KINDS, (3, 3, 1), strict=True)))
def test_f4_backoff_leaves_time_for_the_attempts(
    kind: str, sends: int, sender: Sender, server: Server
) -> None:
    """Even the longest backoff, with a shorter deadline."""
    server.respond_with([Wait(9)])
    with pytest.raises(errors.DeadlineExceeded) as caught:
        sender(CALLS[kind], deadline=0.9, settings={"chance": lambda: 1.0})
    assert (caught.value.outcome, len(server.received)) == ("unknown", sends)


@pytest.mark.parametrize("kind", KINDS)
def test_f4_a_silent_handshake_is_not_sent(kind: str, sender: Sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(errors.DeadlineExceeded, match="no connection") as caught:
            sender(CALLS[kind], hosts=[url], deadline=0.6)
    assert (caught.value.outcome, caught.value.attempts) == ("not_sent", 3)


@pytest.mark.parametrize(("kind", "sends"), list(zip(KINDS, (4, 4, 2), strict=True)))
def test_f6_an_idle_connection_that_breaks(
    kind: str, sends: int, sender: Sender, server: Server
) -> None:
    """It breaks when it is reused, as if the server had just closed it."""
    server.respond_with(GOOD[kind], [Reset])
    with pytest.raises(errors.ConnectionFailed) as caught:
        sender(CALLS[kind], times=2)
    assert caught.value.outcome == "unknown"
    assert len(server.received) == sends
    assert [got.connection for got in server.received[:2]] == [1, 1]


def test_f6_idle_connections_expire() -> None:
    from handmade._runtime.httpx_adapter import Route

    for transport in (Route().transport(), Route().async_transport()):
        assert vars(transport)["_pool"]._keepalive_expiry == 7.0


# --- what comes back ----------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "sends"), list(zip(KINDS, (2, 2, 1), strict=True)))
def test_f10_each_attempt_is_signed_anew(
    kind: str, sends: int, sender: Sender, server: Server
) -> None:
    good = {"safe": (200, ORDER.encode()), "keyed": (202, b""), "none": (204, b"")}[kind]
    server.respond_with(refusal(500, code="SYSTEM_ERROR")(), signed(*good))
    if kind == "none":
        with pytest.raises(errors.SystemFailure) as caught:
            sender(CALLS[kind], wechatpay())
        assert caught.value.outcome == "unknown"
    else:
        sender(CALLS[kind], wechatpay())
    assert len(server.received) == sends
    assert len({(got.line, got.body) for got in server.received}) == 1
    nonces = [
        re.findall(r'nonce_str="(\w+)"', got.header("authorization"))[0] for got in server.received
    ]
    assert len(set(nonces)) == sends


def test_f11_success_after_retry_after(sender: Sender, server: Server) -> None:
    server.respond_with(refusal(429, ("Retry-After", "1"))(), GOOD["none"])
    start = time.monotonic()
    sender(CALLS["none"])
    assert 1.0 <= time.monotonic() - start < 1.5
    assert len(server.received) == 2


def test_f13_redirects_never_reach_their_target(sender: Sender, server: Server) -> None:
    with serving(http_response(200, ORDER)) as target:
        for status in (301, 302, 303, 307, 308):
            server.respond_with(http_response(status, "", ("Location", f"{target.url}/x")))
            with pytest.raises(errors.ProtocolError, match="redirects are not followed"):
                sender(CALLS["safe"])
        assert (target.received, len(server.received)) == ([], 5)


EXACT: dict[str, tuple[bytes, Any]] = {
    "HTML": (b"<html>", None),
    "truncated": (ORDER.encode()[:-1], None),
    "NaN": (ORDER.encode()[:-1] + b', "weight": NaN}', None),
    "deep": (b"[" * 100_000, None),
    "deep and whole": (b'{"order_id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", None),
    **{
        f"types nested {depth} deep": (
            ORDER.encode()[:-1] + b', "items": [' + b'{"items": [' * depth + b"]}" * depth + b"]}",
            None,
        )
        for depth in (300, 600, 3000)
    },
    "bad UTF-8 outside texts": (ORDER.replace('"PAID"', "\xff").encode("latin-1"), None),
    "1e400 unheard of": (ORDER.encode()[:-1] + b', "new": 1e400}', lambda order: order.total == 1),
    "byte order mark": (b"\xef\xbb\xbf" + ORDER.encode(), lambda order: order.total == 1),
    "exact money": (
        ORDER.encode()[:-1] + b', "price": 0.1000000000000000055511151231257827}',
        lambda order: order.price == Decimal("0.1000000000000000055511151231257827"),
    ),
    "beyond 2^53": (
        ORDER.replace("1}", "9007199254740993}").encode(),
        lambda order: order.total == 2**53 + 1,
    ),
    "an integer as 1e3": (ORDER.replace("1}", "1e3}").encode(), lambda order: order.total == 1000),
}


@pytest.mark.parametrize("name", EXACT)
def test_f14_content_is_exact_or_an_error(name: str, sender: Sender, server: Server) -> None:
    body, holds = EXACT[name]
    server.respond_with(http_response(200, body))
    if holds is None:
        with pytest.raises(errors.ProtocolError) as caught:
            sender(CALLS["safe"])
        assert caught.value.content == body
    else:
        assert holds(sender(CALLS["safe"], strict=True).value)
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "media", ["text/plain", "text/html; charset=gbk", "application/octet-stream", ""]
)
def test_f14_the_content_type_is_ignored(media: str, sender: Sender, server: Server) -> None:
    server.respond_with(http_response(200, ORDER, ("Content-Type", media)))
    assert sender(CALLS["safe"], strict=True).value.order_id == "1"


def test_f15_the_size_limit_can_be_set(sender: Sender, server: Server) -> None:
    server.respond_with(http_response(200, ORDER))
    assert sender(CALLS["safe"], max_response_bytes=len(ORDER)).value.total == 1
    with pytest.raises(errors.ProtocolError, match=f"longer than {len(ORDER) - 1} bytes") as caught:
        sender(CALLS["safe"], max_response_bytes=len(ORDER) - 1)
    assert len(server.received) == 2
    assert caught.value.status == 200


def test_f16_mismatches_are_tolerated(sender: Sender, server: Server, caplog: Any) -> None:
    server.respond_with(http_response(200, '{"status": "SHIPPED", "total": null, "new": [1]}'))
    value = sender(CALLS["safe"]).value
    assert (value.status.value, value.total, value.order_id) == ("SHIPPED", None, None)
    assert "$.order_id: missing" in caplog.text


@pytest.mark.parametrize(
    ("code", "raises"), [("1", True), ('"1"', True), ("0", False), ('"0"', False), ("", False)]
)
def test_f17_errors_with_a_success_status(
    code: str, raises: bool, sender: Sender, server: Server
) -> None:
    server.respond_with(
        http_response(200, ORDER[:-1] + (f', "code": {code}' if code else "") + "}")
    )
    if raises:
        with pytest.raises(errors.ApiError) as caught:
            sender(CALLS["safe"])
        assert (caught.value.code, caught.value.outcome) == ("1", "rejected")
    else:
        assert sender(CALLS["safe"]).value.total == 1


# --- tokens -------------------------------------------------------------------------------


class Renewing(Scheme):
    """Scheme that refreshes its token on each request, or never."""

    def __init__(self, *, has_more: bool = True) -> None:
        self.number = 1
        self.has_more = has_more

    def sign(self, request: Any) -> Any:
        return request.with_headers({"Authorization": f"T-{self.number}"})

    def refresh(self, until: float) -> Steps[bool]:
        yield from ()
        self.number += 1
        return self.has_more


BAD_TOKEN = http_response(200, '{"code": 40001, "message": "invalid credential"}')


@pytest.mark.parametrize("kind", KINDS)
def test_f18_one_retry_with_a_new_token(kind: str, sender: Sender, server: Server) -> None:
    server.respond_with(BAD_TOKEN, GOOD[kind])
    sender(CALLS[kind], Renewing(), max_attempts=2)
    assert [got.header("authorization") for got in server.received] == ["T-1", "T-2"]
    for scheme, sends in ((Renewing(), 2), (Renewing(has_more=False), 1)):
        server.received.clear()
        server.respond_with(BAD_TOKEN)
        with pytest.raises(errors.InvalidCredential) as caught:
            sender(CALLS[kind], scheme)
        assert (len(server.received), caught.value.outcome) == (sends, "rejected")


@pytest.mark.parametrize("kind", KINDS)
def test_f18_no_retry_with_one_attempt(kind: str, sender: Sender, server: Server) -> None:
    """But the token is refreshed for later calls."""
    server.respond_with(BAD_TOKEN, GOOD[kind])
    scheme = Renewing()
    with pytest.raises(errors.InvalidCredential) as caught:
        sender(CALLS[kind], scheme, max_attempts=1)
    assert (caught.value.attempts, caught.value.outcome) == (1, "rejected")
    sender(CALLS[kind], scheme, max_attempts=1)
    assert [got.header("authorization") for got in server.received] == ["T-1", "T-2"]


@pytest.mark.parametrize("kind", KINDS)
def test_f18_a_token_request_that_fails(kind: str, sender: Sender, server: Server) -> None:
    class Failing(Renewing):
        def refresh(self, until: float) -> Steps[bool]:
            yield from ()
            raise errors.ConnectionFailed("no token", outcome="unknown")

    server.respond_with(BAD_TOKEN)
    with pytest.raises(errors.ConnectionFailed, match="no token") as caught:
        sender(CALLS[kind], Failing())
    assert (caught.value.outcome, caught.value.attempts) == ("rejected", 1)


# --- storms -------------------------------------------------------------------------------


@pytest.fixture
def overloaded(server: Server) -> Iterator[Server]:
    server.respond_with(refusal(503)())
    return server


def say(result: Any) -> str:
    return f"{result.status}" if isinstance(result, errors.ApiError) else repr(result)


def storm_options(server: Server, pauses: list[float]) -> Any:
    """Return options of a client that has time on any machine, and records its pauses."""
    return {
        "hosts": [server.url],
        "deadline": 3600,
        "on_retry": lambda event: pauses.append(event.delay),
    }


def test_f20_threads_keep_the_retry_budget(overloaded: Server) -> None:
    pauses: list[float] = []
    options = storm_options(overloaded, pauses)
    with Shop(Scheme(), **options) as shop, ThreadPoolExecutor(200) as pool:

        def go(_: int) -> Any:
            try:
                shop.send(CALLS["safe"])
            except errors.Error as error:
                return error

        assert set(map(say, pool.map(go, range(200)))) == {"503"}
    check_storm(overloaded, pauses)


def test_f20_tasks_keep_the_retry_budget(overloaded: Server) -> None:
    pauses: list[float] = []
    options = storm_options(overloaded, pauses)

    async def go() -> list[Any]:
        async with AsyncShop(Scheme(), **options) as shop:
            return await asyncio.gather(
                *(shop.send(CALLS["safe"]) for _ in range(200)), return_exceptions=True
            )

    assert set(map(say, asyncio.run(go()))) == {"503"}
    check_storm(overloaded, pauses)


def check_storm(server: Server, pauses: list[float]) -> None:
    assert 200 < len(server.received) <= 240
    assert len(pauses) == len(server.received) - 200
    assert len(set(pauses)) == len(pauses)
    assert max(pauses) - min(pauses) > 0.1


# --- injection ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_a_path_argument_is_one_segment(text: str) -> None:
    with pytest.raises(errors.InvalidRequest, match="order_id"):
        calls.orders.query(text, shop_id="1")


HOSTILE = [
    "a/b",
    "../x",
    "%2e%2e",
    "a?b=c",
    "a#b",
    "a b",
    "a\\b",
    "https://evil.example/",
    "//evil.example",
    "发",
    "a\r\nX: y",
    "\x00",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_arguments_arrive_unchanged(text: str, sender: Sender, server: Server) -> None:
    from urllib.parse import parse_qs, unquote

    server.respond_with(http_response(200, ORDER))
    sender(calls.orders.query(text, shop_id=text))
    (got,) = server.received
    path, _, query = got.target.partition("?")
    assert path.split("/")[:3] == ["", "v1", "orders"]
    assert (len(path.split("/")), unquote(path.split("/")[3])) == (4, text)
    assert parse_qs(query, strict_parsing=True)["shop_id"] == [text]
    assert got.header("host") == server.url.partition("://")[2]


@pytest.mark.parametrize("text", ["a\r\nX: y", "a\nb", "a\rb", "a\x00b", "发", " a"])
def test_header_values_are_one_line(text: str, server: Server) -> None:
    with pytest.raises(errors.InvalidRequest, match="trace"):
        calls.orders.query("1", shop_id="1", trace=text)
    assert server.received == []
