"""One run at a time writes an output folder.

The lock is `flock(2)` on the folder itself: no file is left, and the system gives it back when a run is killed. Where there is none
(Windows, some network file systems) runs are not kept apart.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Generator
from pathlib import Path

from ..diagnostics import BUSY, UsageError
from . import filesystem

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PATIENCE = 10.0
"""Seconds that a run waits for another: writing takes far less, so one that holds the folder longer does not work."""
_PAUSE = 0.02
_UNSUPPORTED = {
    errno.ENOLCK,
    errno.EBADF,
    errno.ENOSYS,
    errno.EINVAL,
    errno.EOPNOTSUPP,
    errno.ENOTSUP,
}


class HeldLocks(contextlib.ExitStack):
    """Locks that are held until the run has ended."""

    def also(self, folder: Path) -> None:
        """Hold a folder that is about to take the locked one's place, so that who waits finds it locked too."""
        if fcntl:
            descriptor = os.open(folder, os.O_RDONLY)
            self.callback(_give_back, descriptor)
            _take(descriptor, fcntl.LOCK_EX)


@contextlib.contextmanager
def exclusive(folder: Path) -> Generator[HeldLocks, None, None]:
    """Makes the folder if it is not there, and holds it; a run that fails does not leave one that it made."""
    until = time.monotonic() + PATIENCE
    with HeldLocks() as held:
        made = _make(folder)
        try:
            while fcntl and not _holds(held, folder, fcntl.LOCK_EX):
                if time.monotonic() > until:
                    raise UsageError(f"another run holds {folder}; let it end, or end it", BUSY)
                time.sleep(_PAUSE)
                made += _make(folder)
            yield held
        except BaseException:
            for place in reversed(made):
                with contextlib.suppress(OSError):
                    os.rmdir(place)
            raise


@contextlib.contextmanager
def shared(folder: Path) -> Generator[None, None, None]:
    """Waits for a run that is writing and keeps others from it; a folder that is not there is nobody's."""
    until = time.monotonic() + PATIENCE
    with HeldLocks() as held:
        while fcntl and filesystem.is_folder(folder) and not _holds(held, folder, fcntl.LOCK_SH):
            if time.monotonic() > until:
                raise UsageError(f"another run holds {folder}; let it end, or end it", BUSY)
            time.sleep(_PAUSE)
        yield


def _holds(held: HeldLocks, folder: Path, kind: int) -> bool:
    """Whether the lock could be had on what lies at the path now; a folder may be exchanged while one waits for it."""
    try:
        descriptor = os.open(
            folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
        )
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno in (
            errno.ENOTDIR,
            errno.ELOOP,
        ):  # a file or a link: comparing refuses it, with a better word
            return True
        raise
    here = filesystem.status(folder)
    if (
        _take(descriptor, kind)
        and here is not None
        and os.path.samestat(os.fstat(descriptor), here)
    ):
        held.callback(_give_back, descriptor)
        return True
    os.close(descriptor)
    return False


def _take(descriptor: int, kind: int) -> bool:
    assert fcntl is not None  # else nobody asks
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
    return True


def _give_back(descriptor: int) -> None:
    with contextlib.suppress(OSError):  # the run has done its work
        os.close(descriptor)


def _make(folder: Path) -> list[Path]:
    """Makes a folder and those above it; returns the ones that were not there."""
    absent = [folder]
    while filesystem.status(absent[-1]) is None and absent[-1] != absent[-1].parent:
        absent.append(absent[-1].parent)
    made = list(reversed(absent[:-1]))
    for place in made:
        with contextlib.suppress(
            FileExistsError, FileNotFoundError
        ):  # another run makes it, or clears up after itself
            os.mkdir(place)
    return made
