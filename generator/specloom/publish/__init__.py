"""Output writer: compares generated files with the disk and updates the disk in one transaction. Nothing else writes outputs.

    lock ─▶ recover from a killed run ─▶ compare ─▶ stage ─▶ write the journal ─▶ apply the steps ─▶ clean up

The manifest, `.specloom.json`, lists the generated files and their SHA-256. It tells generated files from others: foreign files are never
touched, stale generated files are removed, and a file that was edited by hand is overwritten only with `force`.

All new files are staged first. Then whole folders are exchanged atomically where the system supports it, so a reader sees either the old
build or the new one; elsewhere files are replaced one by one. Each step can be reverted until the last one is applied. The journal lets the
next run complete what a killed run began.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ..diagnostics import BUSY, UsageError, display_path
from . import filesystem, lock, transaction
from .folder_edit import edit_folder, recover_folder
from .manifest import MANIFEST
from .plan import Comparison, require_folder
from .plan import compare as _compare
from .staging import staging_paths

__all__ = [
    "MANIFEST",
    "Comparison",
    "compare",
    "edit_folder",
    "publish",
    "recover_folder",
    "staging_paths",
]


def compare(folder: Path, files: Mapping[PurePosixPath, str]) -> Comparison:
    """Return the differences between the files and the folder; wait for a run that is writing.

    Raises `UsageError` if the folder is not an output of specloom.
    """
    with filesystem.disk_errors(folder), lock.shared(folder):
        return _compare(folder, files)


def publish(folder: Path, files: Mapping[PurePosixPath, str], *, force: bool = False) -> Comparison:
    """Bring the folder up to date and return the differences that it had; unchanged files are not touched.

    Raises `UsageError`, and leaves the folder as it was, if it is not an output of specloom, if a file in it was edited by hand (unless
    `force`), if the disk refuses, or if another run keeps it locked for too long.
    """
    with filesystem.disk_errors(folder):
        require_folder(folder)
    with filesystem.disk_errors(folder), lock.exclusive(folder) as locks:
        transaction.recover(folder)
        comparison = _compare(folder, files)
        if comparison.foreign:
            names = ", ".join(display_path(folder / path) for path in comparison.foreign)
            raise UsageError(
                f"cannot generate over a file that specloom did not write: {names}; move the file, or rename its part of the spec",
                BUSY,
            )
        if comparison.edited and not force:
            names = ", ".join(display_path(folder / path) for path in comparison.edited)
            raise UsageError(
                f"generated files were edited by hand: {names}; move the edits to the spec, or run with --force to discard them",
                BUSY,
            )
        if not comparison.up_to_date:
            transaction.write(comparison, locks)
        return comparison
