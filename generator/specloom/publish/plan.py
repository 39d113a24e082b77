"""What is generated against what is on disk."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct

from ..diagnostics import UsageError
from . import filesystem, manifest


class Comparison(Struct, frozen=True):
    """What is generated against what is on disk; paths are relative to the folder."""

    folder: Path
    wanted: Mapping[PurePosixPath, bytes]
    changed: tuple[PurePosixPath, ...]
    """On disk with other content."""
    missing: tuple[PurePosixPath, ...]
    extra: tuple[PurePosixPath, ...]
    """Made by an earlier run and no longer generated."""
    edited: tuple[PurePosixPath, ...]
    """Of `changed` and `extra`, those that somebody changed since they were made."""
    foreign: tuple[PurePosixPath, ...]
    """Of `changed`, those that specloom never made: somebody's own files where generated ones belong."""
    was: Mapping[PurePosixPath, str]
    """SHA-256 of what is on disk now at `changed` and `extra`, and of the manifest if it has to change."""
    manifest: bytes
    """The manifest of what is wanted."""
    manifest_current: bool

    @property
    def same(self) -> int:
        return len(self.wanted) - len(self.changed) - len(self.missing)

    @property
    def up_to_date(self) -> bool:
        return not (self.changed or self.missing or self.extra) and self.manifest_current


def compare(folder: Path, wanted: Mapping[PurePosixPath, str]) -> Comparison:
    """Reads the folder; raises `UsageError` if it cannot be ours: no folder, or one with content but without our manifest."""
    files = {_allowed(path): text.encode("utf-8") for path, text in sorted(wanted.items())}
    with filesystem.refusals(folder):
        refuse_other(folder)
        _refuse_foreign(folder)
        content, known = manifest.read(folder)
        reader = _Reader(folder)
        changed: list[PurePosixPath] = []
        missing: list[PurePosixPath] = []
        was: dict[PurePosixPath, str] = {}
        for path, new in files.items():
            found = reader.digest(path)
            if found is None:
                missing.append(path)
            elif found != filesystem.digest(new):
                changed.append(path)
                was[path] = found
        extra: list[PurePosixPath] = []
        for path in sorted(known.keys() - files.keys()):
            found = reader.digest(path)
            if found is not None:
                extra.append(path)
                was[path] = found
        foreign = [path for path in changed if path not in known]
        edited = sorted(
            path
            for path, digest in was.items()
            if digest != known.get(path) and path not in foreign
        )
        text = manifest.text(files)
        current = content == text
        if content and not current:
            was[PurePosixPath(manifest.MANIFEST)] = filesystem.digest(content)
    return Comparison(
        folder,
        files,
        tuple(changed),
        tuple(missing),
        tuple(extra),
        tuple(edited),
        tuple(foreign),
        was,
        text,
        current,
    )


def _allowed(path: PurePosixPath) -> PurePosixPath:
    """Targets may be other people's; none writes outside the folder, or over what publishing keeps there."""
    try:
        manifest.inside(str(path))
    except ValueError:
        raise UsageError(
            f"a target wants to write {str(path)!r}, which does not lie in the output folder"
        ) from None
    if path.parts[0] in {manifest.MANIFEST, *manifest.INSIDE}:
        raise UsageError(f"a target wants to write {path}, which is specloom's own")
    return path


def refuse_other(folder: Path) -> None:
    """An output is a folder, or nothing yet; never a link or a file."""
    found = filesystem.status(folder)
    if found is not None and stat.S_ISLNK(found.st_mode):
        raise UsageError(f"{folder} is a link; name the folder itself as the output")
    if found is not None and not stat.S_ISDIR(found.st_mode):
        raise UsageError(f"{folder} is a file; an output is a folder")


def _refuse_foreign(folder: Path) -> None:
    """An output folder is new, empty, or ours; never somebody's folder."""
    names = (
        {entry.name for entry in filesystem.entries(folder)} - manifest.INSIDE
        if filesystem.is_folder(folder)
        else set[str]()
    )
    if names and manifest.MANIFEST not in names:
        raise UsageError(
            f"{folder} is not empty and holds no {manifest.MANIFEST}, so specloom did not make it; empty it or choose another output"
        )


class _Reader:
    """Reads files of the folder; whatever is no plain file, or lies behind a link, is refused: it is not ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.passed = {PurePosixPath(): True}

    def digest(self, path: PurePosixPath) -> str | None:
        """SHA-256 of what is at the path, or None."""
        if not self._folder(path.parent):
            return None
        file = self.folder / path
        found = filesystem.status(file)
        if found is None:
            return None
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(
                f"{file} is in the way: a generated file belongs there; move it and generate again"
            )
        return filesystem.digest_of(file)

    def _folder(self, path: PurePosixPath) -> bool:
        """Whether there is such a folder."""
        if path not in self.passed:
            place = self.folder / path
            found = filesystem.status(place) if self._folder(path.parent) else None
            if found is not None and not stat.S_ISDIR(found.st_mode):
                raise UsageError(
                    f"{place} is in the way: a folder of generated files belongs there; move it and generate again"
                )
            self.passed[path] = found is not None
        return self.passed[path]
