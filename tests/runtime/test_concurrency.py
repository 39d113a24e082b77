"""Concurrency: one client in many threads, tasks and event loops, and after a fork."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import time
import warnings
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from handmade import AsyncShop, Shop, calls, errors
from handmade._runtime.auth.base import Scheme
from handmade._runtime.auth.static.bearer import Bearer
from handmade._runtime.drivers import AsyncDriver, Driver
from handmade._runtime.effects import CallFunction, SingleFlight, Sleep, Steps
from tests.servers import Server, Wait, http_response


def put(number: int) -> Any:
    return calls.orders.put(str(number).encode())


def serve_bodies(server: Server) -> None:
    server.respond_with(lambda got: http_response(200, got.body))


async def tokens() -> str:
    return "token"


def test_threads_share_a_client(server: Server) -> None:
    serve_bodies(server)
    with Shop(Scheme(), hosts=[server.url]) as shop, ThreadPoolExecutor(30) as pool:
        values = pool.map(lambda n: shop.send(put(n)).value, range(300))
        assert list(values) == [str(n).encode() for n in range(300)]
    # The pool may drop a connection that another thread has only just finished with.
    assert server.connections < 60


def test_tasks_share_a_client_despite_cancellations(server: Server) -> None:
    serve_bodies(server)

    async def go() -> list[bytes]:
        async with AsyncShop(Scheme(), hosts=[server.url]) as shop:
            tasks = [asyncio.create_task(shop.send(put(n))) for n in range(200)]
            await asyncio.sleep(0.02)
            for task in tasks[::3]:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            for n, result in enumerate(results):
                assert isinstance(result, asyncio.CancelledError) or result.value == str(n).encode()
            return [(await shop.send(put(n))).value for n in range(3)]

    assert asyncio.run(go()) == [b"0", b"1", b"2"]


def left_open(work: Callable[[], None]) -> list[str]:
    """Return the warnings of Python about unclosed connections."""
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        work()
        gc.collect()
    return [str(each.message) for each in recorded if "unclosed" in str(each.message)]


@pytest.mark.parametrize("scheme", [Scheme, lambda: Bearer(tokens)], ids=["no scheme", "tokens"])
def test_connections_are_closed_with_their_event_loop(
    server: Server, scheme: Callable[[], Scheme]
) -> None:
    serve_bodies(server)

    def work() -> None:
        shop = AsyncShop(scheme(), hosts=[server.url])

        async def go(n: int) -> list[bytes]:
            return [
                each.value for each in await asyncio.gather(shop.send(put(n)), shop.send(put(n)))
            ]

        assert [asyncio.run(go(n)) for n in range(3)] == [[b"0"] * 2, [b"1"] * 2, [b"2"] * 2]
        assert len(shop._driver._transports) == 1

    assert left_open(work) == []


def test_a_call_in_a_finalizer_of_the_event_loop_succeeds(server: Server) -> None:
    server.respond_with(http_response(200, b"first"), [Wait(0.05), http_response(200, b"last")])
    values: list[bytes] = []

    def work() -> None:
        shop = AsyncShop(Scheme(), hosts=[server.url])
        iterators: list[AsyncIterator[None]] = []

        async def held() -> AsyncIterator[None]:
            try:
                yield
            finally:
                values.append((await shop.send(put(2))).value)

        async def go() -> None:
            values.append((await shop.send(put(1))).value)
            iterators.append(held())
            await anext(iterators[0])

        asyncio.run(go())

    assert (left_open(work), values) == ([], [b"first", b"last"])


def test_a_fork_opens_new_connections(server: Server) -> None:
    serve_bodies(server)
    with Shop(Scheme(), hosts=[server.url]) as shop:
        shop.send(put(1))
        child = os.fork()
        if child == 0:
            ok = shop.send(put(2)).value == b"2"
            os._exit(0 if ok else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert shop.send(put(3)).value == b"3"
    assert [got.connection for got in server.received] == [1, 2, 1]


def test_importing_is_cheap() -> None:
    """httpx and cryptography are imported only when a client needs them."""
    program = """if True:
        import sys
        import handmade
        call = handmade.calls.orders.query("1", shop_id="1")
        handmade.Shop, handmade.errors.SignatureProbe
        print([name for name in ("httpx", "httpcore", "cryptography", "asyncio") if name in sys.modules])
    """
    import handmade

    home = str(Path(handmade.__file__).parents[1])
    completed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=home, check=True
    )
    assert completed.stdout == "[]\n", completed.stderr


# --- what drivers do for steps ------------------------------------------------------------


def counted(calls: list[int], fail: bool = False) -> Any:
    def work() -> str:
        calls.append(1)
        time.sleep(0.2)
        if fail:
            raise errors.ConnectionFailed("no luck")
        return "token"

    def steps() -> Steps[str]:
        return (yield from CallFunction(work))

    return steps


def wanting(steps: Any, seconds: float) -> Steps[str]:
    return (yield from SingleFlight("token", steps, time.monotonic() + seconds))


@pytest.mark.parametrize("fail", [False, True])
def test_single_flight_of_threads(fail: bool) -> None:
    driver, ran, asking = Driver(), list[int](), Barrier(50)
    steps = counted(ran, fail)

    def want(seconds: float) -> object:
        asking.wait()  # the work takes less time than a busy machine may need to start 50 threads
        try:
            return driver.run(wanting(steps, seconds))
        except errors.Error as error:
            return error

    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(want, [0.03, *[5.0] * 49]))
    assert isinstance(results[0], errors.DeadlineExceeded)
    others = results[1:]
    if fail:
        assert {str(error) for error in others} == {"no luck"}
        assert len(set(map(id, others))) == len(others)
    else:
        assert set(others) == {"token"}
    assert len(ran) == 1
    assert not driver._flights


def test_single_flight_of_tasks() -> None:
    driver, ran = AsyncDriver(), list[int]()

    async def work() -> str:
        ran.append(1)
        await asyncio.sleep(0.1)
        return "token"

    def steps() -> Steps[str]:
        yield from Sleep(0.01)
        return (yield from CallFunction(work))

    async def go() -> None:
        first = asyncio.create_task(driver.run(wanting(steps, 5)))
        hasty = asyncio.create_task(driver.run(wanting(steps, 0.02)))
        others = [asyncio.create_task(driver.run(wanting(steps, 5))) for _ in range(50)]
        await asyncio.sleep(0.01)
        first.cancel()
        assert set(await asyncio.gather(*others)) == {"token"}
        assert isinstance(hasty.exception(), errors.DeadlineExceeded)
        assert first.cancelled()

    asyncio.run(go())
    assert ran == [1]
    assert not driver._flights


def test_interruptions_pass_through() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    closed: list[int] = []

    def steps() -> Steps[None]:
        try:
            yield from CallFunction(interrupt)
        finally:
            closed.append(1)

    with pytest.raises(KeyboardInterrupt):
        Driver().run(steps())
    assert closed == [1]


def test_the_semaphore_is_fair() -> None:
    from handmade._runtime.fair_semaphore import FairSemaphore

    places, order = FairSemaphore(1), list[int]()
    assert places.acquire(0)
    assert not places.acquire(0.01)

    def wait(number: int) -> None:
        assert places.acquire(5)
        order.append(number)
        places.release()

    threads = [Thread(target=wait, args=(number,)) for number in range(5)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        while len(places._waiting) < number:
            time.sleep(0.001)
    places.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert places.acquire(0)
