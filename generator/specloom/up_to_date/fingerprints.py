"""Up-to-date check from recorded file fingerprints. It imports little, because it is most of the cost of a run that has nothing to do.

A run records the fingerprints of all files that took part in it: pyproject.toml, the spec, templates, specloom itself, every module that it
imported, and the outputs. The next run compares them. It compares metadata (size, inode, times), as git does, and reads a file only if its
metadata differs or is too recent to be reliable.

Without a record a run does all of its work.
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
from .store import READ_ERRORS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    from .store import Record, Warning

    FileStatus = tuple[str, os.stat_result]

    class FinishedClient(TypedDict):
        """A client that a run has brought up to date."""

        inputs: list[str]
        content_before: str | None
        """`content` of the inputs when the run began."""
        out: str
        staging: list[str]
        summary: str
        manifest: str
        warnings: list[Warning]
        folder: str


MANIFEST = ".specloom.json"
_PYPROJECT = "pyproject.toml"
_CLOCK_STEP = 2 * 10**9
"""Nanoseconds. Times of files are as coarse as this (FAT) or finer, so a second change within it may not show in the metadata."""
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_STANDARD_LIBRARY = os.path.dirname(os.__file__)


class UpToDateClient:
    """A client for which a run would change nothing."""

    __slots__ = ("files", "name", "out", "summary", "warnings")

    def __init__(self, name: str, record: Record) -> None:
        self.name = name
        self.out = record["out"]
        self.summary = record["summary"]
        self.warnings = record["warnings"]
        self.files = len(_manifest(record["out"]))


def find_up_to_date(start: str, names: Sequence[str]) -> list[UpToDateClient] | None:
    """Return the named clients, or all, of the project around a folder if all of them are up to date, else None."""
    try:
        project = _find_project(os.path.abspath(start))
        return _up_to_date_clients(project, names) if project else None
    except READ_ERRORS:  # also for a file that does not exist
        return None


def _up_to_date_clients(project: str, names: Sequence[str]) -> list[UpToDateClient] | None:
    all_names, records = store.read(project)
    selected = list(dict.fromkeys(names)) if names else all_names
    renewed: dict[str, Record] = {}
    generator_files: dict[str, list[FileStatus]] = {}
    for name in selected:
        record = records[name]
        packages = (record["modules"], record["plugins"])
        key = "\0".join((*packages[0], *packages[1]))  # the same for all clients of one run
        if key not in generator_files:
            generator_files[key] = list(_statuses(_generator_paths(*packages)))
        current = _check(record, generator_files[key])
        if current is None:
            return None
        if current is not record:
            renewed[name] = current
    if renewed:
        store.write(project, all_names, records | renewed)
    return [UpToDateClient(name, records[name]) for name in selected] or None


def content(inputs: Iterable[str]) -> str | None:
    """Return the SHA-256 of files and of everything below folders; None if one cannot be read."""
    try:
        return _content(path for given in inputs for path in _expand(given))
    except OSError:
        return None


def remember(
    project: str,
    names: Sequence[str],
    finished: Mapping[str, FinishedClient],
    plugins: list[str],
) -> None:
    """Record the clients that a run has brought up to date, except those whose inputs or outputs changed during the run.

    `plugins` are the folders of packages that took part in the run.
    """
    modules = _imported_modules()
    try:
        records = {
            name: record
            for name, record in store.read(project)[1].items()
            if name in names and name not in finished
        }
    except READ_ERRORS:
        records = {}
    try:
        generator_files = list(_statuses(_generator_paths(modules, plugins)))
        generator = _generator_fingerprint(generator_files)
    except OSError:  # a package is being installed at the same time
        return
    for name, client in finished.items():
        record: Record = {
            "inputs": client["inputs"],
            "out": client["out"],
            "staging": client["staging"],
            "summary": client["summary"],
            "modules": modules,
            "content": "",
            "manifest": client["manifest"],
            "plugins": plugins,
            "warnings": client["warnings"],
            "folder": client["folder"],
        }
        try:
            record = _with_stats(record, generator_files)
            if (
                client["content_before"] is not None
                and content(record["inputs"]) == client["content_before"]
                and _outputs_match(record)
            ):
                fingerprint = _digest((generator, client["content_before"]))
                records[name] = {**record, "content": fingerprint}
        except READ_ERRORS:
            continue
    store.write(project, names, records)


def _check(record: Record, generator_files: Sequence[FileStatus]) -> Record | None:
    """Return the record, or one with newer metadata, if nothing has changed, else None."""
    if any(os.path.lexists(path) for path in record["staging"]):
        return None
    if record["warnings"] and record["folder"] != os.getcwd():  # their paths would differ
        return None
    current = _with_stats(record, generator_files)
    if current.get("stats") == record.get("stats") and record.get("stats_reliable"):
        return record
    generator = _generator_fingerprint(generator_files)
    fingerprint = _digest((generator, _content(_input_paths(record))))
    return current if fingerprint == record["content"] and _outputs_match(record) else None


def _with_stats(record: Record, generator_files: Sequence[FileStatus]) -> Record:
    """Return the record with the current metadata of all files."""
    now = time.time_ns()
    newest = 0
    lines: list[str] = []
    for path, status in (
        *generator_files,
        *_statuses(_input_paths(record)),
        *_output_statuses(record["out"]),
    ):
        newest = max(newest, status.st_mtime_ns, status.st_ctime_ns)
        lines.append(
            f"{path} {status.st_mode} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
        )
    return {**record, "stats": _digest(lines), "stats_reliable": newest < now - _CLOCK_STEP}


def _content(paths: Iterable[str]) -> str:
    lines: list[str] = []
    for path in paths:
        status = os.stat(path)
        lines.append(f"{path} {stat.S_IFMT(status.st_mode)}")
        if status.st_size > bounded.STATE:  # too large for a run to read
            lines.append(f"{status.st_ino} {status.st_size} {status.st_mtime_ns}")
        elif stat.S_ISREG(status.st_mode):
            lines.append(bounded.digest(path))
    return _digest(lines)


def _outputs_match(record: Record) -> bool:
    """Return whether the manifest is the recorded one, and every output has the digest in the manifest."""
    if bounded.digest(os.path.join(record["out"], MANIFEST)) != record["manifest"]:
        return False
    return all(
        bounded.digest(f"{record['out']}/{path}") == digest
        for path, digest in _manifest(record["out"]).items()
    )


def _digest(lines: Iterable[str]) -> str:
    text = "\0".join((__version__, sys.version, *lines))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _generator_fingerprint(files: Sequence[FileStatus]) -> str:
    """Return a fingerprint of specloom and its imports: of the metadata, or of the content if the metadata is too recent."""
    newest = max(max(status.st_mtime_ns, status.st_ctime_ns) for _, status in files)
    if newest >= time.time_ns() - _CLOCK_STEP:
        return _content(path for path, _ in files)
    return _digest(
        f"{path} {status.st_mode} {status.st_ino} {status.st_size} {status.st_mtime_ns}"
        for path, status in files
    )


def _generator_paths(modules: Iterable[str], plugins: Iterable[str]) -> Iterator[str]:
    """Yield the files of specloom, of its imports and of packages with plugins."""
    yield from modules
    for folder in plugins:
        yield from _below(folder)
    yield from _below(_PACKAGE)
    if not os.path.isdir(os.path.join(_PACKAGE, "_templates")):
        yield from _below(os.path.join(os.path.dirname(os.path.dirname(_PACKAGE)), "templates"))


def _input_paths(record: Record) -> Iterator[str]:
    for path in record["inputs"]:
        yield from _expand(path)


def _expand(path: str) -> Iterator[str]:
    return _below(path, folders=True) if os.path.isdir(path) else iter((path,))


def _statuses(paths: Iterable[str]) -> Iterator[FileStatus]:
    """Yield the status of each path; for a link, also that of the file that it leads to."""
    for path in paths:
        status = os.lstat(path)
        yield path, status
        if stat.S_ISLNK(status.st_mode):
            yield path, os.stat(path)


def _output_statuses(out: str) -> Iterator[FileStatus]:
    """Yield the status of each output; raises `ValueError` if a file or folder of it was replaced by something else, such as a link."""
    files = [os.path.join(out, MANIFEST), *(f"{out}/{path}" for path in _manifest(out))]
    folders = {out}
    for folder in {os.path.dirname(path) for path in files}:
        while folder not in folders:
            folders.add(folder)
            folder = os.path.dirname(folder)
    if not all(stat.S_ISDIR(os.lstat(folder).st_mode) for folder in folders):
        raise ValueError(out)
    for path in files:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(path)
        yield path, status


def _below(folder: str, folders: bool = False) -> Iterator[str]:
    """Yield all paths below a folder except hidden ones: either files and folders, or files without bytecode."""
    with os.scandir(folder) as unsorted:
        entries = sorted(unsorted, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.startswith(".") or (entry.name == "__pycache__" and not folders):
            continue
        if folders or not entry.is_dir(follow_symlinks=False):
            yield entry.path
        if entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path, folders)


def _imported_modules() -> list[str]:
    """Return the files of all imported modules outside specloom and the standard library, and the folders of installed packages."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    absolute = {file for file in files if isinstance(file, str) and os.path.isabs(file)}
    installed = (
        file
        for file in absolute
        if not file.startswith((_STANDARD_LIBRARY, _PACKAGE))
        or "-packages" in file.removeprefix(_PACKAGE)
    )
    return sorted(
        {
            *installed,
            *(path for path in sys.path if path.endswith("-packages") and os.path.isdir(path)),
        }
    )


def _manifest(out: str) -> dict[str, str]:
    files = json.loads(bounded.read(os.path.join(out, MANIFEST), bounded.STATE))["files"]
    return {str(path): str(digest) for path, digest in files.items()}


def _find_project(folder: str) -> str | None:
    """Return the nearest pyproject.toml upwards that mentions specloom; only one with `[tool.specloom]` has a record."""
    while not _mentions_specloom(os.path.join(folder, _PYPROJECT)):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    return os.path.join(folder, _PYPROJECT)


def _mentions_specloom(pyproject: str) -> bool:
    """Return whether the file exists and has `specloom` outside comments; generated projects have it in a comment."""
    if not os.path.isfile(pyproject):
        return False
    lines = bounded.read(pyproject, bounded.TEXT).splitlines()
    return any(b"specloom" in line and not line.lstrip().startswith(b"#") for line in lines)
