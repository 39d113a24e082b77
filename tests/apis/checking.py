"""Type checks of generated clients with programs that use them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.type_checkers import Mypy, pyright


def check_types(
    projects: Mapping[str, Path], programs: Mapping[str, Path], folder: Path, mypy: Mypy
) -> None:
    """Check the packages and programs of these APIs with mypy and pyright, in an empty folder.

    The files of the runtime are the same in all packages, and use no other files, so pyright reads each once.
    """
    known: set[tuple[Path, bytes]] = set()
    again: list[str] = []
    for name, project in projects.items():
        package = folder / name
        shutil.copytree(project / name, package)
        for file in sorted(package.glob("_runtime/**/*.py")):
            this = file.relative_to(package), file.read_bytes()
            if this in known:
                again.append(f"{name}/{this[0]}")
            known.add(this)
        shutil.copy(programs[name], folder / f"use_{name}.py")
    problems = pyright(folder, exclude=again)
    assert not problems, problems
    checked = mypy(*projects, *(f"use_{name}.py" for name in projects), cwd=folder)
    assert checked.returncode == 0, checked.stdout + checked.stderr
