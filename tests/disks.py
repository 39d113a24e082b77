"""Disks of several kinds, for the tests of publishing."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specloom.publish import atomic_exchange

WAYS = ("exchange", "journal", "journal without links")


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder; empty folders have no content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def as_on(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the disk one that exchanges folders, one that does not (as overlayfs), or one that has no links either (as FAT)."""
    if way == "exchange":
        return
    monkeypatch.setattr(atomic_exchange, "_renameat2", lambda: _no_exchange)
    if way == "journal without links":
        monkeypatch.setattr(os, "link", _refused(errno.EPERM))


def _no_exchange(*_arguments: object) -> int:
    import ctypes

    ctypes.set_errno(errno.EXDEV)
    return -1


def _refused(number: int) -> Callable[..., Any]:
    def refuse(path: object, *_arguments: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    return refuse
