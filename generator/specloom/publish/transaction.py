"""From the old build to the new one, all or nothing: stage, write the journal, take the steps, tidy up.

A run that fails undoes its steps. One that was killed leaves its journal: if it had begun, the next run takes the steps that are left, and
if not, it drops what was staged.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct

from ..diagnostics import UsageError
from . import filesystem, manifest, staging
from .atomic_exchange import Unsupported
from .lock import HeldLocks
from .operations import KINDS, WHOLE, StagingArea, Step
from .plan import Comparison


class Journal(Struct, frozen=True):
    """What a run is about to do; complete before the first step is taken."""

    steps: Sequence[Step]
    was: Mapping[PurePosixPath, str]
    """SHA-256 of the files that go. What is found to be another when it has gone was edited meanwhile, and is put back."""


def write(comparison: Comparison, held: HeldLocks) -> None:
    """Bring the folder to what is wanted; raises `OSError` with the folder as it was."""
    try:
        _write(
            comparison,
            held,
            staging.folders,
            StagingArea(staging.place_for(comparison), comparison.folder),
        )
    except Unsupported:
        with _no_other_way():
            _write(
                comparison,
                held,
                staging.files,
                StagingArea(comparison.folder / manifest.HALF, comparison.folder),
            )


def recover(folder: Path) -> None:
    """End what a killed run began, and remove what it left."""
    for place in staging.places(folder):
        if filesystem.status(place) is None:
            continue
        work = StagingArea(place, folder)
        _refuse_foreign(work)
        journal = _read(work)
        _refuse_links(
            work,
            (
                [*(PurePosixPath(step.path) for step in journal.steps), *journal.was]
                if journal
                else []
            ),
        )
        if journal and any(step.done(work) for step in journal.steps):
            with _no_other_way():
                for step in journal.steps:
                    if not step.done(work):
                        step.do(work)
            _tidy(work, journal)
        else:
            _drop(work)


def _write(comparison: Comparison, held: HeldLocks, way: staging.Way, work: StagingArea) -> None:
    steps: Sequence[Step] = ()
    try:
        steps = way(comparison, work, held)
        journal = Journal(steps, comparison.was)
        _save(work, journal)
        for step in steps:
            step.do(work)
    except BaseException:
        for step in reversed(steps):
            if step.done(work):
                step.undo(work)
        with contextlib.suppress(OSError):
            _drop(work)
        raise
    with contextlib.suppress(
        OSError
    ):  # the new build is complete; what is left over goes with the next run
        _tidy(work, journal)


@contextlib.contextmanager
def _no_other_way() -> Generator[None, None, None]:
    try:
        yield
    except Unsupported as refused:
        raise refused.error from None


def _save(work: StagingArea, journal: Journal) -> None:
    steps = [[step.kind, step.path, step.inode] for step in journal.steps]
    was = {str(path): digest for path, digest in journal.was.items()}
    unfinished = work.place / "journal"
    filesystem.write(unfinished, json.dumps({"steps": steps, "was": was}).encode("utf-8"))
    os.rename(unfinished, work.journal)


def _read(work: StagingArea) -> Journal | None:
    if filesystem.status(work.journal) is None:
        return None
    try:
        found = json.loads(filesystem.read_state(work.journal))
        steps = [
            Step(KINDS[KINDS.index(kind)], _path(path), int(inode))
            for kind, path, inode in found["steps"]
        ]
        return Journal(
            steps, {manifest.inside(path): str(digest) for path, digest in found["was"].items()}
        )
    except (ValueError, OverflowError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(
            f"{work.journal} is damaged; remove {work.place} and generate again"
        ) from None


def _path(path: str) -> str:
    return path if path == WHOLE else str(manifest.inside(path))


def _refuse_foreign(work: StagingArea) -> None:
    names = (
        {entry.name for entry in filesystem.entries(work.place)}
        if filesystem.is_folder(work.place)
        else {""}
    )
    if not names <= {work.new.name, work.old.name, work.journal.name, "journal"}:
        raise UsageError(
            f"{work.place} is in the way: specloom prepares its files there; move it and generate again"
        )


def _refuse_links(work: StagingArea, named: Sequence[PurePosixPath]) -> None:
    """Forged work could lead to files behind a link; that of a run never does."""
    staged = (
        file.relative_to(aside)
        for aside in (work.new, work.old)
        for file in filesystem.files(aside)
    )
    folders = {work.folder / folder for path in (*staged, *named) for folder in path.parents}
    for place in (work.new, work.old, *sorted(folders)):
        found = filesystem.status(place)
        if found is not None and not stat.S_ISDIR(found.st_mode):
            raise UsageError(
                f"{place} is in the way of what {work.place} prepares, for it is not a folder; remove {work.place} and generate again"
            )


def _drop(work: StagingArea) -> None:
    """Remove what was staged; the journal first, so that nobody takes what is left for a plan."""
    if filesystem.status(work.journal) is not None:
        os.unlink(work.journal)
    if filesystem.status(work.place) is not None:
        filesystem.remove(work.place)


def _tidy(work: StagingArea, journal: Journal) -> None:
    """Remove the old build. What has come into it meanwhile, by people or programs, is moved to the new one."""
    for aside in (work.new, work.old):
        for file in list(filesystem.files(aside)):
            path = PurePosixPath(file.relative_to(aside).as_posix())
            if filesystem.PYCACHE in path.parts or _known(file, path, work, journal):
                os.unlink(file)
            else:
                os.makedirs((work.folder / path).parent, exist_ok=True)
                os.replace(file, work.folder / path)
    for path in journal.was:
        filesystem.forget_compiled(work.folder / path)
        if filesystem.status(work.folder / path) is None:
            filesystem.prune((work.folder / path).parent, work.folder)
    _drop(work)


def _known(file: Path, path: PurePosixPath, work: StagingArea, journal: Journal) -> bool:
    """Whether a file of the old build is in the new one, or is what was to go."""
    found, there = os.lstat(file), filesystem.status(work.folder / path)
    if there is not None and os.path.samestat(found, there):
        return True
    return (
        stat.S_ISREG(found.st_mode)
        and path in journal.was
        and filesystem.digest_of(file) == journal.was[path]
    )
