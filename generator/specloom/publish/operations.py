"""The steps from the old build to the new one: each is one indivisible change of the file system, and each can be undone.

What a step puts aside stays in the work folder until all are done, so a run that fails half way puts it back, and a run that was killed
is ended by the next.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from msgspec import Struct

from . import filesystem
from .atomic_exchange import Unsupported, exchange, link, move

Kind: TypeAlias = Literal["exchange", "put", "take", "replace"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WHOLE = "."
"""The path of a step that concerns the output folder itself."""


class StagingArea(Struct, frozen=True):
    """The folder in which a run prepares: `new/` holds what is to come, `old/` what was taken away, at the same paths as in the output."""

    place: Path
    folder: Path
    """The output."""

    @property
    def new(self) -> Path:
        return self.place / "new"

    @property
    def old(self) -> Path:
        return self.place / "old"

    @property
    def journal(self) -> Path:
        return self.place / "journal.json"


class Step(Struct, frozen=True):
    """`exchange` two of the same path, `put` one where none is, `take` one away, or `replace` one, with a copy of the old kept."""

    kind: Kind
    path: str
    inode: int = 0
    """Of what is exchanged: once it lies in the output, the step is done."""

    def done(self, work: StagingArea) -> bool:
        if self.kind == "exchange":
            found = filesystem.status(work.folder / self.path)
            return found is not None and found.st_ino == self.inode
        if self.kind == "take":
            return filesystem.status(work.old / self.path) is not None
        return filesystem.status(work.new / self.path) is None

    def do(self, work: StagingArea) -> None:
        new, target, old = work.new / self.path, work.folder / self.path, work.old / self.path
        there = (
            filesystem.status(target) is not None
        )  # after a killed run, people may have removed it
        match self.kind:
            case "exchange" if there:
                exchange(new, target)
            case "put" | "exchange":
                move(new, target)
            case "replace":
                if there:
                    _keep(target, old)
                os.replace(new, target)
            case "take" if there:
                os.rename(target, old)
            case _:
                pass

    def undo(self, work: StagingArea) -> None:
        new, target, old = work.new / self.path, work.folder / self.path, work.old / self.path
        match self.kind:
            case "exchange":
                exchange(new, target)
            case "put":
                os.rename(target, new)
                if self.path == WHOLE:
                    os.mkdir(target)
            case "replace" | "take":
                os.replace(old, target)


def _keep(target: Path, old: Path) -> None:
    """The same file under a second name; a copy where files have one name only."""
    if filesystem.status(old) is not None:
        os.unlink(old)
    try:
        link(target, old)
    except Unsupported:
        from shutil import copy2

        copy2(target, old, follow_symlinks=False)
