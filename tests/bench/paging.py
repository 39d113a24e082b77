"""CPU time of a walk over 20 pages of 100 items, compared with the same by hand with httpx.

Both clients read from one server on the loopback interface alternately, and decode the pages into the same class. The hand-written loop
follows the cursor; it has no deadline, no retry and no check for a server that leads back to an earlier page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import httpx
import msgspec
from tests.generated import imported, write

from . import report
from .in_process import cpu_times, listen, server
from .processes import figure
from .projects import ROOT, empty

PAGES, SIZE = 20, 100
TURNS = 20
"""Turns of each client in one run: many short ones, so that other load affects all clients alike."""
SPEC = ROOT / "tests" / "cases" / "paging" / "spec"
OURS, BY_HAND = "specloom", "by hand, httpx.Client"
OURS_ASYNC, BY_HAND_ASYNC = "specloom, async", "by hand, httpx.AsyncClient"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments besides those of all subjects."""


def run(options: argparse.Namespace) -> None:
    """Print the seconds of one walk, and the ratios to the hand-written clients."""
    report.machine(
        options.runs, f"CPU seconds of {PAGES} pages of {SIZE} items, {TURNS} times in a run"
    )
    report.heading("One walk: request, decode and follow each page")
    with empty() as folder, server(__spec__.name) as url, _in_this_process(folder, url) as runs:
        times = cpu_times(runs, PAGES * SIZE, options.runs * TURNS)
    report.table(times)
    ratio = figure(lambda each: each[OURS] / each[BY_HAND], times)
    report.bar("one walk", ratio, 1.0, "the same by hand")
    ratio = figure(lambda each: each[OURS_ASYNC] / each[BY_HAND_ASYNC], times)
    report.bar("one walk, async", ratio, 1.0, "the same by hand")


@contextmanager
def _in_this_process(folder: Path, url: str) -> Generator[dict[str, Callable[[], int]], None, None]:
    write(SPEC, folder)
    with imported(folder, "pages") as pages, asyncio.Runner() as runner:
        decoder = msgspec.json.Decoder(pages.models.ChargePage)
        client, async_client = (
            kind(token="t", hosts=[url]) for kind in (pages.Pages, pages.AsyncPages)
        )
        headers = {"Authorization": "Bearer t"}
        by_hand = httpx.Client(base_url=url, headers=headers)
        async_by_hand = httpx.AsyncClient(base_url=url, headers=headers)

        def ours() -> int:
            return sum(1 for _ in client.charges.iter_list(limit=SIZE))

        async def ours_async() -> int:
            count = 0
            async for _ in async_client.charges.iter_list(limit=SIZE):
                count += 1
            return count

        def hand() -> int:
            count, parameters = 0, {"limit": str(SIZE)}
            while True:
                response = by_hand.get("/charges", params=parameters)
                response.raise_for_status()
                page = decoder.decode(response.content)
                for _ in page.data:
                    count += 1
                if not page.has_more:
                    return count
                parameters["starting_after"] = page.data[-1].id

        async def hand_async() -> int:
            count, parameters = 0, {"limit": str(SIZE)}
            while True:
                response = await async_by_hand.get("/charges", params=parameters)
                response.raise_for_status()
                page = decoder.decode(response.content)
                for _ in page.data:
                    count += 1
                if not page.has_more:
                    return count
                parameters["starting_after"] = page.data[-1].id

        yield {
            OURS: ours,
            BY_HAND: hand,
            OURS_ASYNC: lambda: runner.run(ours_async()),
            BY_HAND_ASYNC: lambda: runner.run(hand_async()),
        }
        client.close()
        by_hand.close()
        runner.run(async_client.close())
        runner.run(async_by_hand.aclose())


def _page(first: int) -> bytes:
    """Return the response whose items are numbered from `first`."""
    numbers = range(first, first + SIZE)
    body = json.dumps(
        {
            "data": [{"id": f"ch_{number}", "amount": number} for number in numbers],
            "has_more": first + SIZE < PAGES * SIZE,
        }
    ).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _serve(connection: socket) -> None:
    received = b""
    while piece := connection.recv(1 << 16):
        received += piece
        if received.endswith(b"\r\n\r\n"):  # requests have no body
            after = re.search(rb"starting_after=ch_(\d+)", received)
            received = b""
            connection.sendall(_page(int(after[1]) + 1 if after else 0))


if __name__ == "__main__":
    listen(_serve)
