"""Generated clients: checked by mypy, pyright, black, ruff, and by importing them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.generated import CASES, COMMITTED, ROOT, write
from tests.type_checkers import Mypy, pyright


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the committed projects, and one that uses all of the spec language."""
    folder = tmp_path_factory.mktemp("generated")
    api = write(CASES / "kitchen_sink" / "spec", folder)
    return {**COMMITTED, api.package: folder}


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a command that must succeed, and return its output."""
    process = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def packages(projects: dict[str, Path]) -> list[Path]:
    return [project / name for name, project in projects.items()]


def test_black_changes_nothing(projects: dict[str, Path]) -> None:
    """Each file once: most of a package is the runtime, which is the same in all of them."""
    files = [file for package in packages(projects) for file in sorted(package.rglob("*.py"))]
    different = {file.read_bytes(): file for file in files}.values()
    run(sys.executable, "-m", "black", "--check", "-q", "--config", "/dev/null", *different)


def test_ruff_finds_nothing(projects: dict[str, Path]) -> None:
    run(
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--config",
        ROOT / "pyproject.toml",
        *packages(projects),
    )


IMPORT_ALL = """
import importlib, pkgutil, sys
before = set(sys.modules)
package = importlib.import_module(sys.argv[1])
light = {"httpx", "msgspec", "cryptography"} & (set(sys.modules) - before)
assert not light, f"importing {sys.argv[1]} imports {light}"
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    exec(f"from {module.name} import *", {})
exec(f"from {package.__name__} import *", {})
try:
    package.nothing
except AttributeError as error:
    assert "nothing" in str(error)
else:
    raise AssertionError("an unknown name must raise AttributeError")
"""


def test_all_modules_import_and_the_package_imports_lazily(projects: dict[str, Path]) -> None:
    for name, project in projects.items():
        run(sys.executable, "-W", "error", "-c", IMPORT_ALL, name, cwd=project)


def test_committed_clients_are_up_to_date() -> None:
    run(sys.executable, "-m", "specloom", "check")


SURFACE = ROOT / "tests" / "typing_surface.py"
LINES = list(enumerate(SURFACE.read_text("utf-8").split("\n"), 1))
MISTAKES = {number for number, line in LINES if line.endswith("# error")}
FOR_PYRIGHT = {number for number, line in LINES if line.endswith("# error for pyright")}


def test_mypy_finds_exactly_the_mistakes_of_a_user(
    projects: dict[str, Path], mypy: Mypy, tmp_path: Path
) -> None:
    """In the packages, runtime included, and in a program that uses them."""
    checked = [*packages(projects), SURFACE]
    process = mypy(*checked, cwd=tmp_path, path=projects.values())
    mistakes = {
        (tmp_path.joinpath(file).resolve(), int(line))
        for file, line in re.findall(r"(?m)^(.+?):(\d+): error: ", process.stdout)
    }
    assert mistakes == {(SURFACE, line) for line in MISTAKES}, process.stdout + process.stderr


def test_pyright_finds_exactly_the_mistakes_of_a_user(
    projects: dict[str, Path], tmp_path: Path
) -> None:
    """In the packages, runtime included, and in a program that uses them.

    The files of the runtime are the same in all packages, and use no other files, so that each is checked once.
    """
    known: set[tuple[Path, bytes]] = set()
    again: list[str] = []
    for package in packages(projects):
        shutil.copytree(package, tmp_path / package.name)
        for file in sorted(package.glob("_runtime/**/*.py")):
            this = file.relative_to(package), file.read_bytes()
            if this in known:
                again.append(str(package.name / this[0]))
            known.add(this)
    shutil.copy(SURFACE, tmp_path)
    mistakes = {(Path(file), line) for file, line, _ in pyright(tmp_path, exclude=again)}
    assert mistakes == {(tmp_path / SURFACE.name, line) for line in MISTAKES | FOR_PYRIGHT}
