"""Whether a run could change anything: decided by looking at files, before anything is read, parsed or imported.

After a run the state of all that took part is noted: pyproject.toml, the spec, templates, specloom itself and every module that it imported,
and the outputs. The next run looks again. Only what the file system says of the files is compared (size, inode, times), as git does; where
that differs, or is too fresh to be trusted, their content.

The notes stand in the user's cache folder, because they differ from machine to machine: outputs are the same everywhere. They may be removed
at any time, and a run that finds none, or cannot write them, does all of its work. This module imports little, since it is most of what a
run costs that has nothing to do.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from . import __version__

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
_OLD = 90 * 24 * 60 * 60
"""Seconds after which the notes of a project are removed."""
_HERE = os.path.dirname(os.path.abspath(__file__))
_LIBRARY = os.path.dirname(os.__file__)


class Note:
    """A client of which a run is known to change nothing."""

    __slots__ = ("files", "name", "out", "told")

    def __init__(self, name: str, row: Row) -> None:
        self.name = name
        self.out = row["out"]
        self.told = row["told"]
        self.files = len(_manifest(row["out"]))


def found(start: str, wanted: Sequence[str]) -> list[Note] | None:
    """The clients wanted (all, if none is named) of the project that a folder lies in, if none of them has anything to do."""
    project = _project(os.path.abspath(start))
    try:
        return _found(project, wanted) if project else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # the notes are damaged, or something is not there
        return None


def _found(project: str, wanted: Sequence[str]) -> list[Note] | None:
    every, rows = _notes(project)
    names = list(dict.fromkeys(wanted)) if wanted else every
    renewed: dict[str, Row] = {}
    for name in names:
        state = _state(rows[name])
        if state is None:
            return None
        if state is not rows[name]:
            renewed[name] = state
    if renewed:
        _write(project, every, rows | renewed)
    return [Note(name, rows[name]) for name in names] or None


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
        kept = {name: row for name, row in _notes(project)[1].items() if name in every and name not in done}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        kept = {}
    for name, client in done.items():
        row: Row = {
            "inputs": client["inputs"], "out": client["out"], "work": client["work"], "told": client["told"], "tools": tools,
            "content": "", "manifest": client["manifest"],
        }
        try:
            row = _looked(row)
            if client["before"] is not None and content(row["inputs"]) == client["before"] and _right(row):
                kept[name] = {**row, "content": _content(_sources(row))}
        except (OSError, ValueError, KeyError):
            continue
    _write(project, every, kept)


def _state(row: Row) -> Row | None:
    """The row, or a newer one, if nothing has changed; None if something has."""
    if any(os.path.lexists(place) for place in row["work"]):
        return None
    now = _looked(row)
    if now.get("looks") == row.get("looks") and row.get("settled"):
        return row
    return now if _content(_sources(row)) == row["content"] and _right(row) else None


def _looked(row: Row) -> Row:
    """The row with what the file system says of all files now."""
    now = time.time_ns()
    newest = 0
    lines: list[str] = []
    for path in (*_sources(row), *_outputs(row["out"])):
        found = os.lstat(path)
        newest = max(newest, found.st_mtime_ns, found.st_ctime_ns)
        lines.append(f"{path} {found.st_mode} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}")
        if stat.S_ISLNK(found.st_mode):
            lines.append(os.readlink(path))
    return {**row, "looks": _digest(lines), "settled": newest < now - _FRESH}


def _content(paths: Iterable[str]) -> str:
    lines: list[str] = []
    for path in paths:
        mode = os.stat(path).st_mode
        lines.append(f"{path} {stat.S_IFMT(mode)}")
        if stat.S_ISREG(mode):
            lines.append(hashlib.sha256(_read(path)).hexdigest())
    return _digest(lines)


def _right(row: Row) -> bool:
    """Whether the manifest is the one that was written, and every file what the manifest says."""
    if hashlib.sha256(_read(os.path.join(row["out"], MANIFEST))).hexdigest() != row["manifest"]:
        return False
    return all(hashlib.sha256(_read(f"{row['out']}/{path}")).hexdigest() == digest for path, digest in _manifest(row["out"]).items())


def _digest(lines: Iterable[str]) -> str:
    text = "\0".join((__version__, sys.version, *lines))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _sources(row: Row) -> Iterator[str]:
    """All that decides what is generated."""
    yield from row["tools"]
    yield from _below(_HERE)
    if not os.path.isdir(os.path.join(_HERE, "_templates")):
        yield from _below(os.path.join(os.path.dirname(os.path.dirname(_HERE)), "templates"))
    for place in row["inputs"]:
        yield from _input(place)


def _input(place: str) -> Iterator[str]:
    return _below(place, folders=True) if os.path.isdir(place) else iter((place,))


def _outputs(out: str) -> Iterator[str]:
    yield os.path.join(out, MANIFEST)
    for path in _manifest(out):
        yield f"{out}/{path}"


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
    foreign = (file for file in ours if not file.startswith((_LIBRARY, _HERE)) or "-packages" in file.removeprefix(_HERE))
    return sorted({*foreign, *(path for path in sys.path if path.endswith("-packages") and os.path.isdir(path))})


def _manifest(out: str) -> dict[str, str]:
    with open(os.path.join(out, MANIFEST), "rb") as file:
        rows = json.loads(file.read())["files"]
    return {str(path): str(digest) for path, digest in rows.items()}


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _project(folder: str) -> str | None:
    """The nearest pyproject.toml upwards; whether it is the one that counts is known by there being notes of it."""
    while not os.path.isfile(os.path.join(folder, _PROJECT)):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return os.path.join(folder, _PROJECT)


def _notes(project: str) -> tuple[list[str], dict[str, Row]]:
    kept = json.loads(_read(_place(project)))
    return kept["every"], kept["clients"]


def _write(project: str, every: Iterable[str], rows: dict[str, Row]) -> None:
    """A cache that cannot be written is none."""
    place = _place(project)
    unfinished = f"{place}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
        _forget_old(os.path.dirname(place))
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump({"project": project, "every": list(every), "clients": rows}, file)
        os.replace(unfinished, place)
    except OSError:
        return


def _forget_old(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_mtime < time.time() - _OLD:
                os.unlink(entry.path)


def _place(project: str) -> str:
    """The file with the notes of a project."""
    name = hashlib.sha256(project.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return os.path.join(_cache(), "specloom", f"{name}.json")


def _cache() -> str:
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches")
    return os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
