"""Steps from the old build to the new one: each is one atomic, reversible change of the file system.

Replaced and removed files stay in the staging area until all steps are applied. So a run that fails reverts its steps, and the run after a
killed one completes them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from msgspec import Struct

from . import filesystem
from .atomic_exchange import Unsupported, exchange, link, move

Kind: TypeAlias = Literal["exchange", "add", "remove", "replace"]
"""`exchange` with the staged path; `add` a path that does not exist; `remove` a path; `replace` a file, with a backup of the old one."""
KINDS: tuple[Kind, ...] = get_args(Kind)
OUTPUT_ITSELF = "."
"""The path of a step on the output folder itself."""


class StagingArea(Struct, frozen=True):
    """Folder with staged files: `new/` holds the new build, `old/` the replaced and removed files, at the same paths as in the output."""

    path: Path
    output: Path

    @property
    def new(self) -> Path:
        return self.path / "new"

    @property
    def old(self) -> Path:
        return self.path / "old"

    @property
    def journal(self) -> Path:
        return self.path / "journal.json"


class Step(Struct, frozen=True):
    """One change of the output."""

    kind: Kind
    path: str
    inode: int = 0
    """Inode of the staged path of an `exchange`; the step is applied once the output has it."""

    def is_applied(self, area: StagingArea) -> bool:
        if self.kind == "exchange":
            status = filesystem.status(area.output / self.path)
            return status is not None and status.st_ino == self.inode
        if self.kind == "remove":
            return filesystem.status(area.old / self.path) is not None
        return filesystem.status(area.new / self.path) is None

    def apply(self, area: StagingArea) -> None:
        new, target, old = area.new / self.path, area.output / self.path, area.old / self.path
        # After a killed run, somebody may have removed the target.
        exists = filesystem.status(target) is not None
        match self.kind:
            case "exchange" if exists:
                exchange(new, target)
            case "add" | "exchange":
                move(new, target)
            case "replace":
                if exists:
                    _back_up(target, old)
                os.replace(new, target)
            case "remove" if exists:
                os.rename(target, old)
            case _:
                pass

    def revert(self, area: StagingArea) -> None:
        new, target, old = area.new / self.path, area.output / self.path, area.old / self.path
        match self.kind:
            case "exchange":
                exchange(new, target)
            case "add":
                os.rename(target, new)
                if self.path == OUTPUT_ITSELF:
                    os.mkdir(target)
            case "replace" | "remove":
                os.replace(old, target)


def _back_up(target: Path, old: Path) -> None:
    """Hard-link the old file into the staging area; copy it where hard links are not supported."""
    if filesystem.status(old) is not None:
        os.unlink(old)
    try:
        link(target, old)
    except Unsupported:
        from shutil import copy2

        copy2(target, old, follow_symlinks=False)
