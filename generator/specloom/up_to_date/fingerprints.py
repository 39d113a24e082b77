"""Whether a run could change anything: decided by looking at files, before anything is read, parsed or imported.

After a run the state of all that took part is noted: pyproject.toml, the spec, templates, specloom itself and every module that it imported,
and the outputs. The next run looks again. Only what the file system says of the files is compared (size, inode, times), as git does; where
that differs, or is too fresh to be trusted, their content.

A run that finds no notes does all of its work. This module imports little, since it is most of what a run costs that has nothing to do.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .. import __version__, bounded
from . import store
from .store import DAMAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    from .store import Row

    Look = tuple[str, os.stat_result]
    """A file, and what the file system says of it."""

    class Done(TypedDict):
        """A client after a run."""

        inputs: list[str]
        before: str | None
        """`content` of the inputs when the run began."""
        out: str
        work: list[str]
        told: str
        manifest: str


MANIFEST = ".specloom.json"
_PROJECT = "pyproject.toml"
_FRESH = 2 * 10**9
"""Nanoseconds. File systems date files by clocks that are this coarse (FAT) or finer, so a change within them may not show."""
_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARY = os.path.dirname(os.__file__)


class ClientRecord:
    """A client of which a run is known to change nothing."""

    __slots__ = ("files", "name", "out", "told")

    def __init__(self, name: str, row: Row) -> None:
        self.name = name
        self.out = row["out"]
        self.told = row["told"]
        self.files = len(_manifest(row["out"]))


def found(start: str, wanted: Sequence[str]) -> list[ClientRecord] | None:
    """The clients wanted (all, if none is named) of the project that a folder lies in, if none of them has anything to do."""
    try:
        project = _project(os.path.abspath(start))
        return _found(project, wanted) if project else None
    except DAMAGE:  # or something is not there
        return None


def _found(project: str, wanted: Sequence[str]) -> list[ClientRecord] | None:
    every, rows = store.read(project)
    names = list(dict.fromkeys(wanted)) if wanted else every
    renewed: dict[str, Row] = {}
    shared: dict[str, list[Look]] = {}
    for name in names:
        row = rows[name]
        tools = "\0".join(row["tools"])  # the same for all clients of one run
        if tools not in shared:
            shared[tools] = list(_looks(_shared(row["tools"])))
        state = _state(row, shared[tools])
        if state is None:
            return None
        if state is not row:
            renewed[name] = state
    if renewed:
        store.write(project, every, rows | renewed)
    return [ClientRecord(name, rows[name]) for name in names] or None


def content(inputs: Iterable[str]) -> str | None:
    """SHA-256 of files and of all that lies below folders; None if that cannot be read."""
    try:
        return _content(path for place in inputs for path in _input(place))
    except OSError:
        return None


def remember(project: str, every: Sequence[str], done: Mapping[str, Done]) -> None:
    """Note the clients that a run has brought up to date, unless one's inputs changed meanwhile, or its output."""
    tools = _modules()
    try:
        kept = {
            name: row
            for name, row in store.read(project)[1].items()
            if name in every and name not in done
        }
    except DAMAGE:
        kept = {}
    try:
        shared = list(_looks(_shared(tools)))
        generator = _generator(shared)
    except OSError:  # somebody installs something meanwhile
        return
    for name, client in done.items():
        row: Row = {
            "inputs": client["inputs"],
            "out": client["out"],
            "work": client["work"],
            "told": client["told"],
            "tools": tools,
            "content": "",
            "manifest": client["manifest"],
        }
        try:
            row = _looked(row, shared)
            if (
                client["before"] is not None
                and content(row["inputs"]) == client["before"]
                and _right(row)
            ):
                kept[name] = {**row, "content": _digest((generator, client["before"]))}
        except DAMAGE:
            continue
    store.write(project, every, kept)


def _state(row: Row, shared: Sequence[Look]) -> Row | None:
    """The row, or a newer one, if nothing has changed; None if something has."""
    if any(os.path.lexists(place) for place in row["work"]):
        return None
    now = _looked(row, shared)
    if now.get("looks") == row.get("looks") and row.get("settled"):
        return row
    whole = _digest((_generator(shared), _content(_own(row))))
    return now if whole == row["content"] and _right(row) else None


def _looked(row: Row, shared: Sequence[Look]) -> Row:
    """The row with what the file system says of all files now."""
    now = time.time_ns()
    newest = 0
    lines: list[str] = []
    for path, found in (*shared, *_looks(_own(row)), *_outputs(row["out"])):
        newest = max(newest, found.st_mtime_ns, found.st_ctime_ns)
        lines.append(
            f"{path} {found.st_mode} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
        )
    return {**row, "looks": _digest(lines), "settled": newest < now - _FRESH}


