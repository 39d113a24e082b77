"""Notes: what a run found out of each client of a project, for the next run.

They stand in the user's cache folder, because they differ from machine to machine: outputs are the same everywhere. They may be removed at any
time, and where they cannot be written there are none.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NotRequired, TypedDict

    class Row(TypedDict):
        """What is noted of a client; paths are absolute."""

        inputs: list[str]
        """pyproject.toml, the spec folder, the folder of templates."""
        out: str
        work: list[str]
        """Where a killed run leaves what it prepared."""
        told: str
        """What a run prints of the spec: `2 endpoints, 14 types`."""
        tools: list[str]
        """The files of the modules that took part."""
        content: str
        """SHA-256 of all inputs and tools."""
        manifest: str
        """SHA-256 of the manifest, which has those of the outputs."""
        looks: NotRequired[str]
        """SHA-256 of what the file system says of all these files."""
        settled: NotRequired[bool]
        """Whether they were older than the look at them by so much that a later change shows."""


_OLD = 90 * 24 * 60 * 60
"""Seconds after which the notes of a project are removed."""


def read(project: str) -> tuple[list[str], dict[str, Row]]:
    """The names of all clients of a pyproject.toml, and what is known of them; raises what damaged notes raise."""
    with open(place(project), "rb") as file:
        kept = json.loads(file.read())
    return kept["every"], kept["clients"]


def write(project: str, every: Iterable[str], rows: Mapping[str, Row]) -> None:
    """A cache that cannot be written is none."""
    file = place(project)
    unfinished = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        _forget_old(os.path.dirname(file))
        with open(unfinished, "w", encoding="utf-8") as opened:
            json.dump({"project": project, "every": list(every), "clients": rows}, opened)
        os.replace(unfinished, file)
    except OSError:
        return


def place(project: str) -> str:
    """The file with the notes of a project."""
    name = hashlib.sha256(project.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return os.path.join(_cache(), "specloom", f"{name}.json")


def _forget_old(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_mtime < time.time() - _OLD:
                os.unlink(entry.path)


def _cache() -> str:
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches")
    return os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
