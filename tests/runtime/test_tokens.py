"""Tokens that are fetched: kept, shared, renewed once for all who wait. A Weixin server of our own gives them out."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pickle
import stat
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

import pytest
from handmade import AsyncShop, Shop, calls, errors
from handmade._runtime.auth.static.bearer import Bearer
from handmade._runtime.auth.weixin.scheme import FileTokenStore, WeixinAccessToken
from tests.servers import Part, ReceivedRequest, Reset, Server, Wait, http_response

Send: TypeAlias = Callable[..., Any]
CANCEL = calls.orders.cancel("1")
STABLE = "/cgi-bin/stable_token"
SECRET = "CANARY-secret"


@dataclass
class Weixin:
    """Gives out tokens that it takes until it `forgets` them; the same one to all who ask meanwhile."""

    code: int = 40001
    """By which it refuses other tokens."""
    expires_in: Any = 7200
    slow: float = 0.0
    ready: Callable[[], bool] = lambda: True
    """Whether it may respond; until then, it does not."""
    refusal: Any = None
    """Instead of a token."""
    token: str = ""
    fetched: int = 0
    bodies: list[dict[str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self) -> None:
        """Make the token invalid."""
        self.token = ""

    def __call__(self, got: ReceivedRequest) -> Iterable[Part]:
        parts = urlsplit(got.target)
        if parts.path == STABLE:
            return self._give(got)
        token = parse_qs(parts.query).get("access_token", [got.headers("authorization")[:1]])[0]
        if self.token and token == self.token:
            return [http_response(204)]
        return [http_response(200, json.dumps({"code": self.code, "message": "refused rid: 1-2"}))]

    def _give(self, got: ReceivedRequest) -> Iterable[Part]:
        with self._lock:
            self.fetched += 1
            self.bodies.append(json.loads(got.body))
            if self.refusal is not None:
                return self._when_ready(self.refusal)
            self.token = self.token or f"CANARY-{self.fetched}/+"
            fields = {"access_token": self.token, "expires_in": self.expires_in}
        return self._when_ready(
            http_response(200, json.dumps(fields), ("Content-Type", "text/plain"))
        )

    def _when_ready(self, response: Part) -> Iterator[Part]:
        yield Wait(self.slow)
        while not self.ready():
            yield Wait(0.005)
        yield response


@pytest.fixture
def weixin(server: Server) -> Weixin:
    """The server as a Weixin server."""
    side = Weixin()
    server.respond_with(side)
    return side


def account(**options: Any) -> WeixinAccessToken:
    return WeixinAccessToken(appid="wx1", secret=SECRET, **options)


def sends(server: Server) -> int:
    return len([got for got in server.received if not got.target.startswith(STABLE)])


def expire(*schemes: WeixinAccessToken) -> None:
    for scheme in schemes:
        scheme._source._held = None  # type: ignore[attr-defined]


# --- one process --------------------------------------------------------------------------


def test_a_token_is_fetched_once_and_kept(server: Server, weixin: Weixin, send: Send) -> None:
    scheme = account()
    for _ in range(3):
        send(CANCEL, scheme)
    assert weixin.bodies == [{"grant_type": "client_credential", "appid": "wx1", "secret": SECRET}]
    assert server.received[0].line == f"POST {STABLE} HTTP/1.1"
    assert server.received[1].target == "/v1/orders/1/cancel?access_token=CANARY-1%2F%2B"


def test_a_token_is_fetched_again_shortly_before_it_expires(
    weixin: Weixin, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme, now = account(), time.time
    for passed, fetched in ((0, 1), (7130, 1), (7145, 2), (9000, 2)):
        monkeypatch.setattr(time, "time", lambda passed=passed: now() + passed)
        send(CANCEL, scheme)
        assert weixin.fetched == fetched


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_refused_token_is_renewed_and_the_call_repeated_once(
    code: int, server: Server, send: Send
) -> None:
    weixin, scheme = Weixin(code=code), account()
    server.respond_with(weixin)
    send(CANCEL, scheme)
    weixin.forget()
    assert send(CANCEL, scheme).status == 204
    assert (weixin.fetched, sends(server)) == (2, 3)
    # Whatever it fetches, there is one repetition.
    server.respond_with(
        lambda got: (
            weixin(got) if got.target == STABLE else http_response(200, f'{{"code":{code}}}')
        )
    )
    with pytest.raises(errors.InvalidCredential) as caught:
        send(CANCEL, scheme)
    assert (weixin.fetched, sends(server), caught.value.attempts) == (3, 5, 2)


@pytest.mark.parametrize("code", [40013, 40125, 40164, 45009])
def test_other_refusals_are_final(code: int, server: Server, send: Send) -> None:
    weixin = Weixin(code=code)
    server.respond_with(weixin)
    with pytest.raises(errors.ApiError):
        send(CANCEL, WeixinAccessToken("wrong"))
    scheme = account()
    send(CANCEL, scheme)
    weixin.forget()
    with pytest.raises(errors.ApiError) as caught:
        send(CANCEL, scheme)
    assert (caught.value.code, weixin.fetched, sends(server)) == (str(code), 1, 3)
    weixin.refusal = http_response(200, json.dumps({"errcode": code, "errmsg": "no rid: 6-7"}))
    with pytest.raises(errors.ApiError, match=f"{code}: access_token: no") as caught:
        send(CANCEL, account())
    assert (caught.value.outcome, caught.value.request_id, caught.value.attempts) == (
        "not_sent",
        "6-7",
        0,
    )
    assert caught.value.reasons
    assert caught.value.remedies
    assert (weixin.fetched, sends(server)) == (2, 3)


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [("7200", 7200), (7200.0, 7200), ("7200.0", 7200), ("  7200 ", 7200), (None, 300), (1e2, 100)],
)
def test_a_lifetime_however_it_is_written(
    expires_in: object, seconds: int, weixin: Weixin, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Absent, the token is asked for again after five minutes."""
    weixin.expires_in = expires_in
    scheme, now = account(), time.time
    fresh = max(seconds - 60, seconds / 2)
    for passed, fetched in ((0, 1), (fresh - 10, 1), (fresh + 5, 2)):
        monkeypatch.setattr(time, "time", lambda passed=passed: now() + passed)
        send(CANCEL, scheme)
        assert weixin.fetched == fetched


