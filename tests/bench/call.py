"""CPU time of one signed and verified call, compared with the same steps written by hand with httpx, and with wechatpayv3.

All clients call one server on the loopback interface alternately; specloom's and the hand-written ones in one process.
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

from . import fapiao, peer, report
from .by_hand import ByHand
from .in_process import in_turn, server
from .processes import Failed, figure
from .projects import empty

CALLS = 20
"""Calls of one client before those of the next: few, so that other load affects all clients alike."""
TURNS = 20
"""Turns of each client in one run."""
PEER = "wechatpayv3==2.0.4"
OURS, BY_HAND = "specloom", "by hand, httpx.Client"
OURS_ASYNC, BY_HAND_ASYNC = "specloom, async", "by hand, httpx.AsyncClient"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--without-peer", action="store_true", help=f"do not install and measure {PEER}"
    )


def run(options: argparse.Namespace) -> None:
    """Print the seconds of one call, and the ratios to the other clients."""
    report.machine(
        options.runs,
        f"CPU seconds of one call, the mean of {CALLS} in a row, {TURNS} times in a run",
    )
    report.heading("One call: sign, send, verify, decode")
    with empty() as folder, ExitStack() as stack:
        fapiao.make_keys(folder)
        (folder / "response.json").write_bytes(fapiao.response())
        url = stack.enter_context(server("tests.bench.loopback", str(folder)))
        runs: dict[str, Callable[[], float]] = stack.enter_context(_in_this_process(folder, url))
        if not options.without_peer:
            try:
                runs[PEER.replace("==", " ")] = stack.enter_context(_peer(folder, url))
            except Failed as failed:
                print(f"no comparison with {PEER}: {failed}")
        times = in_turn(runs, options.runs * TURNS)
    ratios = {name: figure(lambda seconds, name=name: seconds[OURS] / seconds[name], times) for name in times}  # type: ignore[misc]
    report.table(
        times,
        {
            name: f"{ratio.median:.2f} × in specloom"
            for name, ratio in ratios.items()
            if name != OURS
        },
    )
    report.bar("one call", ratios[BY_HAND], 1.0, "the same by hand")
    async_ratio = figure(lambda seconds: seconds[OURS_ASYNC] / seconds[BY_HAND_ASYNC], times)
    report.bar("one call, async", async_ratio, 1.0, "the same by hand")


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
            raise Failed("the two clients return different values")
        yield {
            OURS: lambda: _timed(lambda: query(fapiao.APPLICATION, sub_mchid=fapiao.SUB_MERCHANT)),
            BY_HAND: lambda: _timed(lambda: hand.call(client)),
            OURS_ASYNC: lambda: runner.run(
                _timed_async(lambda: async_query(fapiao.APPLICATION, sub_mchid=fapiao.SUB_MERCHANT))
            ),
            BY_HAND_ASYNC: lambda: runner.run(_timed_async(lambda: hand.call_async(async_client))),
        }
        runner.run(async_pay.close())
        runner.run(async_client.aclose())


def _timed(call: Callable[[], object]) -> float:
    start = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - start) / CALLS


async def _timed_async(call: Callable[[], Awaitable[object]]) -> float:
    start = time.process_time()
    for _ in range(CALLS):
        await call()
    return (time.process_time() - start) / CALLS


@contextmanager
def _peer(folder: Path, url: str) -> Generator[Callable[[], float], None, None]:
    """Start a separate process that does one run for each line of its standard input."""
    python = which("python", path=str(peer.installed("wechatpayv3", (PEER,))))
    program = Path(__file__).with_name("wechatpayv3_calls.py")
    facts = (fapiao.MERCHANT, fapiao.SERIAL, fapiao.KEY_ID, fapiao.APPLICATION)
    command = (str(python), str(program), str(folder), url, str(CALLS), *facts)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin
        assert stdout

        def run() -> float:
            print(file=stdin, flush=True)
            line = stdout.readline()
            if not line:
                raise Failed(f"{PEER} ended with {process.wait()}")
            return float(line)

        try:
            yield run
        finally:
            stdin.close()