def _content(paths: Iterable[str]) -> str:
    lines: list[str] = []
    for path in paths:
        found = os.stat(path)
        lines.append(f"{path} {stat.S_IFMT(found.st_mode)}")
        if found.st_size > bounded.STATE:  # no run reads it
            lines.append(f"{found.st_ino} {found.st_size} {found.st_mtime_ns}")
        elif stat.S_ISREG(found.st_mode):
            lines.append(bounded.digest(path))
    return _digest(lines)


def _right(row: Row) -> bool:
    """Whether the manifest is the one that was written, and every file what the manifest says."""
    if bounded.digest(os.path.join(row["out"], MANIFEST)) != row["manifest"]:
        return False
    return all(
        bounded.digest(f"{row['out']}/{path}") == digest
        for path, digest in _manifest(row["out"]).items()
    )


def _digest(lines: Iterable[str]) -> str:
    text = "\0".join((__version__, sys.version, *lines))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _generator(shared: Sequence[Look]) -> str:
    """specloom and all that it imported: what the file system says of the files, or their content if that is too fresh to be trusted."""
    if (
        max(max(each.st_mtime_ns, each.st_ctime_ns) for _, each in shared)
        >= time.time_ns() - _FRESH
    ):
        return _content(path for path, _ in shared)
    return _digest(
        f"{path} {each.st_mode} {each.st_ino} {each.st_size} {each.st_mtime_ns}"
        for path, each in shared
    )


def _shared(tools: Iterable[str]) -> Iterator[str]:
    """specloom itself, and all that it imported."""
    yield from tools
    yield from _below(_HERE)
    if not os.path.isdir(os.path.join(_HERE, "_templates")):
        yield from _below(os.path.join(os.path.dirname(os.path.dirname(_HERE)), "templates"))


def _own(row: Row) -> Iterator[str]:
    """The client's inputs."""
    for place in row["inputs"]:
        yield from _input(place)


def _input(place: str) -> Iterator[str]:
    return _below(place, folders=True) if os.path.isdir(place) else iter((place,))


def _looks(paths: Iterable[str]) -> Iterator[Look]:
    """What the file system says of files; of a link, also what it says of the file that it leads to."""
    for path in paths:
        found = os.lstat(path)
        yield path, found
        if stat.S_ISLNK(found.st_mode):
            yield path, os.stat(path)


def _outputs(out: str) -> Iterator[Look]:
    """The same of an output; raises `ValueError` where something else stands for a file or a folder of it, such as a link to its like."""
    files = [os.path.join(out, MANIFEST), *(f"{out}/{path}" for path in _manifest(out))]
    folders = {out}
    for folder in {os.path.dirname(path) for path in files}:
        while folder not in folders:
            folders.add(folder)
            folder = os.path.dirname(folder)
    if not all(stat.S_ISDIR(os.lstat(folder).st_mode) for folder in folders):
        raise ValueError(out)
    for path in files:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError(path)
        yield path, found


def _below(folder: str, folders: bool = False) -> Iterator[str]:
    """All files below a folder but the hidden ones; also the folders in it, or else not what Python compiled."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.name.startswith(".") or (entry.name == "__pycache__" and not folders):
            continue
        if folders or not entry.is_dir(follow_symlinks=False):
            yield entry.path
        if entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path, folders)


def _modules() -> list[str]:
    """The files of all modules but those of Python itself, and the folders of installed packages."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    ours = {file for file in files if isinstance(file, str) and os.path.isabs(file)}
    foreign = (
        file
        for file in ours
        if not file.startswith((_LIBRARY, _HERE)) or "-packages" in file.removeprefix(_HERE)
    )
    return sorted(
        {
            *foreign,
            *(path for path in sys.path if path.endswith("-packages") and os.path.isdir(path)),
        }
    )


def _manifest(out: str) -> dict[str, str]:
    rows = json.loads(bounded.read(os.path.join(out, MANIFEST), bounded.STATE))["files"]
    return {str(path): str(digest) for path, digest in rows.items()}


def _project(folder: str) -> str | None:
    """The nearest pyproject.toml upwards that may speak of specloom; whether it does is known by there being notes of it."""
    while not _speaks(os.path.join(folder, _PROJECT)):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return os.path.join(folder, _PROJECT)


def _speaks(project: str) -> bool:
    """Whether there is such a file, and `specloom` in it elsewhere than in lines that are comments, as in projects that it generated."""
    if not os.path.isfile(project):
        return False
    lines = bounded.read(project, bounded.TEXT).splitlines()
    return any(b"specloom" in line and not line.lstrip().startswith(b"#") for line in lines)