@pytest.mark.parametrize(
    "expires_in", [-1, 0, "NaN", 1e30, "Infinity", "soon", True, [7200], "", float("nan")]
)
def test_a_lifetime_that_is_none(expires_in: object, weixin: Weixin, send: Send) -> None:
    weixin.expires_in = expires_in
    with pytest.raises(errors.ProtocolError) as caught:
        send(CANCEL, account())
    assert "CANARY" not in str(caught.value)
    assert caught.value.outcome == "not_sent"
    if expires_in == expires_in:  # NaN is no JSON
        assert "expires_in" in str(caught.value)


def test_functions_are_asked_again(server: Server, weixin: Weixin, send: Send) -> None:
    weixin.token = "T-2"
    tokens = iter(["T-1", "T-2", "T-1", "T-1"])
    for scheme in (WeixinAccessToken(lambda: next(tokens)),):
        assert send(CANCEL, scheme).status == 204
        with pytest.raises(errors.InvalidCredential) as caught:
            send(CANCEL, scheme)  # the same again: a repetition is of no use
        assert caught.value.attempts == 1
    with pytest.raises(errors.InvalidCredential):
        send(CANCEL, WeixinAccessToken("T-1"))
    assert (sends(server), weixin.fetched) == (4, 0)


# --- many callers -------------------------------------------------------------------------


HOUR = 3600.0
"""Deadline of calls that must not fail on a slow machine."""


