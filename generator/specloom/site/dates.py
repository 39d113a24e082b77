"""Date of the last change of files: that of the last commit, or of the file itself if it has changes that are not committed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path


def dates_of_change(folder: Path) -> Mapping[Path, date]:
    """Return the date of each Markdown file below a folder."""
    committed = _dates_of_commits(folder)
    for path in _uncommitted(folder):
        committed.pop(path, None)
    root = folder.resolve()
    return {
        file: committed.get(root / file.relative_to(folder)) or _date_of_file(file)
        for file in folder.rglob("*.md")
    }


def _dates_of_commits(folder: Path) -> dict[Path, date]:
    """Return the date of the last commit of each file; none outside a repository."""
    dates: dict[Path, date] = {}
    day = date.min
    for row in _git(
        folder, "log", "--format=%x00%cs", "--name-only", "--relative", "-z", "--", "."
    ):
        row = row.strip("\n")
        if len(row) == 10 and row[4] == row[7] == "-" and row[:4].isdigit():
            day = date.fromisoformat(row)
        elif row:
            dates.setdefault(folder.resolve() / row, day)
    return dates


def _uncommitted(folder: Path) -> Iterator[Path]:
    for arguments in (
        ("diff", "--name-only", "--relative", "-z", "HEAD", "--", "."),
        ("ls-files", "--others", "-z", "--", "."),
    ):
        for row in _git(folder, *arguments):
            if row:
                yield folder.resolve() / row


def _git(folder: Path, *arguments: str) -> list[str]:
    """Return the zero-terminated rows of a git command; none if it fails."""
    try:
        process = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return process.stdout.decode("utf-8", "surrogateescape").split("\0")


def _date_of_file(file: Path) -> date:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
