"""Lock on an output folder: one writer at a time.

It is an advisory `flock(2)` on the folder itself: it leaves no file behind, and the system releases it when a run is killed. Systems
without `flock` (Windows, some network file systems) have no lock.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Generator
from pathlib import Path

from ..diagnostics import BUSY, UsageError, display_path
from . import filesystem

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

TIMEOUT = 10.0
"""Seconds to wait for another run; writing takes far less, so a run that holds the lock longer is stuck."""
_POLL_INTERVAL = 0.02
"""Seconds between two attempts to lock."""
_UNSUPPORTED = {
    errno.ENOLCK,
    errno.EBADF,
    errno.ENOSYS,
    errno.EINVAL,
    errno.EOPNOTSUPP,
    errno.ENOTSUP,
}


class Locks(contextlib.ExitStack):
    """Locks held until the end of a `with` block."""

    def add(self, folder: Path) -> None:
        """Lock a folder that will replace the locked one, so that waiting runs find it locked too."""
        if fcntl:
            descriptor = os.open(folder, os.O_RDONLY)
            self.callback(_close, descriptor)
            _try_lock(descriptor, fcntl.LOCK_EX)


@contextlib.contextmanager
def exclusive(folder: Path) -> Generator[Locks, None, None]:
    """Create the folder if needed, and lock it for writing; if the block fails, remove the folders that were created.

    Raises `UsageError` after `TIMEOUT` seconds.
    """
    deadline = time.monotonic() + TIMEOUT
    with Locks() as locks:
        created = _create(folder)
        try:
            while fcntl and not _acquire(locks, folder, fcntl.LOCK_EX):
                if time.monotonic() > deadline:
                    raise _busy(folder)
                time.sleep(_POLL_INTERVAL)
                created += _create(folder)
            yield locks
        except BaseException:
            for created_folder in reversed(created):
                with contextlib.suppress(OSError):
                    os.rmdir(created_folder)
            raise


@contextlib.contextmanager
def shared(folder: Path) -> Generator[None, None, None]:
    """Lock the folder for reading; a folder that does not exist needs no lock. Raises `UsageError` after `TIMEOUT` seconds."""
    deadline = time.monotonic() + TIMEOUT
    with Locks() as locks:
        while fcntl and filesystem.is_folder(folder) and not _acquire(locks, folder, fcntl.LOCK_SH):
            if time.monotonic() > deadline:
                raise _busy(folder)
            time.sleep(_POLL_INTERVAL)
        yield


def _busy(folder: Path) -> UsageError:
    return UsageError(
        f"another specloom process is writing to {display_path(folder)}; wait for it to finish, or end it",
        BUSY,
    )


def _acquire(locks: Locks, folder: Path, operation: int) -> bool:
    """Try to lock the folder that is at the path now; it may be exchanged for another while a run waits for the lock."""
    try:
        descriptor = os.open(
            folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
        )
    except FileNotFoundError:
        return False
    except OSError as error:
        # A file or a link: `compare` refuses it with a clearer message.
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            return True
        raise
    current = filesystem.status(folder)
    if (
        _try_lock(descriptor, operation)
        and current is not None
        and os.path.samestat(os.fstat(descriptor), current)
    ):
        locks.callback(_close, descriptor)
        return True
    os.close(descriptor)
    return False


def _try_lock(descriptor: int, operation: int) -> bool:
    assert fcntl is not None  # callers check it
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
    return True


def _close(descriptor: int) -> None:
    with contextlib.suppress(OSError):  # the output is complete, so an error here changes nothing
        os.close(descriptor)


def _create(folder: Path) -> list[Path]:
    """Create a folder and its parents; return those that did not exist."""
    absent = [folder]
    while filesystem.status(absent[-1]) is None and absent[-1] != absent[-1].parent:
        absent.append(absent[-1].parent)
    created = list(reversed(absent[:-1]))
    for created_folder in created:
        # Another run may create it, or remove what it created.
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            os.mkdir(created_folder)
    return created
