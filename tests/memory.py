"""Memory that a transfer adds to a client, measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

_PROGRAM = """
import asyncio, resource, sys
from pathlib import Path
package, kind, url, path, is_async = sys.argv[1:]
module = __import__(package)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

def report(idle, result):
    print(peak() - idle, result)

def upload_sync(client, source):
    stored = client.files.put("x", content=source)
    return f"{stored.size} {stored.sha256}"

async def upload_async(client, source):
    stored = await client.files.put("x", content=source)
    return f"{stored.size} {stored.sha256}"

def download_sync(client, target):
    return client.files.get(int(target.name)).save(target)

async def download_async(client, target):
    return await client.files.get(int(target.name)).save(target)

def warm_up(target):
    return [b"x"] if kind == "upload" else target.with_name("1")

if is_async == "True":
    async def run():
        async with module.AsyncShelf(hosts=[url]) as client:
            transfer = globals()[kind + "_async"]
            await transfer(client, warm_up(Path(path)))
            idle = peak()
            report(idle, await transfer(client, Path(path)))
    asyncio.run(run())
else:
    with module.Shelf(hosts=[url]) as client:
        transfer = globals()[kind + "_sync"]
        transfer(client, warm_up(Path(path)))
        idle = peak()
        report(idle, transfer(client, Path(path)))
"""


def added_by(package: Any, kind: str, url: str, path: str, *, is_async: bool) -> tuple[int, str]:
    """Return the bytes that a transfer adds to the peak of an idle client, and its result."""
    folder = Path(package.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, package.__name__, kind, url, path, str(is_async)],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    added, _, result = done.stdout.strip().partition(" ")
    return int(added), result
