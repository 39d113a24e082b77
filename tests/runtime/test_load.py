"""One client under load: many threads, many tasks, a fork in the middle.

Each response names its request. The long forms, `pytest -m slow`, print figures.
"""

from __future__ import annotations

import asyncio
import math
import os
import random
import threading
import time
from collections import Counter
from typing import Any

import httpcore
import pytest
from handmade import AsyncShop, Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from tests.figures import Figure
from tests.servers import ReceivedRequest, Reset, Server, Wait, http_response


def put(text: str) -> Any:
    return calls.orders.put(text.encode())


def echo(server: Server) -> None:
    server.respond_with(lambda got: http_response(200, got.body))


def rough(got: ReceivedRequest) -> Any:
    """Mostly respond with the body; sometimes slowly, with 503, or reset."""
    fate = random.random()
    if fate < 0.01:
        return [Reset]
    if fate < 0.03:
        return http_response(503)
    return (
        [Wait(0.01), http_response(200, got.body)] if fate < 0.1 else http_response(200, got.body)
    )


def threads(
    server: Server, count: int, seconds: float = math.inf, calls: int | None = None
) -> Counter[str]:
    """Return the results of many threads that share a client, for some time or of some calls each."""
    outcomes: Counter[str] = Counter()
    until = time.monotonic() + seconds

    def work(shop: Shop, thread: int) -> None:
        own: Counter[str] = Counter()
        number = 0
        while time.monotonic() < until and number != calls:
            number += 1
            text = f"{thread}-{number}"
            try:
                own["right" if shop.send(put(text)).value == text.encode() else "crossed"] += 1
            except errors.Error as error:
                own[type(error).__name__] += 1
        outcomes.update(own)

    with Shop(Scheme(), hosts=[server.url], deadline=3600) as shop:
        workers = [threading.Thread(target=work, args=(shop, at)) for at in range(count)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        pool: Any = shop._driver._transports[os.getpid()]
        assert all(
            connection.is_idle() or connection.is_closed()
            for connection in vars(pool)["_pool"].connections
        )
    return outcomes


def test_threads_on_an_unreliable_server(server: Server) -> None:
    server.respond_with(rough)
    outcomes = threads(server, 30, calls=20)
    assert outcomes["crossed"] == 0
    assert outcomes["right"] > 500
    assert outcomes.total() == 600
    assert set(outcomes) <= {"right", "ConnectionFailed", "ApiError"}


@pytest.mark.slow
def test_threads_for_a_minute(server: Server, figure: Figure) -> None:
    echo(server)
    start = time.monotonic()
    outcomes = threads(server, 300, 60.0)
    elapsed = time.monotonic() - start
    figure(
        f"300 threads, one client, {elapsed:.0f} s: {dict(outcomes)}, {server.connections} connections"
    )
    assert outcomes["crossed"] == 0
    assert set(outcomes) == {"right"}
    server.received.clear()


async def cancelled(server: Server, count: int) -> tuple[Counter[str], float]:
    """What became of so many tasks of which 30 % are cancelled at some moment, and how
    many of the pool's connections can be used at once afterwards."""
    outcomes: Counter[str] = Counter()

    async def work(shop: AsyncShop, number: int) -> None:
        text = str(number)
        outcomes["right" if (await shop.send(put(text))).value == text.encode() else "crossed"] += 1

    async with AsyncShop(Scheme(), hosts=[server.url], deadline=3600) as shop:
        tasks = [asyncio.create_task(work(shop, number)) for number in range(count)]
        for task in random.sample(tasks, count * 3 // 10):
            asyncio.get_running_loop().call_later(random.random() * count / 1000, task.cancel)
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if result is not None:
                outcomes[type(result).__name__] += 1
        pool: Any = vars(shop._driver._transports[asyncio.get_running_loop()])["_pool"]
        assert not pool._requests, "nobody waits for a connection"
        assert all(one.is_idle() or one.is_closed() for one in pool.connections)
        gate = asyncio.Event()
        held = 0

        async def hold(number: int) -> None:
            nonlocal held
            await shop.send(put(str(number)))
            held += 1
            gate.set()

        start = time.monotonic()
        await asyncio.gather(*(hold(number) for number in range(100)))
        assert held == 100
        return outcomes, time.monotonic() - start


def slowly(got: ReceivedRequest) -> Any:
    return [Wait(random.random() * 0.1), http_response(200, got.body)]


def test_cancelled_tasks_lose_no_connections(server: Server) -> None:
    server.respond_with(slowly)
    outcomes, _ = asyncio.run(cancelled(server, 200))
    assert outcomes["crossed"] == 0
    assert outcomes["CancelledError"] > 0
    assert sum(outcomes.values()) == 200


async def turns(count: int) -> None:
    """Run this many iterations of the event loop."""
    for _ in range(count):
        await asyncio.sleep(0)


class Line(httpcore.AsyncNetworkStream):
    """A connection without a network, so that all happens in the same turn each time: it
    returns the request body that it received."""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await turns(1)
        if buffer:  # the head, then the body, then nothing
            self.http_response = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (
                len(buffer),
                buffer,
            )

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        await turns(1)
        return self.http_response

    async def aclose(self) -> None:
        await turns(1)

    def get_extra_info(self, info: str) -> Any:
        return None


async def connect(*arguments: Any, **options: Any) -> Line:
    await turns(1)
    return Line()


@pytest.mark.parametrize("again", [None, 1])
def test_cancellation_at_any_step_loses_no_connection(
    monkeypatch: pytest.MonkeyPatch, again: int | None
) -> None:
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)

    async def left(turn: int) -> list[str]:
        """What cannot be used any more of the pool, if the first of many requests is
        cancelled in this turn, and perhaps once more."""
        async with AsyncShop(Scheme(), hosts=["http://127.0.0.1:1"]) as shop:
            await shop.send(put("so that one connection is idle"))
            tasks = [asyncio.create_task(shop.send(put(str(number)))) for number in range(20)]
            await turns(turn)
            tasks[0].cancel()
            if again is not None:
                await turns(again)
                tasks[0].cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert [one.value for one in results[1:]] == [
                str(number).encode() for number in range(1, 20)
            ]
            ended.append(not isinstance(results[0], BaseException))
            pool: Any = vars(shop._driver._transports[asyncio.get_running_loop()])["_pool"]
            assert not pool._requests
            return [repr(one) for one in pool.connections if not (one.is_idle() or one.is_closed())]

    ended: list[bool] = []
    assert [asyncio.run(left(turn)) for turn in range(20)] == [[]] * 20
    assert (ended[0], ended[-1]) == (False, True), "every turn of the first request has been tried"


@pytest.mark.slow
def test_a_thousand_tasks_share_a_client(server: Server, figure: Figure) -> None:
    server.respond_with(slowly)
    outcomes, elapsed = asyncio.run(cancelled(server, 1000))
    figure(
        f"1,000 tasks, 300 to be cancelled: {dict(outcomes)}; then 100 at once in {elapsed:.2f} s, {server.connections} connections"
    )
    assert outcomes["crossed"] == 0
    assert set(outcomes) == {"right", "CancelledError"}
    assert sum(outcomes.values()) == 1000


def forked(server: Server, children: int, seconds: float) -> tuple[int, int]:
    """How many requests parent and children have sent, while threads of the parent send."""
    echo(server)
    stop = threading.Event()
    with Shop(Scheme(), hosts=[server.url]) as shop:
        wrong: list[str] = []

        def work(thread: int) -> None:
            number = 0
            while not stop.is_set():
                number += 1
                text = f"p{thread}-{number}"
                if shop.send(put(text)).value != text.encode():
                    wrong.append(text)

        workers = [threading.Thread(target=work, args=(at,)) for at in range(8)]
        for worker in workers:
            worker.start()
        time.sleep(seconds / 4)
        pids: list[int] = []
        for child in range(children):
            pid = os.fork()
            if pid == 0:
                code = 1
                try:
                    good = all(
                        shop.send(put(f"c{child}-{n}")).value == f"c{child}-{n}".encode()
                        for n in range(20)
                    )
                    code = 0 if good else 2
                finally:
                    os._exit(code)
            pids.append(pid)
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        time.sleep(seconds / 4)
        stop.set()
        for worker in workers:
            worker.join()
    assert (codes, wrong) == ([0] * children, [])
    owners: dict[int, set[bytes]] = {}
    for got in server.received:
        owners.setdefault(got.connection, set()).add(
            got.body.split(b"-")[0][:1]
            + (got.body.split(b"-")[0][1:] if got.body[:1] == b"c" else b"")
        )
    assert all(len(own) == 1 for own in owners.values()), "no connection has two processes"
    children_sent = sum(got.body.startswith(b"c") for got in server.received)
    return len(server.received) - children_sent, children_sent


def test_forked_children_open_their_own_connections(server: Server) -> None:
    _, sent = forked(server, 3, 0.4)
    assert sent == 60


@pytest.mark.slow
def test_many_forked_children(server: Server, figure: Figure) -> None:
    ours, theirs = forked(server, 50, 10.0)
    figure(
        f"50 children forked among 8 busy threads: {ours} requests of the parent, {theirs} of the children"
    )
    assert theirs == 1000
