"""Time of downloads and uploads of 64 MiB, compared with the same by hand with httpx.

Both clients use one server on the loopback interface alternately, in memory of the machine. The hand-written download writes, hashes and
syncs a temporary file and renames it, as the client does; the hand-written upload streams the file.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from tests.file_server import file_server, pattern, pattern_hash
from tests.generated import imported, write

from . import report
from .processes import Failed, Times, figure
from .projects import empty

SIZE = 64 << 20
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments besides those of all subjects."""


def run(options: argparse.Namespace) -> None:
    """Print the seconds of one transfer, and the ratios to the hand-written clients."""
    report.machine(options.runs, f"seconds of one transfer of {SIZE >> 20} MiB")
    report.heading("One transfer")
    with empty() as folder, file_server() as url, _in_this_process(folder, url) as runs:
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(options.runs):
            for name, run_once in runs.items():
                start = time.perf_counter()
                if run_once() != SIZE:
                    raise Failed(f"{name} did not transfer {SIZE} bytes")
                seconds[name].append(time.perf_counter() - start)
    times = {name: Times(tuple(each)) for name, each in seconds.items()}
    report.table(times)
    for what in (DOWN, UP):
        for suffix in ("", ", async"):
            name = f"{what}{suffix}"
            ratio = figure(lambda each, name=name: each[name] / each[f"{name}, by hand"], times)  # type: ignore[misc]
            report.bar(name, ratio, 1.0, "the same by hand")


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
                with source.open("rb") as file:
                    while piece := file.read(1 << 16):
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
            UP: lambda: client.files.put(content=source).size,
            f"{UP}, by hand": up_by_hand,
            f"{UP}, async": lambda: runner.run(up_async()),
            f"{UP}, async, by hand": lambda: runner.run(up_by_hand_async()),
        }
        client.close()
        by_hand.close()
        runner.run(async_client.close())
        runner.run(async_by_hand.aclose())
