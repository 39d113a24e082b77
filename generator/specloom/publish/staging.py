"""Staging of a new build beside the output, before the first step is applied.

There are two strategies. `stage_folders` builds complete folders, which are exchanged with the old ones; unchanged and foreign files are
hard-linked into them, so they keep inode and time. `stage_files` writes the changed files only, for systems that cannot exchange folders.
Bytecode of Python is not carried over.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from . import filesystem, manifest
from .atomic_exchange import Unsupported, link
from .manifest import REPLACING, STAGING
from .operations import OUTPUT_ITSELF, StagingArea, Step

if TYPE_CHECKING:
    from .lock import Locks
    from .plan import Comparison

Strategy: TypeAlias = "Callable[[Comparison, StagingArea, Locks], Sequence[Step]]"


def staging_paths(folder: Path) -> tuple[Path, ...]:
    """Return all paths at which a run may have staged files for an output."""
    return folder / STAGING, folder / REPLACING, sibling(folder)


def sibling(folder: Path) -> Path:
    """Return the staging path of an output that is exchanged as a whole."""
    absolute = Path(os.path.abspath(folder))
    return absolute.parent / f".{absolute.name}.specloom"


def path_for(comparison: Comparison) -> Path:
    """Return the staging path for folders: an import package and a new output are exchanged as a whole."""
    whole = PurePosixPath("__init__.py") in comparison.files or not filesystem.entries(
        comparison.folder
    )
    return sibling(comparison.folder) if whole else comparison.folder / STAGING


def stage_folders(comparison: Comparison, area: StagingArea, locks: Locks) -> Sequence[Step]:
    """Stage folders and return the steps: first folders, then files of the output folder itself, the manifest last."""
    removed = set(comparison.old_digests)
    written = _paths_to_write(comparison)
    if area.path == sibling(comparison.folder):
        try:
            os.makedirs(area.path)
        except PermissionError as error:  # the parent folder is not writable
            raise Unsupported(error) from None
        empty = not filesystem.entries(comparison.folder)
        _link_tree(comparison.folder, area.new, PurePosixPath(), removed)
        _write(comparison, area, written)
        locks.add(area.new)
        return [Step("add", OUTPUT_ITSELF)] if empty else [_exchange(area, OUTPUT_ITSELF)]
    os.makedirs(area.old)
    paths = {*removed, *written}
    subfolders = sorted({path.parts[0] for path in paths if len(path.parts) > 1})
    for name in subfolders:
        if filesystem.is_folder(comparison.folder / name):
            _link_tree(comparison.folder / name, area.new / name, PurePosixPath(name), removed)
    _write(comparison, area, written)
    singles = sorted(
        {path.parts[0] for path in paths if len(path.parts) == 1} - {manifest.MANIFEST}
    )
    manifests = () if comparison.manifest_current else (manifest.MANIFEST,)
    return [_step(area, name) for name in (*subfolders, *singles, *manifests)]


def stage_files(comparison: Comparison, area: StagingArea, _locks: Locks) -> Sequence[Step]:
    """Stage the changed files and return the steps: new folders are added as a whole, other files one by one, the manifest last."""
    os.makedirs(area.old)
    written = _paths_to_write(comparison)
    _write(comparison, area, written)
    for path in (*comparison.changed, *comparison.extra):
        os.makedirs(area.old / path.parent, exist_ok=True)
    replaced = [path for path in written if path in comparison.old_digests]
    added = dict.fromkeys(
        str(_topmost_missing(comparison.folder, path))
        for path in written
        if path not in comparison.old_digests
    )
    steps = [
        *(Step("add", path) for path in added),
        *(Step("replace", str(path)) for path in replaced),
        *(Step("remove", str(path)) for path in comparison.extra),
    ]
    return sorted(steps, key=lambda step: step.path == manifest.MANIFEST)


def _paths_to_write(comparison: Comparison) -> list[PurePosixPath]:
    manifests = () if comparison.manifest_current else (PurePosixPath(manifest.MANIFEST),)
    return [*comparison.changed, *comparison.missing, *manifests]


def _write(comparison: Comparison, area: StagingArea, paths: Iterable[PurePosixPath]) -> None:
    for path in paths:
        content = comparison.files.get(path, comparison.manifest)
        filesystem.write(
            area.new / path,
            content,
            filesystem.status(comparison.folder / path) if path in comparison.old_digests else None,
        )


def _link_tree(
    source: Path, staged: Path, relative: PurePosixPath, removed: set[PurePosixPath]
) -> None:
    """Copy a folder as hard links, without the removed files; a folder that becomes empty is left out."""
    os.makedirs(staged)
    locks = filesystem.entries(source)
    for entry in locks:
        path = relative / entry.name
        if not entry.is_dir(follow_symlinks=False):
            if path not in removed:
                link(source / entry.name, staged / entry.name)
        elif entry.name != filesystem.PYCACHE:
            _link_tree(source / entry.name, staged / entry.name, path, removed)
    mode = stat.S_IMODE(os.lstat(source).st_mode)
    if locks and not filesystem.entries(staged) and relative.parts:
        os.rmdir(staged)
    elif mode != stat.S_IMODE(os.lstat(staged).st_mode):
        os.chmod(staged, mode)


def _step(area: StagingArea, name: str) -> Step:
    """Return the step for a name, from its presence in the staging area and in the output."""
    if filesystem.status(area.new / name) is None:
        return Step("remove", name)
    return (
        Step("add", name)
        if filesystem.status(area.output / name) is None
        else _exchange(area, name)
    )


def _exchange(area: StagingArea, path: str) -> Step:
    return Step("exchange", path, os.lstat(area.new / path).st_ino)


def _topmost_missing(folder: Path, path: PurePosixPath) -> PurePosixPath:
    """Return the topmost parent of the path that does not exist, else the path itself."""
    for above in reversed(path.parents[:-1]):
        if filesystem.status(folder / above) is None:
            return above
    return path
