"""Exchanging two files or folders in one indivisible step: `renameat2(2)` with `RENAME_EXCHANGE`, Linux 3.15 and later.

Not every file system can: overlayfs, which is under every container, refuses with EXDEV, a mount point is EBUSY.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

_HERE = -100  # AT_FDCWD
_RENAME_EXCHANGE = 2
_CANNOT = {
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
    """This cannot be done here, by the nature of the system or the file system; there is another way."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error
        """What to say where the other way is refused too."""


def exchange(one: Path, other: Path) -> None:
    """Both exist; afterwards each is where the other was. Raises `Unsupported` where that is not possible."""
    rename = _renameat2()
    if rename is None:
        raise Unsupported(OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(other)))
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _RENAME_EXCHANGE):
        from ctypes import get_errno

        number = get_errno()
        raise cannot(OSError(number, os.strerror(number), str(other)))


def link(source: Path, path: Path) -> None:
    """Another name for the same file, or for the same symbolic link. Raises `Unsupported` where that is not possible."""
    try:
        os.link(source, path, follow_symlinks=False)
    except OSError as error:
        raise cannot(error) from None


def move(source: Path, path: Path) -> None:
    """A new name where nothing is. Raises `Unsupported` where that is not possible: a mount point cannot be replaced."""
    try:
        os.rename(source, path)
    except OSError as error:
        raise cannot(error) from None


def cannot(error: OSError) -> Unsupported | OSError:
    """`Unsupported` for an error that says so, else the error itself."""
    return Unsupported(error) if error.errno in _CANNOT else error


@lru_cache
def _renameat2() -> Callable[..., Any] | None:
    if not sys.platform.startswith("linux"):
        return None
    import ctypes  # an output that is new needs none of it

    try:
        function: Callable[..., Any] = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):  # a C library without it
        return None
    return function
