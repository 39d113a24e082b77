"""Cache of the last run of each client of a project, for the up-to-date check.

It is in the user's cache folder, because its content differs from machine to machine while outputs are the same everywhere. It may be removed
at any time. Best effort: a failure to write the cache is ignored.
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
    from typing import Any, NotRequired, TypeAlias, TypedDict

    Warning: TypeAlias = list[Any]
    """Path, line, column, rule, message, hint and length of a diagnostic."""

    class Record(TypedDict):
        """The last run of a client; paths are absolute."""

        inputs: list[str]
        """pyproject.toml, the spec folder, the folder of templates, the module or folder of the mock."""
        out: str
        staging: list[str]
        """Paths at which a killed run leaves staged files."""
        summary: str
        """The spec in a few words: `2 endpoints, 14 types`."""
        modules: list[str]
        """Files of the imported modules."""
        content: str
        """SHA-256 of the content of all inputs and modules."""
        plugins: list[str]
        """Folders of the packages with targets or auth schemes."""
        warnings: list[Warning]
        """Warnings about the spec, which every run repeats."""
        folder: str
        """Working folder of the run, to which the paths in warnings are relative."""
        manifest: str
        """SHA-256 of the manifest, which has the digests of the outputs."""
        stats: NotRequired[str]
        """SHA-256 of the file system's metadata of all these files."""
        stats_reliable: NotRequired[bool]
        """True if all files were old enough for any later change to show in the metadata."""


READ_ERRORS = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""Exceptions of `read` for a missing or damaged cache."""
_WARNING = [str, int, int, str, str, str, int]
"""Types of the parts of a warning."""
_MAX_AGE = 90 * 24 * 60 * 60
"""Seconds after which the cache of a project is removed."""


def read(project: str) -> tuple[list[str], dict[str, Record]]:
    """Return the names of all clients of a pyproject.toml, and their records; raises one of `READ_ERRORS`."""
    content = json.loads(bounded.read(cache_file(project), bounded.STATE))
    if not _is_string_list(content["names"]) or not all(
        map(_is_record, content["clients"].values())
    ):
        raise ValueError(project)
    return content["names"], content["clients"]


def _is_string_list(value: Any) -> bool:
    if not isinstance(value, list):
        return False
    types = set(map(type, value))  # pyright: ignore[reportUnknownArgumentType]
    return types <= {str}


def _is_record(record: Any) -> bool:
    strings = (
        record["out"],
        record["summary"],
        record["content"],
        record["manifest"],
        record["folder"],
        record.get("stats", ""),
    )
    lists = (record["inputs"], record["staging"], record["modules"], record["plugins"])
    return (
        all(isinstance(string, str) for string in strings)
        and all(map(_is_string_list, lists))
        and all(list(map(type, row)) == _WARNING for row in record["warnings"])
        and isinstance(record.get("stats_reliable", False), bool)
    )


def write(project: str, names: Iterable[str], records: Mapping[str, Record]) -> None:
    """Write the cache of a project; errors are ignored."""
    file = cache_file(project)
    unfinished = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        _remove_old_files(os.path.dirname(file))
        with open(unfinished, "w", encoding="utf-8") as opened:
            json.dump({"project": project, "names": list(names), "clients": records}, opened)
        os.replace(unfinished, file)
    except OSError:
        _remove(unfinished)


def cache_file(project: str) -> str:
    """Return the path of the cache for the project with this pyproject.toml."""
    name = hashlib.sha256(project.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return os.path.join(_cache_folder(), "specloom", f"{name}.json")


def _remove_old_files(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_mtime < time.time() - _MAX_AGE:
                _remove(entry.path)


def _remove(path: str) -> None:
    """Remove a file if it exists; a folder is left alone."""
    try:
        os.unlink(path)
    except OSError:
        return


def _cache_folder() -> str:
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches")
    return os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
