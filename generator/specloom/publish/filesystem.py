"""File operations for publishing: links are never followed, and errors name the file."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Generator, Iterator
from pathlib import Path

from .. import bounded
from ..diagnostics import DISK, UsageError

PYCACHE = "__pycache__"


@contextlib.contextmanager
def disk_errors(path: Path) -> Generator[None, None, None]:
    """Raise each `OSError` as a `UsageError` that names the file; `path` is named if the error has no file name."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{error.filename or path}: {error.strerror or error}", DISK) from None


def status(path: Path) -> os.stat_result | None:
    """Return the status of a path without following links; None if there is nothing."""
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def is_folder(path: Path) -> bool:
    found = status(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return the entries of a folder, sorted by name."""
    with os.scandir(folder) as unsorted:
        return sorted(unsorted, key=lambda entry: entry.name)


def files(folder: Path) -> Iterator[Path]:
    """Yield everything below a folder that is not a folder; nothing if the folder does not exist."""
    if not is_folder(folder):
        return
    for entry in entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from files(folder / entry.name)
        else:
            yield folder / entry.name


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a regular file; a link is an `OSError`."""
    return bounded.digest(path, follow=False)


def read_internal(path: Path) -> bytes:
    """Return the content of a manifest or journal; a link is an `OSError`."""
    return bounded.read(path, bounded.STATE, follow=False)


def write(path: Path, content: bytes, replaced: os.stat_result | None = None) -> None:
    """Write a new file and create its folders; `replaced` is the status of the file that it will replace.

    Python considers bytecode current if its source has the same size and the same time in seconds. So the new file is dated at least one
    second after the replaced one, however fast one run follows another.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags, 0o666)
    except FileNotFoundError:
        os.makedirs(path.parent, exist_ok=True)
        descriptor = os.open(path, flags, 0o666)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError as error:
        raise _with_path(error, path) from None
    finally:
        os.close(descriptor)
    if replaced is not None and int(time.time()) <= int(replaced.st_mtime):
        later = (int(replaced.st_mtime) + 1) * 10**9
        os.utime(path, ns=(later, later))


def remove(folder: Path) -> None:
    """Remove a folder and everything in it."""
    for entry in entries(folder):
        if entry.is_dir(follow_symlinks=False):
            remove(folder / entry.name)
        else:
            os.unlink(entry.path)
    os.rmdir(folder)


def remove_bytecode(source: Path) -> None:
    """Remove the bytecode of a Python source file."""
    cache = source.parent / PYCACHE
    if source.suffix == ".py" and is_folder(cache):
        for entry in entries(cache):
            if entry.name.startswith(f"{source.stem}.") and entry.name.endswith(".pyc"):
                os.unlink(entry.path)


def remove_empty(folder: Path, stop_at: Path) -> None:
    """Remove a folder if it is empty, and then its empty parents up to, but not including, `stop_at`."""
    while folder != stop_at:
        with contextlib.suppress(OSError):
            os.rmdir(folder / PYCACHE)
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = folder.parent


def _with_path(error: OSError, path: Path) -> OSError:
    return OSError(error.errno, error.strerror or str(error), str(path))