def waiting(shop: Shop) -> int:
    """Return how many threads wait for a token."""
    flights = list(shop._driver._flights.values())
    return sum(len(flight._waiters) for flight in flights)


MANY = pytest.mark.parametrize("count", [200, pytest.param(1000, marks=pytest.mark.slow)])


@MANY
def test_many_threads_at_expiry(count: int, server: Server, weixin: Weixin) -> None:
    with (
        Shop(account(), hosts=[server.url], deadline=HOUR) as shop,
        ThreadPoolExecutor(count) as pool,
    ):
        weixin.ready = lambda: waiting(shop) == count
        assert {each.status for each in pool.map(lambda _: shop.send(CANCEL), range(count))} == {
            204
        }
        assert weixin.fetched == 1
        weixin.forget()
        weixin.ready = lambda: waiting(shop) == count // 5
        assert {
            each.status for each in pool.map(lambda _: shop.send(CANCEL), range(count // 5))
        } == {204}
        assert weixin.fetched == 2
        assert not shop._driver._flights


@MANY
def test_many_tasks_at_expiry_though_some_are_cancelled(
    count: int, server: Server, weixin: Weixin
) -> None:
    cancelled = threading.Event()
    weixin.ready = cancelled.is_set

    def waiting_tasks(shop: AsyncShop) -> int:
        return sum(len(flight._callbacks) - 1 for flight in shop._driver._flights.values())

    async def go() -> None:
        async with AsyncShop(account(), hosts=[server.url], deadline=HOUR) as shop:
            tasks = [asyncio.create_task(shop.send(CANCEL)) for _ in range(count)]
            while waiting_tasks(shop) < count:
                await asyncio.sleep(0)
            for task in tasks[: count // 10]:  # with the one that began to fetch
                task.cancel()
            cancelled.set()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(each, asyncio.CancelledError) for each in results[: count // 10])
            assert {each.status for each in results[count // 10 :]} == {204}  # type: ignore[union-attr]
            assert not shop._driver._flights

    asyncio.run(go())
    assert weixin.fetched == 1


@pytest.mark.parametrize(
    ("refusal", "fetched", "kind"),
    [
        (Reset, 2, errors.ConnectionFailed),
        (http_response(503), 2, errors.ProtocolError),
        (http_response(200, '{"errcode":-1,"errmsg":"busy"}'), 1, errors.ApiError),
        (
            http_response(200, '{"access_token":"CANARY","expires_in":"soon"}'),
            1,
            errors.ProtocolError,
        ),
        (
            http_response(200, '{"access_token":"CANARY","expires_in":1%s}' % ("0" * 400)),
            1,
            errors.ProtocolError,
        ),
        (
            http_response(200, '{"access_token":"CANARY","expires_in":99999999}'),
            1,
            errors.ProtocolError,
        ),
        (http_response(200, '{"access_token":"CANARY","expires_in":-1}'), 1, errors.ProtocolError),
        (
            http_response(200, '{"access_token":"CANARY and more","expires_in":7200}'),
            1,
            errors.ProtocolError,
        ),
        (
            http_response(200, '{"access_token":"CANARY\\r\\n","expires_in":7200}'),
            1,
            errors.ProtocolError,
        ),
    ],
)
def test_a_failed_refresh_fails_for_all_who_wait(
    refusal: Any, fetched: int, kind: Any, server: Server
) -> None:
    weixin = Weixin(refusal=refusal)
    server.respond_with(weixin)

    def want(shop: Shop) -> errors.Error:
        with pytest.raises(kind, match="access_token: ") as caught:
            shop.send(CANCEL)
        return caught.value  # type: ignore[no-any-return]

    with (
        Shop(account(), hosts=[server.url], deadline=HOUR) as shop,
        ThreadPoolExecutor(100) as pool,
    ):
        weixin.ready = lambda: waiting(shop) == 100
        failures = list(pool.map(lambda _: want(shop), range(100)))
        assert len({id(error) for error in failures}) == 100
        assert {error.outcome for error in failures} == {"not_sent"}
        assert weixin.fetched == fetched
        assert not [error for error in failures if "CANARY" in f"{error}{error!r}{vars(error)}"]
        weixin.refusal, weixin.ready = None, lambda: True
        assert shop.send(CANCEL).status == 204
    assert sends(server) == 1


# --- several processes --------------------------------------------------------------------


def test_processes_share_a_token(server: Server, weixin: Weixin, tmp_path: Path) -> None:
    weixin.slow = 0.2
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            with Shop(account(token_store=FileTokenStore(tmp_path)), hosts=[server.url]) as shop:
                os._exit(0 if shop.send(CANCEL).status == 204 else 1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4
    assert weixin.fetched == 1
    (kept,) = [file for file in tmp_path.iterdir() if file.suffix != ".lock"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    # One is refused and fetches; the other finds what it has fetched.
    first, second = (account(token_store=FileTokenStore(tmp_path)) for _ in range(2))
    with Shop(first, hosts=[server.url]) as one, Shop(second, hosts=[server.url]) as other:
        assert (one.send(CANCEL).status, other.send(CANCEL).status, weixin.fetched) == (204, 204, 1)
        weixin.forget()
        assert (one.send(CANCEL).status, other.send(CANCEL).status, weixin.fetched) == (204, 204, 2)


def test_a_lock_ends_with_its_holder(tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path)
    child = os.fork()
    if child == 0:
        os._exit(0 if store.lock("k", 30) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.lock("k", 0)
    other = FileTokenStore(tmp_path)
    assert not other.lock("k", 30)
    assert store.lock("k", 30)  # its own, whose time is over
    assert not store.lock("k", 30)
    assert other.lock("another", 30)
    store.unlock("k")
    assert other.lock("k", 30)


def test_nobody_waits_long_for_a_lock(
    server: Server, weixin: Weixin, send: Send, tmp_path: Path
) -> None:
    held, store = FileTokenStore(tmp_path), FileTokenStore(tmp_path)
    assert held.lock("weixin-wx1", 30)
    with pytest.raises(errors.DeadlineExceeded):
        send(CANCEL, account(token_store=store), deadline=0.3)
    held.unlock("weixin-wx1")
    assert send(CANCEL, account(token_store=store)).status == 204


class Redis:
    """As much of a store as a client of Redis gives."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def load(self, key: str) -> str | None:
        return self.kept.get(key)

    async def save(self, key: str, text: str, seconds: int) -> None:
        assert 7100 < seconds <= 7140
        self.kept[key] = text

    async def lock(self, key: str, seconds: int) -> bool:
        return self.kept.setdefault(f"{key}.lock", "1") == "1"

    async def unlock(self, key: str) -> None:
        self.kept.pop(f"{key}.lock", None)


def test_a_store_of_the_users_own(server: Server, weixin: Weixin) -> None:
    store = Redis()

    async def go() -> None:
        for _ in range(2):
            async with AsyncShop(account(token_store=store), hosts=[server.url]) as shop:
                assert (await shop.send(CANCEL)).status == 204

    asyncio.run(go())
    assert weixin.fetched == 1
    assert list(store.kept) == ["weixin-wx1"]
    with pytest.raises(errors.ConfigError, match="an async function needs the async client"):
        Shop(account(token_store=store))


class Broken:
    """A store that is down."""

    def load(self, *arguments: Any) -> Any:
        raise ConnectionError(SECRET)

    save = lock = unlock = load


def test_a_store_that_fails_harms_nobody(
    weixin: Weixin, send: Send, tmp_path: Path, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    assert send(CANCEL, account(token_store=Broken())).status == 204
    assert "the token store failed: ConnectionError" in caplog.text
    (tmp_path / "weixin-wx1").write_text("nonsense")
    assert send(CANCEL, account(token_store=FileTokenStore(tmp_path))).status == 204
    assert "CANARY" not in caplog.text


SPOILT = [
    "[" * 100_000,
    "[]",
    "{}",
    '"nonsense"',
    "nonsense",
    '{"token": "CANARY-x"}',
    '{"token": "CANARY-x", "fresh_until": "soon"}',
    '{"token": "CANARY-x", "fresh_until": 1%s}' % ("0" * 400),
    '{"token": "CANARY-x", "fresh_until": 1e400}',
    '{"token": "CANARY x", "fresh_until": 99999999999}',
    '{"token": 5, "fresh_until": 99999999999}',
    '{"token": "", "fresh_until": 99999999999}',
]


@pytest.mark.parametrize("text", SPOILT, ids=[text[:50] for text in SPOILT])
def test_what_a_store_spoilt_is_fetched_anew(
    text: str, weixin: Weixin, send: Send, tmp_path: Path, caplog: Any
) -> None:
    (tmp_path / "weixin-wx1").write_text(text)
    for _ in range(2):
        assert send(CANCEL, account(token_store=FileTokenStore(tmp_path))).status == 204
    assert weixin.fetched == 1
    assert "CANARY" not in caplog.text


class Bytes(Broken):
    """As a client of Redis gives what it keeps."""

    def load(self, *arguments: Any) -> Any:
        return b'{"token": "CANARY-kept", "fresh_until": 99999999999}'


def test_what_a_store_keeps_may_come_as_bytes(server: Server, weixin: Weixin, send: Send) -> None:
    weixin.token = "CANARY-kept"
    assert send(CANCEL, account(token_store=Bytes())).status == 204
    assert weixin.fetched == 0


def test_a_store_that_does_not_answer_is_done_without(
    weixin: Weixin, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    from handmade._runtime.auth import token_cache

    class Silent(Redis):
        async def load(self, key: str) -> str | None:
            await asyncio.sleep(60)
            return None

    async def go() -> int:
        async with AsyncShop(account(token_store=Silent()), hosts=[server.url]) as shop:
            return (await shop.send(CANCEL)).status

    monkeypatch.setattr(token_cache, "_LEASE", 0.2)
    assert asyncio.run(go()) == 204
    assert (weixin.fetched, "the token store failed: DeadlineExceeded" in caplog.text) == (1, True)


# --- secrets ------------------------------------------------------------------------------


def test_no_token_is_shown(
    server: Server, weixin: Weixin, send: Send, tmp_path: Path, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    scheme = account(token_store=FileTokenStore(tmp_path))
    send(CANCEL, scheme)
    weixin.forget()
    send(CANCEL, scheme)
    weixin.code = 40013
    weixin.forget()
    shown = [repr(scheme), repr(scheme._source), repr(vars(scheme._source)), caplog.text]  # type: ignore[attr-defined]
    with pytest.raises(errors.ApiError) as caught:
        send(CANCEL, scheme)
    error = caught.value
    shown += [str(error), repr(error), str(vars(error)), "".join(traceback.format_exception(error))]
    shown += [repr(pickle.dumps(error)), caplog.text]
    assert not [text for text in shown if "CANARY" in text]
    for holder in (
        scheme,
        scheme._source,
        account()._source,
        WeixinAccessToken("t")._source,
        FileTokenStore(tmp_path),
    ):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(holder)


def test_a_bearer_token_is_renewed_too(server: Server) -> None:
    tokens = iter(["T-1", "T-2"])

    def side(got: ReceivedRequest) -> bytes:
        return (
            http_response(204)
            if got.header("authorization") == "Bearer T-2"
            else http_response(400, '{"code":40001}')
        )

    server.respond_with(side)
    with Shop(Bearer(lambda: next(tokens)), hosts=[server.url]) as shop:
        assert shop.send(CANCEL).status == 204
