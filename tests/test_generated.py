"""Independent judges on everything that is generated: type checkers, black, ruff, and Python itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.generated import CASES, COMMITTED, ROOT, write


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The committed projects, and one with everything that the language has."""
    made = tmp_path_factory.mktemp("generated")
    api = write(CASES / "kitchen_sink" / "spec", made)
    return {**COMMITTED, api.package: made}


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def packages(projects: dict[str, Path]) -> list[Path]:
    return [project / name for name, project in projects.items()]


def test_mypy_is_strict(projects: dict[str, Path], tmp_path: Path) -> None:
    for package in packages(projects):
        run(
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--cache-dir",
            tmp_path,
            "--warn-unreachable",
            package,
            cwd=package.parent,
        )


def pyright(folder: Path, *, runtime: bool = True) -> list[tuple[str, int, str]]:
    """Runs pyright, strict, over everything in a folder, the runtime included or only used: file, line and message of each error."""
    settings = {
        "include": ["."],
        "exclude": [] if runtime else ["**/_runtime"],
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
        [path for path in folder.rglob("*.py") if runtime or "_runtime" not in path.parts]
    )
    return [
        (row["file"], row["range"]["start"]["line"] + 1, row["message"])
        for row in said["generalDiagnostics"]
        if row["severity"] == "error"
    ]


def test_pyright_is_strict(projects: dict[str, Path], tmp_path: Path) -> None:
    for package in packages(projects):
        shutil.copytree(package, tmp_path / package.name)
    assert pyright(tmp_path) == []


def test_black_changes_nothing(projects: dict[str, Path]) -> None:
    run(
        sys.executable, "-m", "black", "--check", "-q", "--config", "/dev/null", *packages(projects)
    )


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
    raise AssertionError("a wrong name is no error")
"""


def test_everything_imports_and_lazily(projects: dict[str, Path]) -> None:
    for name, project in projects.items():
        run(sys.executable, "-W", "error", "-c", IMPORT_ALL, name, cwd=project)


def test_what_is_committed_is_what_is_generated() -> None:
    run(sys.executable, "-m", "specloom", "check")


SURFACE = ROOT / "tests" / "typing_surface.py"
LINES = list(enumerate(SURFACE.read_text("utf-8").split("\n"), 1))
MISTAKES = {number for number, line in LINES if line.endswith("# error")}
FOR_PYRIGHT = {number for number, line in LINES if line.endswith("# error for pyright")}


def test_mypy_finds_the_mistakes_of_a_user_and_no_other(
    projects: dict[str, Path], tmp_path: Path
) -> None:
    path = ":".join(str(project) for project in projects.values())
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--cache-dir",
            tmp_path,
            "--no-error-summary",
            SURFACE,
        ],
        cwd=tmp_path,
        env={"MYPYPATH": path, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    found = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    assert found == MISTAKES, done.stdout


def test_pyright_finds_the_mistakes_of_a_user_and_no_other(
    projects: dict[str, Path], tmp_path: Path
) -> None:
    for name, project in projects.items():
        shutil.copytree(project / name, tmp_path / name)
    shutil.copy(SURFACE, tmp_path)
    found = {(Path(file).name, line) for file, line, _ in pyright(tmp_path, runtime=False)}
    assert found == {(SURFACE.name, line) for line in MISTAKES | FOR_PYRIGHT}
