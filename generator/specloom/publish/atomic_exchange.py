"""Atomic exchange of two files or folders: `renameat2(2)` with `RENAME_EXCHANGE`, Linux 3.15 and later.

Some file systems do not support it: overlayfs, which most containers use, fails with EXDEV; a mount point fails with EBUSY.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_UNSUPPORTED = {
    errno.EXDEV,
    errno.EBUSY,
    errno.ENOSYS,
    errno.EINVAL,
    errno.EPERM,
    errno.EMLINK,
    errno.EOPNOTSUPP,
    errno.ENOTSUP,
}


class Unsupported(Exception):
    """The system or the file system does not support an operation; the caller falls back to another one."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error
        """Reported if the fallback is not supported either."""


def exchange(first: Path, second: Path) -> None:
    """Exchange two existing paths. Raises `Unsupported` where that is not possible."""
    rename = _renameat2()
    if rename is None:
        raise Unsupported(OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(second)))
    if rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE):
        from ctypes import get_errno

        number = get_errno()
        raise translate(OSError(number, os.strerror(number), str(second)))


def link(source: Path, path: Path) -> None:
    """Create a hard link to a file or to a symbolic link itself. Raises `Unsupported` where that is not possible."""
    try:
        os.link(source, path, follow_symlinks=False)
    except OSError as error:
        raise translate(error) from None


def move(source: Path, path: Path) -> None:
    """Rename to a free path. Raises `Unsupported` where that is not possible: a mount point cannot be replaced."""
    try:
        os.rename(source, path)
    except OSError as error:
        raise translate(error) from None


def translate(error: OSError) -> Unsupported | OSError:
    """Return `Unsupported` for an errno that means so, else the error itself."""
    return Unsupported(error) if error.errno in _UNSUPPORTED else error


@lru_cache
def _renameat2() -> Callable[..., Any] | None:
    if not sys.platform.startswith("linux"):
        return None
    import ctypes  # slow to import, and a new output does not need it

    try:
        function: Callable[..., Any] = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):  # a C library without it
        return None
    return function
