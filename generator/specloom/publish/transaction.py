"""Transaction from the old build to the new one: stage, write the journal, apply the steps, clean up.

A run that fails reverts its steps. A killed run leaves its journal: if it had applied a step, the next run applies the remaining ones,
otherwise it discards the staged files.
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
from .lock import Locks
from .operations import KINDS, OUTPUT_ITSELF, StagingArea, Step
from .plan import Comparison

_UNFINISHED = "journal"
"""Name of the journal while it is being written."""


class Journal(Struct, frozen=True):
    """Steps of a run, written before the first of them is applied."""

    steps: Sequence[Step]
    old_digests: Mapping[PurePosixPath, str]
    """SHA-256 of the replaced and removed files. A file with another digest was edited in the meantime, and is put back."""


def write(comparison: Comparison, locks: Locks) -> None:
    """Write the new build; if it raises `OSError`, the folder is as it was."""
    try:
        _write(
            comparison,
            locks,
            staging.stage_folders,
            StagingArea(staging.path_for(comparison), comparison.folder),
        )
    except Unsupported:
        with _raise_unsupported():
            _write(
                comparison,
                locks,
                staging.stage_files,
                StagingArea(comparison.folder / manifest.REPLACING, comparison.folder),
            )


def recover(folder: Path) -> None:
    """Complete or discard the transaction of a killed run."""
    for path in staging.staging_paths(folder):
        if filesystem.status(path) is None:
            continue
        area = StagingArea(path, folder)
        _require_own_area(area)
        journal = _read_journal(area)
        _refuse_links(
            area,
            (
                [*(PurePosixPath(step.path) for step in journal.steps), *journal.old_digests]
                if journal
                else []
            ),
        )
        if journal and any(step.is_applied(area) for step in journal.steps):
            with _raise_unsupported():
                for step in journal.steps:
                    if not step.is_applied(area):
                        step.apply(area)
            _clean_up(area, journal)
        else:
            _discard(area)


def _write(
    comparison: Comparison, locks: Locks, strategy: staging.Strategy, area: StagingArea
) -> None:
    steps: Sequence[Step] = ()
    try:
        steps = strategy(comparison, area, locks)
        journal = Journal(steps, comparison.old_digests)
        _write_journal(area, journal)
        for step in steps:
            step.apply(area)
    except BaseException:  # also Ctrl-C
        for step in reversed(steps):
            if step.is_applied(area):
                step.revert(area)
        with contextlib.suppress(OSError):
            _discard(area)
        raise
    # The new build is complete; the next run removes the rest.
    with contextlib.suppress(OSError):
        _clean_up(area, journal)


@contextlib.contextmanager
def _raise_unsupported() -> Generator[None, None, None]:
    try:
        yield
    except Unsupported as refused:
        raise refused.error from None


def _write_journal(area: StagingArea, journal: Journal) -> None:
    steps = [[step.kind, step.path, step.inode] for step in journal.steps]
    old_digests = {str(path): digest for path, digest in journal.old_digests.items()}
    unfinished = area.path / _UNFINISHED
    filesystem.write(
        unfinished, json.dumps({"steps": steps, "old_digests": old_digests}).encode("utf-8")
    )
    os.rename(unfinished, area.journal)


def _read_journal(area: StagingArea) -> Journal | None:
    if filesystem.status(area.journal) is None:
        return None
    try:
        content = json.loads(filesystem.read_internal(area.journal))
        steps = [
            Step(KINDS[KINDS.index(kind)], _step_path(path), int(inode))
            for kind, path, inode in content["steps"]
        ]
        return Journal(
            steps,
            {
                manifest.relative_path(path): str(digest)
                for path, digest in content["old_digests"].items()
            },
        )
    except (ValueError, OverflowError, KeyError, TypeError, AttributeError, RecursionError):
        raise UsageError(
            f"{area.journal} is damaged; remove {area.path} and run specloom generate"
        ) from None


def _step_path(path: str) -> str:
    return path if path == OUTPUT_ITSELF else str(manifest.relative_path(path))


def _require_own_area(area: StagingArea) -> None:
    names = (
        {entry.name for entry in filesystem.entries(area.path)}
        if filesystem.is_folder(area.path)
        else {""}
    )
    if not names <= {area.new.name, area.old.name, area.journal.name, _UNFINISHED}:
        raise UsageError(
            f"{area.path} is not a folder of specloom, which stages files there; move it and run specloom generate"
        )


def _refuse_links(area: StagingArea, paths: Sequence[PurePosixPath]) -> None:
    """Raise `UsageError` if a path leads through a link: only a forged journal or staging area has such paths."""
    staged = (
        file.relative_to(root) for root in (area.new, area.old) for file in filesystem.files(root)
    )
    folders = {area.output / folder for path in (*staged, *paths) for folder in path.parents}
    for folder in (area.new, area.old, *sorted(folders)):
        found = filesystem.status(folder)
        if found is not None and not stat.S_ISDIR(found.st_mode):
            raise UsageError(
                f"{folder} is not a folder, but {area.path} names files in it; remove {area.path} and run specloom generate"
            )


def _discard(area: StagingArea) -> None:
    """Remove the staging area, the journal first, so that no later run applies the rest."""
    if filesystem.status(area.journal) is not None:
        os.unlink(area.journal)
    if filesystem.status(area.path) is not None:
        filesystem.remove(area.path)


def _clean_up(area: StagingArea, journal: Journal) -> None:
    """Remove the old build; files that others put into it in the meantime are moved to the new one."""
    for root in (area.new, area.old):
        for file in list(filesystem.files(root)):
            path = PurePosixPath(file.relative_to(root).as_posix())
            if filesystem.PYCACHE in path.parts or _belongs_to_old_build(file, path, area, journal):
                os.unlink(file)
            else:
                os.makedirs((area.output / path).parent, exist_ok=True)
                os.replace(file, area.output / path)
    for path in journal.old_digests:
        filesystem.remove_bytecode(area.output / path)
        if filesystem.status(area.output / path) is None:
            filesystem.remove_empty((area.output / path).parent, area.output)
    _discard(area)


def _belongs_to_old_build(
    file: Path, path: PurePosixPath, area: StagingArea, journal: Journal
) -> bool:
    """Return whether a file is a hard link to one of the new build, or a replaced or removed file that nobody has edited."""
    old, new = os.lstat(file), filesystem.status(area.output / path)
    if new is not None and os.path.samestat(old, new):
        return True
    return (
        stat.S_ISREG(old.st_mode)
        and path in journal.old_digests
        and filesystem.digest_file(file) == journal.old_digests[path]
    )
