"""mypy and pyright as judges.

Most of the time of a cold mypy goes into installed packages, the same for all tests. They are checked once, in a cache that pytest keeps from run
to run, and each test works on a copy of it, since two runs of mypy must not share a cache.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

Mypy: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]

INSTALLED = "import cryptography.x509, httpx, msgspec, pytest\n"
"""What generated code and the programs of the tests import."""


def mypy(
    home: Path, room: Path, *arguments: str | Path, cwd: Path, path: Iterable[Path] = ()
) -> subprocess.CompletedProcess[str]:
    """Run mypy, strict. `home` holds the cache of installed packages, `room` is a new folder for the test's own, `path` is MYPYPATH."""
    if not room.exists():
        shutil.copytree(_installed(home), room)
    return _mypy(room, *arguments, cwd=cwd, path=path)


@lru_cache
def _installed(home: Path) -> Path:
    """The cache with the installed packages, current."""
    with open(home / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = home / "installed.py"
        if not program.exists() or program.read_text("utf-8") != INSTALLED:
            program.write_text(INSTALLED, "utf-8")
        done = _mypy(home / "cache", program, cwd=home)
        assert done.returncode == 0, done.stdout + done.stderr
    return home / "cache"


def _mypy(
    cache: Path, *arguments: str | Path, cwd: Path, path: Iterable[Path] = ()
) -> subprocess.CompletedProcess[str]:
    options = ("--strict", "--warn-unreachable", "--no-error-summary", "--cache-dir", str(cache))
    return subprocess.run(
        [sys.executable, "-m", "mypy", *options, *map(str, arguments)],
        cwd=cwd,
        env={"PATH": "", "MYPYPATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
        check=False,
    )


def pyright(folder: Path, *, exclude: str = "") -> list[tuple[str, int, str]]:
    """Run pyright, strict, over everything in a folder but what is only to be used: file, line and message of each error."""
    settings = {
        "include": ["."],
        "exclude": [exclude] if exclude else [],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "reportUnusedExpression": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [
        sys.executable,
        "-m",
        "pyright",
        "-p",
        folder,
        "--outputjson",
        "--pythonpath",
        sys.executable,
    ]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert said["summary"]["filesAnalyzed"] >= len(
        [path for path in folder.rglob("*.py") if not exclude or "_runtime" not in path.parts]
    )
    return [
        (row["file"], row["range"]["start"]["line"] + 1, row["message"])
        for row in said["generalDiagnostics"]
        if row["severity"] == "error"
    ]
