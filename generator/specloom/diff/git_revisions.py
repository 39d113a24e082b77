"""Spec folders for OLD and NEW of `specloom diff`: a folder on disk, or a folder in a git revision.

A revision is extracted with `git archive` into a temporary folder; the work tree and the index are neither read nor written.
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
    """A spec folder, and its name in problems and changes."""

    folder: Path
    display_name: str


def require_spec(spec: Path | None) -> Path:
    """Return the default spec folder; raises `UsageError` if there is none."""
    if spec is None:
        raise UsageError("no spec folder to compare with; add NEW, or set --spec")
    return spec


@contextlib.contextmanager
def spec_folder(
    name: str, spec: Callable[[], Path | None]
) -> Generator[RevisionFolder, None, None]:
    """Yield the folder with this name, else the folder in a git revision: `REVISION:FOLDER`, or `REVISION` for the folder that `spec` returns.

    Raises `UsageError` if it is none of them.
    """
    if Path(name).is_dir():
        yield RevisionFolder(Path(name), name.rstrip("/") or "/")
        return
    revision, colon, path = name.partition(":")
    if not revision or revision.startswith("-"):
        raise UsageError(f"{name} is neither a folder nor a git revision")
    start, inside = _locate(path or ".", Path.cwd()) if colon else _locate_spec(name, spec())
    top = Path(
        _git(
            start,
            ["rev-parse", "--show-toplevel"],
            f"{name} is not a folder, and {start} is not in a git repository",
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


def _locate_spec(name: str, spec: Path | None) -> tuple[Path, Path]:
    if spec is None:
        raise UsageError(
            f"{name} is not a folder; for a git revision, set --spec, or write {name}:path/of/the/spec"
        )
    return _locate(spec.as_posix(), Path.cwd())


def _locate(path: str, base: Path) -> tuple[Path, Path]:
    """Return the nearest existing folder, to run git in, and the path itself, which may have been removed since the revision."""
    target = (base / path).resolve()
    start = target
    while not start.is_dir():
        start = start.parent
    return start, target


def _relative(path: Path, top: Path) -> str:
    try:
        return path.relative_to(top.resolve()).as_posix()
    except ValueError:
        raise UsageError(f"{path} is not in the repository {top}") from None


def _tree(top: Path, revision: str, path: str) -> str:
    """Return the object id of the folder in the revision."""
    unknown = f"{revision} is neither a folder nor a revision of the git repository {top}"
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
        raise UsageError(f"{path} is not a folder in {revision}; a spec is a folder")
    return tree


def _git(folder: Path, arguments: list[str], message: str) -> str:
    """Return the output of git; raises `UsageError` with the message if git fails."""
    result = _run(folder, arguments)
    if result.returncode != 0:
        raise UsageError(message)
    return os.fsdecode(result.stdout).rstrip("\n")


def _archive(top: Path, tree: str) -> bytes:
    result = _run(top, ["archive", "--format=tar", tree])
    if result.returncode != 0:
        raise UsageError(f"git archive failed: {os.fsdecode(result.stderr).strip()}")
    return result.stdout


def _run(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, check=False
        )
    except OSError as error:
        raise UsageError(f"cannot run git: {error.strerror or error}; install git") from None


def _extract(archive: bytes, folder: Path) -> None:
    """Extract files first and links last, so that no file is written through a link."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = [member for member in tar.getmembers() if _is_inside(member.name)]
        for member in members:
            content = tar.extractfile(member) if member.isreg() else None
            if content is not None:
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
        for member in members:
            path = folder / member.name
            if member.issym() and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(member.linkname)


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not PurePosixPath(name).is_absolute() and ".." not in parts
