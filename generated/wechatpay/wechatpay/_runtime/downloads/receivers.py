"""Receivers of downloaded files: the memory, or a file beside its target."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from ..errors import InvalidRequest


class Receiver:
    """Receiver of a file in memory; a subclass stores it elsewhere."""

    blocking = False
    """True if a write may wait for a device, so that async code needs a thread."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def restart(self) -> None:
        """Drop what an earlier attempt delivered."""
        self._pieces.clear()

    def write(self, piece: bytes) -> None:
        """Store a piece of the file."""
        self._pieces.append(piece)

    def content(self) -> bytes:
        """Return the whole file."""
        return b"".join(self._pieces)


class FileReceiver(Receiver):
    """Receiver that writes a file beside its target, which `commit` replaces."""

    blocking = True

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__()
        self._target = Path(os.path.realpath(path))
        name = f".{self._target.name[:100]}.{secrets.token_hex(8)}.part"
        self._part = self._target.with_name(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            if self._target.is_dir():
                raise IsADirectoryError(21, "it is a folder")
            self._file = os.fdopen(os.open(self._part, flags, 0o666), "wb", 0)
        except OSError as error:
            problem = f"cannot write {path}: {error.strerror}"
            raise InvalidRequest(problem, field="path") from error

    def restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()

    def write(self, piece: bytes) -> None:
        view = memoryview(piece)
        while view:
            view = view[self._file.write(view) :]

    def commit(self) -> None:
        """Give the complete file the name of the target, durably."""
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._part, self._target)
        with suppress(OSError):  # not every system can sync a folder
            folder = os.open(self._target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def discard(self) -> None:
        """Remove the incomplete file."""
        self._file.close()
        self._part.unlink(missing_ok=True)
