"""Comparison of the generated files with the files on disk."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct

from ..diagnostics import UsageError
from . import filesystem, manifest


class Comparison(Struct, frozen=True):
    """Differences between the generated files and an output folder; paths are relative to the folder."""

    folder: Path
    files: Mapping[PurePosixPath, bytes]
    changed: tuple[PurePosixPath, ...]
    """Files with other content on disk."""
    missing: tuple[PurePosixPath, ...]
    extra: tuple[PurePosixPath, ...]
    """Files of an earlier run that are no longer generated."""
    edited: tuple[PurePosixPath, ...]
    """Those of `changed` and `extra` that were edited by hand."""
    foreign: tuple[PurePosixPath, ...]
    """Those of `changed` that specloom did not write."""
    old_digests: Mapping[PurePosixPath, str]
    """SHA-256 of the files on disk at `changed` and `extra`, and of the manifest if it has to change."""
    manifest: bytes
    """The manifest of `files`."""
    manifest_current: bool

    @property
    def unchanged(self) -> int:
        """Number of files that are equal on disk."""
        return len(self.files) - len(self.changed) - len(self.missing)

    @property
    def up_to_date(self) -> bool:
        return not (self.changed or self.missing or self.extra) and self.manifest_current


def compare(folder: Path, texts: Mapping[PurePosixPath, str]) -> Comparison:
    """Compare the texts with the folder; raise `UsageError` if the path is not a folder, or the folder has content but no manifest."""
    files = {_checked_path(path): text.encode("utf-8") for path, text in sorted(texts.items())}
    with filesystem.disk_errors(folder):
        require_folder(folder)
        _require_own_folder(folder)
        content, recorded = manifest.read(folder)
        reader = _Reader(folder)
        changed: list[PurePosixPath] = []
        missing: list[PurePosixPath] = []
        old_digests: dict[PurePosixPath, str] = {}
        for path, new in files.items():
            old = reader.digest(path)
            if old is None:
                missing.append(path)
            elif old != filesystem.digest(new):
                changed.append(path)
                old_digests[path] = old
        extra: list[PurePosixPath] = []
        for path in sorted(recorded.keys() - files.keys()):
            old = reader.digest(path)
            if old is not None:
                extra.append(path)
                old_digests[path] = old
        foreign = [path for path in changed if path not in recorded]
        edited = sorted(
            path
            for path, digest in old_digests.items()
            if digest != recorded.get(path) and path not in foreign
        )
        text = manifest.text(files)
        current = content == text
        if content and not current:
            old_digests[PurePosixPath(manifest.MANIFEST)] = filesystem.digest(content)
    return Comparison(
        folder,
        files,
        tuple(changed),
        tuple(missing),
        tuple(extra),
        tuple(edited),
        tuple(foreign),
        old_digests,
        text,
        current,
    )


def _checked_path(path: PurePosixPath) -> PurePosixPath:
    """Return the path; raise `UsageError` if it is outside the output folder or reserved. Targets of plugins may return any path."""
    try:
        manifest.relative_path(str(path))
    except ValueError:
        raise UsageError(
            f"a target returned the path {str(path)!r}, which is outside the output folder"
        ) from None
    if path.parts[0] in {manifest.MANIFEST, *manifest.RESERVED}:
        raise UsageError(f"a target returned the path {path}, which specloom reserves for itself")
    return path


def require_folder(folder: Path) -> None:
    """Raise `UsageError` if the path is a link or a file; it may be a folder, or not exist yet."""
    status = filesystem.status(folder)
    if status is not None and stat.S_ISLNK(status.st_mode):
        raise UsageError(f"the output {folder} is a symbolic link; set `out` to the folder itself")
    if status is not None and not stat.S_ISDIR(status.st_mode):
        raise UsageError(f"the output {folder} is a file; set `out` to a folder")


def _require_own_folder(folder: Path) -> None:
    """Raise `UsageError` if the folder has content but no manifest."""
    names = (
        {entry.name for entry in filesystem.entries(folder)} - manifest.RESERVED
        if filesystem.is_folder(folder)
        else set[str]()
    )
    if names and manifest.MANIFEST not in names:
        raise UsageError(
            f"the output {folder} is not empty and has no {manifest.MANIFEST}, so specloom did not create it; empty it, or set `out` to another folder"
        )


class _Reader:
    """Reader of the files of an output; raises `UsageError` for anything but regular files in real folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checked = {PurePosixPath(): True}

    def digest(self, path: PurePosixPath) -> str | None:
        """Return the SHA-256 of the file at the path; None if there is none."""
        if not self._has_folder(path.parent):
            return None
        file = self.folder / path
        status = filesystem.status(file)
        if status is None:
            return None
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(
                f"{file} is not a regular file, but specloom generates a file there; move it and run specloom generate"
            )
        return filesystem.digest_file(file)

    def _has_folder(self, path: PurePosixPath) -> bool:
        if path not in self.checked:
            folder = self.folder / path
            status = filesystem.status(folder) if self._has_folder(path.parent) else None
            if status is not None and not stat.S_ISDIR(status.st_mode):
                raise UsageError(
                    f"{folder} is not a folder, but specloom generates files in it; move it and run specloom generate"
                )
            self.checked[path] = status is not None
        return self.checked[path]
