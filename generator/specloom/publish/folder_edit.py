"""Edits of a folder that belongs to the user: all files in one transaction, without a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from . import filesystem, lock, transaction
from .plan import Comparison


def edit_folder(
    folder: Path, old: Mapping[PurePosixPath, bytes], new: Mapping[PurePosixPath, bytes]
) -> None:
    """Turn the files `old`, as they were read, into `new`; other files of the folder are not touched.

    Raises `UsageError`, and leaves the folder as it was, if the disk refuses or another run keeps it locked for too long.
    """
    changed = tuple(path for path in sorted(new) if path in old and old[path] != new[path])
    missing = tuple(path for path in sorted(new) if path not in old)
    extra = tuple(path for path in sorted(old) if path not in new)
    if not (changed or missing or extra):
        return
    digests = {path: filesystem.digest(old[path]) for path in (*changed, *extra)}
    comparison = Comparison(folder, new, changed, missing, extra, (), (), digests, b"", True)
    with filesystem.disk_errors(folder), lock.exclusive(folder) as locks:
        transaction.recover(folder)
        transaction.write(comparison, locks)


def recover_folder(folder: Path) -> None:
    """Complete or discard the edit of a killed run; call it before reading the files to edit."""
    with filesystem.disk_errors(folder), lock.exclusive(folder):
        transaction.recover(folder)
