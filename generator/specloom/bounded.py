"""Bounded reads: regular files only, their size checked first, so that no input can block a run or exhaust memory.

Every refusal is an `OSError` that names the file, like those of the system. It imports little, for the up-to-date check does.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat

MEGABYTE = 1 << 20
TEXT = 2 * MEGABYTE
"""The limit of what people write: specs, templates, settings."""
STATE = 64 * MEGABYTE
"""The limit of what specloom writes for itself."""
_PIECE = 64 * 1024


def read(path: str | os.PathLike[str], limit: int, *, follow: bool = True) -> bytes:
    """The content of a regular file within a limit in bytes; with `follow` false a link is refused."""
    descriptor = _open(path, follow)
    with os.fdopen(descriptor, "rb") as file:
        if os.fstat(descriptor).st_size > limit:
            raise _too_large(path, limit)
        content = file.read(limit + 1)  # it may grow, and some files do not tell their size
    if len(content) > limit:
        raise _too_large(path, limit)
    return content


def digest(path: str | os.PathLike[str], *, follow: bool = True) -> str:
    """SHA-256 of a regular file of any size, in hexadecimal digits."""
    found = hashlib.sha256()
    descriptor = _open(path, follow)
    try:
        while piece := os.read(descriptor, _PIECE):
            found.update(piece)
    finally:
        os.close(descriptor)
    return found.hexdigest()


def _open(path: str | os.PathLike[str], follow: bool) -> int:
    """A descriptor of a regular file; a pipe is not waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags if follow else flags | getattr(os, "O_NOFOLLOW", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "this is not a regular file", os.fspath(path))
    return descriptor


def _too_large(path: str | os.PathLike[str], limit: int) -> OSError:
    return OSError(errno.EFBIG, f"the file is larger than {limit // MEGABYTE} MB", os.fspath(path))
