"""CPU time of downloads and uploads of 8 MiB, compared with the same by hand with httpx.

Both clients use one server on the loopback interface alternately, in memory of the machine. The hand-written download writes, hashes and
syncs a temporary file, renames it and syncs the folder, as the client promises; the hand-written upload streams the file.

The hand-written async ones use anyio's files: a file that is read or written in the event loop holds up its other tasks for as long as
the disk takes. Async downloads are also compared with code that does so, which costs least if nothing else runs.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
from tests.file_server import file_server, pattern, pattern_hash
from tests.generated import imported, write

from . import report
from .in_process import cpu_times
from .processes import Failed, figure
from .projects import empty

SIZE = 8 << 20
TURNS = 10
"""Turns of each client in one run: many short ones, so that other load affects all clients alike."""
SPEC = {
    "_api.yaml": "specloom: 1\npackage: crate\nversion: 0.1.0\nclient: Crate\ntitle: Crate\nlanguages: [en]\nhosts: [https://crate.example.com]\n",
    "files.yaml": """
endpoints:
  get:
    http: GET /bytes/{size}
    path: {size: integer}
    responses: {200: {content: file, hash: {algorithm: SHA256, from: sha256}}}
  put: {http: PUT /file, content: file, responses: {200: {body: {size: integer}}}, idempotency: safe}
""",
}
DOWN, UP = "download", "upload"
BLOCKING = "download, async, by hand, blocking"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments besides those of all subjects."""


def run(options: argparse.Namespace) -> None:
    """Print the seconds of one transfer, and the ratios to the hand-written clients."""
    report.machine(
        options.runs, f"CPU seconds of one transfer of {SIZE >> 20} MiB, {TURNS} times in a run"
    )
    report.heading("One transfer")
    with empty() as folder, file_server() as url, _in_this_process(folder, url) as runs:
        times = cpu_times(runs, SIZE, options.runs * TURNS)
    report.table(times)
    for what in (DOWN, UP):
        for suffix in ("", ", async"):
            name = f"{what}{suffix}"
            ratio = figure(lambda each, name=name: each[name] / each[f"{name}, by hand"], times)  # type: ignore[misc]
            report.bar(name, ratio, 1.0, "the same by hand")
    ratio = figure(lambda each: each[f"{DOWN}, async"] / each[BLOCKING], times)
    report.bar(f"{DOWN}, async", ratio, 1.0, "the same by hand that blocks the event loop")


@contextmanager
def _in_this_process(folder: Path, url: str) -> Generator[dict[str, Callable[[], Any]], None, None]:
    (folder / "spec").mkdir()
    for name, text in SPEC.items():
        (folder / "spec" / name).write_text(text)
    write(folder / "spec", folder / "project")
    source, target, part = (folder / name for name in ("source", "target", "part"))
    with source.open("wb") as file:
        for block in pattern(SIZE):
            file.write(block)
    expected = pattern_hash(SIZE)
    with imported(folder / "project", "crate") as crate, asyncio.Runner() as runner:
        client, async_client = crate.Crate(hosts=[url]), crate.AsyncCrate(hosts=[url])
        by_hand, async_by_hand = httpx.Client(), httpx.AsyncClient()

        def finished(digest: Any) -> int:
            if digest.hexdigest() != expected:
                raise Failed("the hash differs")
            os.replace(part, target)
            parent = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(parent)
            finally:
                os.close(parent)
            return target.stat().st_size

        def down_by_hand() -> int:
            digest = hashlib.sha256()
            with by_hand.stream("GET", f"{url}/bytes/{SIZE}") as response, part.open("wb") as file:
                response.raise_for_status()
                for piece in response.iter_bytes():
                    file.write(piece)
                    digest.update(piece)
                os.fsync(file.fileno())
            return finished(digest)

        async def down_by_hand_async() -> int:
            digest = hashlib.sha256()
            async with (
                await anyio.open_file(part, "wb") as file,
                async_by_hand.stream("GET", f"{url}/bytes/{SIZE}") as response,
            ):
                response.raise_for_status()
                async for piece in response.aiter_bytes():
                    await file.write(piece)
                    digest.update(piece)
                await asyncio.to_thread(os.fsync, file.wrapped.fileno())
            return finished(digest)

        async def down_blocking() -> int:
            digest = hashlib.sha256()
            with part.open("wb") as file:
                async with async_by_hand.stream("GET", f"{url}/bytes/{SIZE}") as response:
                    response.raise_for_status()
                    async for piece in response.aiter_bytes():
                        file.write(piece)
                        digest.update(piece)
                os.fsync(file.fileno())
            return finished(digest)

        def up_by_hand() -> Any:
            with source.open("rb") as file:
                headers = {"Content-Length": str(SIZE)}
                return by_hand.put(f"{url}/file", content=file, headers=headers).json()["size"]

        async def up_by_hand_async() -> Any:
            async def pieces() -> AsyncIterator[bytes]:
                async with await anyio.open_file(source, "rb") as file:
                    while piece := await file.read(1 << 16):
                        yield piece

            headers = {"Content-Length": str(SIZE)}
            response = await async_by_hand.put(f"{url}/file", content=pieces(), headers=headers)
            return response.json()["size"]

        async def up_async() -> Any:
            return (await async_client.files.put(content=source)).size

        yield {
            DOWN: lambda: client.files.get(SIZE, sha256=expected).save(target),
            f"{DOWN}, by hand": down_by_hand,
            f"{DOWN}, async": lambda: runner.run(
                async_client.files.get(SIZE, sha256=expected).save(target)
            ),
            f"{DOWN}, async, by hand": lambda: runner.run(down_by_hand_async()),
            BLOCKING: lambda: runner.run(down_blocking()),
            UP: lambda: client.files.put(content=source).size,
            f"{UP}, by hand": up_by_hand,
            f"{UP}, async": lambda: runner.run(up_async()),
            f"{UP}, async, by hand": lambda: runner.run(up_by_hand_async()),
        }
        client.close()
        by_hand.close()
        runner.run(async_client.close())
        runner.run(async_by_hand.aclose())
