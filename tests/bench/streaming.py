"""CPU time of a stream of 1,000 server-sent events, compared with the same read by hand with httpx.

Both clients read from one server on the loopback interface alternately, and decode the events into the same class. The hand-written
reader joins the lines of an event and fails for a stream without its last event, as it must; it has no deadline, no limit, no check for
errors in place of events, and neither names nor IDs of events.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import Any

import httpx
import msgspec
from tests.generated import imported, write

from . import report
from .in_process import cpu_times, listen, server
from .processes import Failed, figure
from .projects import ROOT, empty

EVENTS = 1_000
"""Events of one stream: few, so that other load affects all clients alike."""
TURNS = 20
"""Turns of each client in one run."""
SPEC = ROOT / "tests" / "cases" / "streams" / "spec"
REQUEST: dict[str, Any] = {"model": "m", "messages": [], "stream": True}
OURS, BY_HAND = "specloom", "by hand, httpx.Client"
OURS_ASYNC, BY_HAND_ASYNC = "specloom, async", "by hand, httpx.AsyncClient"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments besides those of all subjects."""


def run(options: argparse.Namespace) -> None:
    """Print the seconds of one stream, and the ratios to the hand-written clients."""
    report.machine(
        options.runs, f"CPU seconds of one stream of {EVENTS:,} events, {TURNS} times in a run"
    )
    report.heading("One stream: open, read, decode")
    with empty() as folder, server(__spec__.name) as url, _in_this_process(folder, url) as runs:
        times = cpu_times(runs, EVENTS, options.runs * TURNS)
    report.table(times)
    ratio = figure(lambda each: each[OURS] / each[BY_HAND], times)
    report.bar("one stream", ratio, 1.0, "the same by hand")
    ratio = figure(lambda each: each[OURS_ASYNC] / each[BY_HAND_ASYNC], times)
    report.bar("one stream, async", ratio, 1.0, "the same by hand")


@contextmanager
def _in_this_process(folder: Path, url: str) -> Generator[dict[str, Callable[[], int]], None, None]:
    write(SPEC, folder)
    with imported(folder, "chat") as chat, asyncio.Runner() as runner:
        decoder = msgspec.json.Decoder(chat.models.Chunk)
        messages = [chat.models.StreamMessage(role="user", content="Hello")]
        client, async_client = (
            kind(token="t", hosts=[url]) for kind in (chat.Chat, chat.AsyncChat)
        )
        by_hand, async_by_hand = httpx.Client(), httpx.AsyncClient()
        request: dict[str, Any] = {"json": REQUEST, "headers": {"Authorization": "Bearer t"}}

        def ours() -> int:
            with client.completions.stream(model="m", messages=messages) as stream:
                return sum(1 for _ in stream)

        async def ours_async() -> int:
            count = 0
            async with async_client.completions.stream(model="m", messages=messages) as stream:
                async for _ in stream:
                    count += 1
            return count

        def hand() -> int:
            count, data = 0, list[str]()
            with by_hand.stream("POST", f"{url}/chat/completions", **request) as response:
                response.raise_for_status()
                for line in response.iter_lines():
                    if line.startswith("data:"):
                        data.append(line[5:].removeprefix(" "))
                    elif not line and data:
                        event = "\n".join(data)
                        data.clear()
                        if event == "[DONE]":
                            return count
                        decoder.decode(event)
                        count += 1
            raise Failed("the stream broke")

        async def hand_async() -> int:
            count, data = 0, list[str]()
            async with async_by_hand.stream(
                "POST", f"{url}/chat/completions", **request
            ) as response:
                response.raise_for_status()
                async for line in response.aiter_lines():
                    if line.startswith("data:"):
                        data.append(line[5:].removeprefix(" "))
                    elif not line and data:
                        event = "\n".join(data)
                        data.clear()
                        if event == "[DONE]":
                            return count
                        decoder.decode(event)
                        count += 1
            raise Failed("the stream broke")

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


def _serve(connection: socket) -> None:
    choice = {"index": 0, "delta": {"content": " word"}, "finish_reason": None}
    event = b"data: " + json.dumps({"id": "chatcmpl-1", "choices": [choice]}).encode() + b"\n\n"
    chunk = b"%x\r\n%b\r\n" % (len(event), event)
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    end = b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
    received = b""
    while piece := connection.recv(1 << 16):
        received += piece
        if received.rstrip().endswith(b"}"):
            received = b""
            connection.sendall(head)
            for _ in range(EVENTS // 10):
                connection.sendall(chunk * 10)
            connection.sendall(end)


if __name__ == "__main__":
    listen(_serve)
