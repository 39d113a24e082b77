"""Specs of the past: what the command line calls OLD and NEW is a folder, or a folder as a revision of git has it.

Revisions are read through `git archive` into a temporary folder; the work tree and the index are neither read nor written.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path, PurePosixPath

from msgspec import Struct

from ..diagnostics import UsageError


class RevisionFolder(Struct, frozen=True):
    """A folder to read, and what problems and changes call it."""

    folder: Path
    shown: str


def named(spec: Path | None) -> Path:
    """The spec folder that is meant where none is said; raises `UsageError` if there is none to mean."""
    if spec is None:
        raise UsageError("give NEW as well, or name the spec with --spec")
    return spec


@contextlib.contextmanager
def found(name: str, spec: Callable[[], Path | None]) -> Generator[RevisionFolder, None, None]:
    """The folder of this name; else the folder in a revision, `REV:path`, or `REV` with `spec`, asked for then alone, for the path.

    Raises `UsageError` if it is none of them.
    """
    if Path(name).is_dir():
        yield RevisionFolder(Path(name), name.rstrip("/") or "/")
        return
    revision, colon, path = name.partition(":")
    if not revision or revision.startswith("-"):
        raise UsageError(f"{name} is no folder here and no revision of git")
    start, inside = _place(path or ".", Path.cwd()) if colon else _of_spec(name, spec())
    top = Path(
        _git(
            start,
            ["rev-parse", "--show-toplevel"],
            f"{name} is no folder here, and {start} is in no repository of git",
        )
    )
    relative = path if colon else _relative(inside, top)
    tree = _tree(top, revision, relative.strip("/"))
    with tempfile.TemporaryDirectory(prefix="specloom-") as temporary:
        folder = Path(temporary, PurePosixPath(relative).name or "spec")
        folder.mkdir()
        _extract(_archive(top, tree), folder)
        yield RevisionFolder(
            folder,
            f"{revision}:{relative.strip('/')}".rstrip(":") if relative.strip("/.") else revision,
        )


def _of_spec(name: str, spec: Path | None) -> tuple[Path, Path]:
    if spec is None:
        raise UsageError(
            f"{name} is no folder here; if it is a revision, say which spec with --spec, or write {name}:path/of/the/spec"
        )
    return _place(spec.as_posix(), Path.cwd())


def _place(path: str, base: Path) -> tuple[Path, Path]:
    """The nearest folder that is there, to ask git from, and the place itself; the spec may have been removed since."""
    place = (base / path).resolve()
    start = place
    while not start.is_dir():
        start = start.parent
    return start, place


def _relative(place: Path, top: Path) -> str:
    try:
        return place.relative_to(top.resolve()).as_posix()
    except ValueError:
        raise UsageError(f"{place} is not in the repository {top}") from None


def _tree(top: Path, revision: str, path: str) -> str:
    """The id of the folder in the revision."""
    unknown = f"{revision} is no folder here, and no revision of the repository {top}"
    commit = _git(
        top,
        ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"],
        unknown,
    )
    missing = f"{revision} has no folder {path or '.'}"
    tree = _git(
        top,
        [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            f"{commit}:{'' if path == '.' else path}",
        ],
        missing,
    )
    if _git(top, ["cat-file", "-t", tree], missing) != "tree":
        raise UsageError(f"{path} is no folder in {revision}; a spec is a folder")
    return tree


def _git(folder: Path, arguments: list[str], otherwise: str) -> str:
    """What git says; `otherwise` is the reason if it refuses."""
    done = _run(folder, arguments)
    if done.returncode != 0:
        raise UsageError(otherwise)
    return os.fsdecode(done.stdout).rstrip("\n")


def _archive(top: Path, tree: str) -> bytes:
    done = _run(top, ["archive", "--format=tar", tree])
    if done.returncode != 0:
        raise UsageError(f"git archive failed: {os.fsdecode(done.stderr).strip()}")
    return done.stdout


def _run(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, check=False
        )
    except OSError as error:
        raise UsageError(f"git cannot be run: {error.strerror or error}") from None


def _extract(archive: bytes, folder: Path) -> None:
    """Files first, links last, so that nothing is written through a link."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = [member for member in tar.getmembers() if _is_inside(member.name)]
        for member in members:
            content = tar.extractfile(member) if member.isreg() else None
            if content is not None:
                place = folder / member.name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content.read())
        for member in members:
            place = folder / member.name
            if member.issym() and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(member.linkname)


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not PurePosixPath(name).is_absolute() and ".." not in parts
