"""One signed and verified call, beside the same steps written by hand with httpx, and beside wechatpayv3.

All clients ask one server on the loopback interface in turn; ours and the hand-written ones in one process.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which

import httpx

from . import fapiao, loopback, peer, report
from .by_hand import ByHand
from .processes import Failed, Times, figure
from .projects import empty

CALLS = 20
"""Calls of one client before the next one's turn: few, so that what else the machine does meets all alike."""
TURNS = 20
"""Turns of each client in one run."""
PEER = "wechatpayv3==2.0.4"
OURS, HAND = "specloom", "by hand, httpx.Client"
OURS_ASYNC, HAND_ASYNC = "specloom, async", "by hand, httpx.AsyncClient"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--without-peer", action="store_true", help=f"do not install and measure {PEER}"
    )


def run(options: argparse.Namespace) -> None:
    """Print the seconds of one call, and what ours are as multiples of the others'."""
    report.machine(
        options.runs, f"seconds of one call, the mean of {CALLS} in a row, {TURNS} times in a run"
    )
    report.heading("One call: sign, send, verify, decode")
    with empty() as folder, ExitStack() as stack:
        fapiao.make_keys(folder)
        (folder / "answer.json").write_bytes(fapiao.answer())
        url = stack.enter_context(loopback.serving(folder))
        runs: dict[str, Callable[[], float]] = stack.enter_context(_in_this_process(folder, url))
        if not options.without_peer:
            try:
                runs[PEER.replace("==", " ")] = stack.enter_context(_peer(folder, url))
            except Failed as failed:
                print(f"no comparison with {PEER}: {failed}")
        times = _in_turn(runs, options.runs * TURNS)
    found = {name: figure(lambda seconds, name=name: seconds[OURS] / seconds[name], times) for name in times}  # type: ignore[misc]
    report.table(
        times,
        {
            name: f"specloom takes {one.median:.2f} × of it"
            for name, one in found.items()
            if name != OURS
        },
    )
    report.bar("one call", found[HAND], 1.0, "the same by hand")
    colour = figure(lambda seconds: seconds[OURS_ASYNC] / seconds[HAND_ASYNC], times)
    report.bar("one call, async", colour, 1.0, "the same by hand")


@contextmanager
def _in_this_process(
    folder: Path, url: str
) -> Generator[dict[str, Callable[[], float]], None, None]:
    wechatpay = fapiao.package()
    hand = ByHand(folder, wechatpay.models.FapiaoPage)
    with (
        fapiao.client(wechatpay.WeChatPay, folder, url) as pay,
        httpx.Client(base_url=url) as client,
        asyncio.Runner() as runner,
    ):
        async_pay = fapiao.client(wechatpay.AsyncWeChatPay, folder, url)
        async_client = httpx.AsyncClient(base_url=url)
        query, async_query = pay.fapiao_applications.query, async_pay.fapiao_applications.query
        first = query(fapiao.APPLICATION, sub_mchid=fapiao.SUB_MERCHANT)
        if first != hand.call(client):
            raise Failed("the two ways do not give the same")
        yield {
            OURS: lambda: _timed(lambda: query(fapiao.APPLICATION, sub_mchid=fapiao.SUB_MERCHANT)),
            HAND: lambda: _timed(lambda: hand.call(client)),
            OURS_ASYNC: lambda: runner.run(
                _timed_async(lambda: async_query(fapiao.APPLICATION, sub_mchid=fapiao.SUB_MERCHANT))
            ),
            HAND_ASYNC: lambda: runner.run(_timed_async(lambda: hand.call_async(async_client))),
        }
        runner.run(async_pay.close())
        runner.run(async_client.aclose())


def _timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - begun) / CALLS


async def _timed_async(call: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    for _ in range(CALLS):
        await call()
    return (time.perf_counter() - begun) / CALLS


@contextmanager
def _peer(folder: Path, url: str) -> Generator[Callable[[], float], None, None]:
    """A process of its own, which does one run for each line that it is sent."""
    python = which("python", path=str(peer.installed("wechatpayv3", (PEER,))))
    program = Path(__file__).with_name("wechatpayv3_calls.py")
    facts = (fapiao.MERCHANT, fapiao.SERIAL, fapiao.KEY_ID, fapiao.APPLICATION)
    command = (str(python), str(program), str(folder), url, str(CALLS), *facts)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        asked, told = process.stdin, process.stdout
        assert asked
        assert told

        def run() -> float:
            print(file=asked, flush=True)
            line = told.readline()
            if not line:
                raise Failed(f"{PEER} ended with {process.wait()}")
            return float(line)

        try:
            yield run
        finally:
            asked.close()


def _in_turn(runs: dict[str, Callable[[], float]], rounds: int) -> dict[str, Times]:
    """Every client once in each round, every second round backwards, after one untimed run of each."""
    for run in runs.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        for name in list(runs) if number % 2 == 0 else reversed(runs):
            seconds[name].append(runs[name]())
    return {name: Times(tuple(found)) for name, found in seconds.items()}
