"""Staging: everything new is written beside its place, before the first step is taken.

There are two ways. `folders` makes the folders as they shall be, with what does not change linked into them, so that it keeps inode and
time, and with other people's files linked too; they are then exchanged whole. `files` makes the changed files only, for systems that
exchange no folders. What Python compiled is never carried over.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from . import filesystem, manifest
from .atomic_exchange import Unsupported, link
from .manifest import HALF, WORK
from .operations import WHOLE, StagingArea, Step

if TYPE_CHECKING:
    from .lock import HeldLocks
    from .plan import Comparison

Way: TypeAlias = "Callable[[Comparison, StagingArea, HeldLocks], Sequence[Step]]"


def places(folder: Path) -> tuple[Path, ...]:
    """All work folders that an output may have."""
    return folder / WORK, folder / HALF, beside(folder)


def beside(folder: Path) -> Path:
    """The work folder of an output that is exchanged itself."""
    absolute = Path(os.path.abspath(folder))
    return absolute.parent / f".{absolute.name}.specloom"


def place_for(comparison: Comparison) -> Path:
    """Where folders are staged: an import package, and what is not there yet, is exchanged as a whole."""
    whole = PurePosixPath("__init__.py") in comparison.wanted or not filesystem.entries(
        comparison.folder
    )
    return beside(comparison.folder) if whole else comparison.folder / WORK


def folders(comparison: Comparison, work: StagingArea, held: HeldLocks) -> Sequence[Step]:
    """The steps that exchange folders, after staging them; single files of the output folder come after them, the manifest last."""
    gone = set(comparison.was)
    written = _written(comparison)
    if work.place == beside(comparison.folder):
        try:
            os.makedirs(work.place)
        except PermissionError as error:  # the folder that holds the output is not ours to write
            raise Unsupported(error) from None
        empty = not filesystem.entries(comparison.folder)
        _mirror(comparison.folder, work.new, PurePosixPath(), gone)
        _write(comparison, work, written)
        held.also(work.new)
        return [Step("put", WHOLE)] if empty else [_exchange(work, WHOLE)]
    os.makedirs(work.old)
    every = {*gone, *written}
    tops = sorted({path.parts[0] for path in every if len(path.parts) > 1})
    for top in tops:
        if filesystem.is_folder(comparison.folder / top):
            _mirror(comparison.folder / top, work.new / top, PurePosixPath(top), gone)
    _write(comparison, work, written)
    singles = sorted(
        {path.parts[0] for path in every if len(path.parts) == 1} - {manifest.MANIFEST}
    )
    return [_step(work, name) for name in (*tops, *singles, *_manifest(written))]


def files(comparison: Comparison, work: StagingArea, _held: HeldLocks) -> Sequence[Step]:
    """The steps that replace files one by one; a folder that is not there yet is put in its place whole."""
    os.makedirs(work.old)
    written = _written(comparison)
    _write(comparison, work, written)
    for path in (*comparison.changed, *comparison.extra):
        os.makedirs(work.old / path.parent, exist_ok=True)
    there = [path for path in written if path in comparison.was]
    puts = dict.fromkeys(
        str(_highest(comparison.folder, path)) for path in written if path not in comparison.was
    )
    steps = [
        *(Step("put", path) for path in puts),
        *(Step("replace", str(path)) for path in there),
        *(Step("take", str(path)) for path in comparison.extra),
    ]
    return sorted(steps, key=lambda step: step.path == manifest.MANIFEST)


def _written(comparison: Comparison) -> list[PurePosixPath]:
    last = () if comparison.manifest_current else (PurePosixPath(manifest.MANIFEST),)
    return [*comparison.changed, *comparison.missing, *last]


def _manifest(written: Iterable[PurePosixPath]) -> list[str]:
    return [str(path) for path in written if str(path) == manifest.MANIFEST]


def _write(comparison: Comparison, work: StagingArea, paths: Iterable[PurePosixPath]) -> None:
    for path in paths:
        content = comparison.wanted.get(path, comparison.manifest)
        filesystem.write(
            work.new / path,
            content,
            filesystem.status(comparison.folder / path) if path in comparison.was else None,
        )


def _mirror(source: Path, staged: Path, relative: PurePosixPath, gone: set[PurePosixPath]) -> None:
    """A folder of links to what is in another, without what is gone; folders that become empty thereby go too."""
    os.makedirs(staged)
    held = filesystem.entries(source)
    for entry in held:
        path = relative / entry.name
        if not entry.is_dir(follow_symlinks=False):
            if path not in gone:
                link(source / entry.name, staged / entry.name)
        elif entry.name != filesystem.PYCACHE:
            _mirror(source / entry.name, staged / entry.name, path, gone)
    mode = stat.S_IMODE(os.lstat(source).st_mode)
    if held and not filesystem.entries(staged) and relative.parts:
        os.rmdir(staged)
    elif mode != stat.S_IMODE(os.lstat(staged).st_mode):
        os.chmod(staged, mode)


def _step(work: StagingArea, name: str) -> Step:
    """From what is in the output and what is staged."""
    if filesystem.status(work.new / name) is None:
        return Step("take", name)
    return (
        Step("put", name)
        if filesystem.status(work.folder / name) is None
        else _exchange(work, name)
    )


def _exchange(work: StagingArea, path: str) -> Step:
    return Step("exchange", path, os.lstat(work.new / path).st_ino)


def _highest(folder: Path, path: PurePosixPath) -> PurePosixPath:
    """The path, or the highest folder above it that is not there."""
    for above in reversed(path.parents[:-1]):
        if filesystem.status(folder / above) is None:
            return above
    return path
