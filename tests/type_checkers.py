"""mypy and pyright for tests.

Without a cache, mypy spends most of its time on installed packages, which are the same for all tests. They are checked once, in a cache that
pytest keeps between runs. Each test uses a copy of it, because two runs of mypy must not share a cache.
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
"""Imports of generated code and of the programs of the tests."""


def mypy(
    shared: Path, cache: Path, *arguments: str | Path, cwd: Path, path: Iterable[Path] = ()
) -> subprocess.CompletedProcess[str]:
    """Run mypy in strict mode. `shared` is the folder of the shared cache, `cache` the test's own cache, `path` becomes MYPYPATH."""
    if not cache.exists():
        shutil.copytree(_installed(shared), cache)
    return _mypy(cache, *arguments, cwd=cwd, path=path)


@lru_cache
def _installed(shared: Path) -> Path:
    """Return the shared cache of the installed packages, up to date."""
    with open(shared / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = shared / "installed.py"
        if not program.exists() or program.read_text("utf-8") != INSTALLED:
            program.write_text(INSTALLED, "utf-8")
        result = _mypy(shared / "cache", program, cwd=shared)
        assert result.returncode == 0, result.stdout + result.stderr
    return shared / "cache"


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


def pyright(folder: Path, *, exclude: Iterable[str] = ()) -> list[tuple[str, int, str]]:
    """Run pyright in strict mode in a folder, without these paths; return file, line and message of each error."""
    excluded = [*exclude]
    settings = {
        "include": ["."],
        "exclude": excluded,
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
        str(folder),
        "--outputjson",
        "--pythonpath",
        sys.executable,
    ]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert report["summary"]["filesAnalyzed"] >= len(
        [
            path
            for path in folder.rglob("*.py")
            if not any(path.is_relative_to(folder / one) for one in excluded)
        ]
    )
    return [
        (row["file"], row["range"]["start"]["line"] + 1, row["message"])
        for row in report["generalDiagnostics"]
        if row["severity"] == "error"
    ]
