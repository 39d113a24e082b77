"""Generating again at every save, without any help of the system: the files are looked at several times a second."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from .config import NAME
from .diagnostics import InvalidSpec, UsageError, display_path
from .generate import Report, chosen, generate_clients, inputs

PAUSE = 0.2
"""Seconds between two looks."""
_SETTLE = 0.01
"""Seconds without a change after which files count as saved: some editors empty a file before they write it."""
_LONGEST = 50
"""How often that is waited for."""

Look: TypeAlias = "Mapping[str, tuple[int, int, int]]"


def watch(
    start: Path, wanted: Sequence[str], report: Report, *, force: bool = False
) -> Iterator[str]:
    """Generates, and again what a saved file touches, until it is interrupted; what is wrong is reported, and awaited to be mended.

    While the settings are wrong there are no clients.
    """
    config, clients = chosen(start, wanted)  # what is wrong now ends it
    settings = (str(config.root / NAME),)
    yield f"watching {', '.join(display_path(client.spec) for client in clients)}; Ctrl-C ends it"
    known: Look = {}
    seen: dict[str, Look] = {}
    while True:
        if _look(settings) != known:
            known, clients, seen = _settled(settings), [], {}
            with _told(report):
                config, clients = chosen(start, wanted)
        for client in clients:
            if _look(settings) != known:
                break
            places = inputs(config, client)
            if _look(places) != seen.get(client.name):
                seen[client.name] = _settled(places)
                with _told(report):
                    yield from generate_clients(config, [client], report, force=force)
        time.sleep(PAUSE)


@contextmanager
def _told(report: Report) -> Generator[None, None, None]:
    """What would end another run is said, and the next save awaited."""
    try:
        yield
    except InvalidSpec as error:
        report(error.problems, error.sources)
    except UsageError as stop:
        report([stop.problem], {})


def _settled(places: Sequence[str]) -> Look:
    """How the files look when they are not being written."""
    now = _look(places)
    for _ in range(_LONGEST):
        time.sleep(_SETTLE)
        if (later := _look(places)) == now:
            break
        now = later
    return now


def _look(places: Sequence[str]) -> Look:
    """Size, time and inode of all files there, by path."""
    found: dict[str, tuple[int, int, int]] = {}
    for place in places:
        _add(place, found)
    return found


def _add(place: str, found: dict[str, tuple[int, int, int]]) -> None:
    try:
        if os.path.isdir(place):
            with os.scandir(place) as entries:
                for entry in entries:
                    if not entry.name.startswith("."):
                        _add(entry.path, found)
        else:
            status = os.stat(place)
            found[place] = (status.st_size, status.st_mtime_ns, status.st_ino)
    except OSError:
        return
