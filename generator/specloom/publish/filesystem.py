"""The disk in the words that publishing needs; links are never followed, and what it refuses is said with the file's name."""

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
def refusals(place: Path) -> Generator[None, None, None]:
    """Errors of the disk as a `UsageError` that names the file; `place` is named where the system does not say which."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{error.filename or place}: {error.strerror or error}", DISK) from None


def status(path: Path) -> os.stat_result | None:
    """What is at a path, itself and not what it links to; None if nothing is."""
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def is_folder(path: Path) -> bool:
    found = status(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """What a folder holds, by name."""
    with os.scandir(folder) as found:
        return sorted(found, key=lambda entry: entry.name)


def files(folder: Path) -> Iterator[Path]:
    """All files, links and the like below a folder, if there is one."""
    if not is_folder(folder):
        return
    for entry in entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from files(folder / entry.name)
        else:
            yield folder / entry.name


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest_of(path: Path) -> str:
    """The same of a regular file; a link is refused."""
    return bounded.digest(path, follow=False)


def read_state(path: Path) -> bytes:
    """The content of a file that specloom writes for itself; a link is refused."""
    return bounded.read(path, bounded.STATE, follow=False)


def write(path: Path, content: bytes, instead_of: os.stat_result | None = None) -> None:
    """A new file, and the folders that it needs.

    Python takes compiled code for current if second and size of its source are the same. A file that takes the place of another is
    therefore always dated at least a second later, however fast one run follows another.
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
        raise _named(error, path) from None
    finally:
        os.close(descriptor)
    if instead_of is not None and int(time.time()) <= int(instead_of.st_mtime):
        later = (int(instead_of.st_mtime) + 1) * 10**9
        os.utime(path, ns=(later, later))


def remove(folder: Path) -> None:
    """Remove a folder with everything in it."""
    for entry in entries(folder):
        if entry.is_dir(follow_symlinks=False):
            remove(folder / entry.name)
        else:
            os.unlink(entry.path)
    os.rmdir(folder)


def forget_compiled(source: Path) -> None:
    """Remove what Python compiled from a source file; it is made again."""
    cache = source.parent / PYCACHE
    if source.suffix == ".py" and is_folder(cache):
        for entry in entries(cache):
            if entry.name.startswith(f"{source.stem}.") and entry.name.endswith(".pyc"):
                os.unlink(entry.path)


def prune(folder: Path, until: Path) -> None:
    """Remove a folder that has become empty, and those above it, below `until`."""
    while folder != until:
        with contextlib.suppress(OSError):
            os.rmdir(folder / PYCACHE)
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = folder.parent


def _named(error: OSError, path: Path) -> OSError:
    return OSError(error.errno, error.strerror or str(error), str(path))
