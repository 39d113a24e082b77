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

from .. import bounded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NotRequired, TypedDict

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


DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading raises where the notes are damaged, whatever they hold instead."""
_OLD = 90 * 24 * 60 * 60
"""Seconds after which the notes of a project are removed."""


def read(project: str) -> tuple[list[str], dict[str, Row]]:
    """The names of all clients of a pyproject.toml, and what is known of them; raises what damaged notes raise."""
    kept = json.loads(bounded.read(place(project), bounded.STATE))
    if not _is_texts(kept["every"]) or not all(map(_is_row, kept["clients"].values())):
        raise ValueError(project)
    return kept["every"], kept["clients"]


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, str) for item in value
    )  # pyright: ignore[reportUnknownVariableType]


def _is_row(row: Any) -> bool:
    texts = (row["out"], row["told"], row["content"], row["manifest"], row.get("looks", ""))
    lists = (row["inputs"], row["work"], row["tools"])
    return (
        all(isinstance(text, str) for text in texts)
        and all(map(_is_texts, lists))
        and isinstance(row.get("settled", False), bool)
    )


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
        _remove(unfinished)


def place(project: str) -> str:
    """The file with the notes of a project."""
    name = hashlib.sha256(project.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return os.path.join(_cache(), "specloom", f"{name}.json")


def _forget_old(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_mtime < time.time() - _OLD:
                _remove(entry.path)


def _remove(path: str) -> None:
    """Remove a file if it is there; a folder is not ours."""
    try:
        os.unlink(path)
    except OSError:
        return


def _cache() -> str:
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches")
    return os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
