"""The only code that writes outputs: compares what was generated with what is on disk, and brings the disk up to date.

    lock ─▶ recover what a killed run left ─▶ compare ─▶ stage beside ─▶ journal ─▶ steps ─▶ tidy

A manifest, `.specloom.json`, lists the files that specloom made and their hashes. So it knows its own: foreign files are left alone, stale
ones of its own are removed, and one that was edited by hand is not overwritten without being told to.

Everything new is staged first. Then folders are exchanged whole where the system can do that, so that who opens one sees the old build or
the new one; elsewhere files are replaced one by one. Each step can be undone until the last is done, and the journal lets the next run end
what a killed one began.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ..diagnostics import BUSY, UsageError
from . import filesystem, lock, transaction
from .manifest import MANIFEST
from .plan import Comparison, refuse_other
from .plan import compare as _compare
from .staging import places

__all__ = ["MANIFEST", "Comparison", "compare", "places", "publish"]


def compare(folder: Path, wanted: Mapping[PurePosixPath, str]) -> Comparison:
    """What would be written; waits for a run that is writing. Raises `UsageError` if the folder cannot be ours."""
    with filesystem.refusals(folder), lock.shared(folder):
        return _compare(folder, wanted)


def publish(
    folder: Path, wanted: Mapping[PurePosixPath, str], *, force: bool = False
) -> Comparison:
    """Bring the folder up to date and return what was different; files that have not changed are not touched.

    Raises `UsageError`, and leaves the folder as it was, if it cannot be ours, if a file in it was edited by hand (unless forced), if the disk
    refuses, or if another run holds the folder for too long.
    """
    with filesystem.refusals(folder):
        refuse_other(folder)
    with filesystem.refusals(folder), lock.exclusive(folder) as held:
        transaction.recover(folder)
        comparison = _compare(folder, wanted)
        if comparison.foreign:
            names = ", ".join(str(folder / path) for path in comparison.foreign)
            raise UsageError(
                f"not made by specloom, and in the way of a file that is generated now: {names}; move it, or rename what it comes from",
                BUSY,
            )
        if comparison.edited and not force:
            names = ", ".join(str(folder / path) for path in comparison.edited)
            raise UsageError(
                f"changed by hand since it was generated: {names}; move the change to the spec, or run with --force to lose it",
                BUSY,
            )
        if not comparison.up_to_date:
            transaction.write(comparison, held)
        return comparison
