"""Simulated file systems for the tests of publishing: with and without atomic exchange and hard links."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specloom.publish import atomic_exchange

FILE_SYSTEMS = ("exchange", "journal", "journal without links")


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of all files below a folder, by path; empty folders are omitted."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def simulate(file_system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate a file system that exchanges folders, one that does not (overlayfs), or one without hard links too (FAT)."""
    if file_system == "exchange":
        return
    monkeypatch.setattr(atomic_exchange, "_renameat2", lambda: _no_exchange)
    if file_system == "journal without links":
        monkeypatch.setattr(os, "link", _failing(errno.EPERM))


def _no_exchange(*_arguments: object) -> int:
    import ctypes

    ctypes.set_errno(errno.EXDEV)
    return -1


def _failing(number: int) -> Callable[..., Any]:
    def fail(path: object, *_arguments: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    return fail
