"""Bounded reads: regular files up to a size limit, so that no input can block a run or exhaust memory.

Errors are `OSError`s that name the file, like those of the system. The module imports little, because the up-to-date check uses it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat

MEGABYTE = 1 << 20
TEXT = 2 * MEGABYTE
"""Limit in bytes for files written by people: specs, templates, settings."""
STATE = 64 * MEGABYTE
"""Limit in bytes for files that specloom writes for itself."""
_PIECE = 64 * 1024


def read(path: str | os.PathLike[str], limit: int, *, follow: bool = True) -> bytes:
    """Return the content of a regular file of at most `limit` bytes; with `follow` false, a link raises `OSError`."""
    descriptor = _open(path, follow)
    with os.fdopen(descriptor, "rb") as file:
        if os.fstat(descriptor).st_size > limit:
            raise _too_large(path, limit)
        content = file.read(limit + 1)  # the file may grow, and some files report no size
    if len(content) > limit:
        raise _too_large(path, limit)
    return content


def digest(path: str | os.PathLike[str], *, follow: bool = True) -> str:
    """Return the SHA-256 of a regular file of any size, in hexadecimal."""
    found = hashlib.sha256()
    descriptor = _open(path, follow)
    try:
        while piece := os.read(descriptor, _PIECE):
            found.update(piece)
    finally:
        os.close(descriptor)
    return found.hexdigest()


def _open(path: str | os.PathLike[str], follow: bool) -> int:
    """Open a regular file without waiting for the writer of a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags if follow else flags | getattr(os, "O_NOFOLLOW", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
    return descriptor


def _too_large(path: str | os.PathLike[str], limit: int) -> OSError:
    return OSError(errno.EFBIG, f"file is larger than {limit // MEGABYTE} MB", os.fspath(path))
