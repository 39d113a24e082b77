"""Watch mode: generate again at every save. Files are polled several times a second, so no support of the system is needed."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from .config import NAME
from .diagnostics import InvalidSpec, UsageError, display_path
from .generate import Report, generate_clients, input_paths, select_clients

POLL_INTERVAL = 0.2
"""Seconds between two polls."""
_QUIET_TIME = 0.01
"""Seconds without a change after which files count as saved: some editors empty a file before they write it."""
_MAX_QUIET_CHECKS = 50

Snapshot: TypeAlias = "Mapping[str, tuple[int, int, int]]"


def watch(
    start: Path, names: Sequence[str], report: Report, *, force: bool = False
) -> Iterator[str]:
    """Generate, and generate again the clients whose files change, until interrupted; yield a line for each.

    Problems are reported, and the next save is awaited. While pyproject.toml has problems there are no clients.
    """
    config, clients = select_clients(start, names)  # problems at the start end the run
    settings = (str(config.root / NAME),)
    yield f"watching {', '.join(display_path(client.spec) for client in clients)}; press Ctrl-C to stop"
    seen_settings: Snapshot = {}
    seen: dict[str, Snapshot] = {}
    while True:
        if snapshot(settings) != seen_settings:
            seen_settings, clients, seen = saved_snapshot(settings), [], {}
            with _reported(report):
                config, clients = select_clients(start, names)
        for client in clients:
            if snapshot(settings) != seen_settings:
                break
            paths = input_paths(config, client)
            if snapshot(paths) != seen.get(client.name):
                seen[client.name] = saved_snapshot(paths)
                with _reported(report):
                    yield from generate_clients(config, [client], report, force=force)
        time.sleep(POLL_INTERVAL)


@contextmanager
def _reported(report: Report) -> Generator[None, None, None]:
    """Report an error that would end a run without `--watch`."""
    try:
        yield
    except InvalidSpec as error:
        report(error.problems, error.sources)
    except UsageError as error:
        report([error.problem], {})


def saved_snapshot(paths: Sequence[str]) -> Snapshot:
    """Return a snapshot of the files once they no longer change."""
    earlier = snapshot(paths)
    for _ in range(_MAX_QUIET_CHECKS):
        time.sleep(_QUIET_TIME)
        if (later := snapshot(paths)) == earlier:
            break
        earlier = later
    return earlier


def snapshot(paths: Sequence[str]) -> Snapshot:
    """Return size, time and inode of all files at and below the paths."""
    files: dict[str, tuple[int, int, int]] = {}
    for path in paths:
        _add(path, files)
    return files


def _add(path: str, files: dict[str, tuple[int, int, int]]) -> None:
    try:
        if os.path.isdir(path):
            with os.scandir(path) as entries:
                for entry in entries:
                    if not entry.name.startswith("."):
                        _add(entry.path, files)
        else:
            status = os.stat(path)
            files[path] = (status.st_size, status.st_mtime_ns, status.st_ino)
    except OSError:
        return
