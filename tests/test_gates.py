"""The hooks for pre-commit and the GitHub action."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.environments import environment, pip, run
from tests.generated import ROOT

HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
FOLDER = ROOT / ".github" / "actions" / "specloom"
ACTION: dict[str, Any] = yaml.safe_load((FOLDER / "action.yml").read_text("utf-8"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose client is up to date."""
    run(sys.executable, "-m", "specloom", "new", "shop", cwd=tmp_path)
    run(sys.executable, "-m", "specloom", "generate", cwd=tmp_path)
    return tmp_path


def hook(name: str, folder: Path, status: int = 0) -> str:
    [row] = [row for row in HOOKS if row["id"] == name]
    command, *arguments = row["entry"].split()
    assert (command, row["language"], row["pass_filenames"]) == ("specloom", "python", False)
    return run(sys.executable, "-m", command, *arguments, cwd=folder, status=status)


def step(name: str, folder: Path, status: int = 0, **inputs: str) -> str:
    """Run a step of the action as a runner does: its script in bash, with the inputs in the environment."""
    [found] = [step for step in ACTION["runs"]["steps"] if step["name"] == name]
    settings = {key: row["default"] for key, row in ACTION["inputs"].items()} | inputs
    values = {
        key: settings[text.removeprefix("${{ inputs.").removesuffix(" }}")]
        for key, text in found["env"].items()
    }
    assert "${{" not in found["run"], "inputs go through the environment, never into the script"
    env = {
        **os.environ,
        **values,
        "RUNNER_TEMP": str(folder / "runner"),
        "GITHUB_ACTION_PATH": str(FOLDER),
    }
    process = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", found["run"]],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == status, process.stdout + process.stderr
    return process.stdout + process.stderr


def test_hooks_check_and_generate(project: Path) -> None:
    assert hook("specloom-check", project) == "shop: up to date\n"
    (project / "specs" / "shop" / "items.yaml").write_text("title: Things\n")
    assert "run specloom generate" in hook("specloom-check", project, 1)
    assert "removed" in hook("specloom-generate", project)
    assert hook("specloom-check", project) == "shop: up to date\n"


def test_the_action_checks(project: Path) -> None:
    commands = project / "runner" / "specloom" / "bin"
    commands.mkdir(parents=True)
    (commands / "specloom").write_text(f'#!/bin/sh\nexec {sys.executable} -m specloom "$@"\n')
    (commands / "specloom").chmod(0o755)
    assert step("Run specloom", project) == "shop: up to date\n"
    assert step("Run specloom", project, clients="shop") == "shop: up to date\n"
    assert "::error::invalid command; expected check, lint or generate" in step(
        "Run specloom", project, 2, command="new; true"
    )
    items = project / "specs" / "shop" / "items.yaml"
    items.write_text(items.read_text().replace("price: integer\n", "price: intger\n"))
    assert (
        "::error file=specs/shop/items.yaml,line=37,col=14,title=specloom invalid-type::"
        in step("Run specloom", project, 2)
    )
    assert "unknown client -h" in step("Run specloom", project, 2, clients="-h")


@pytest.mark.slow
def test_the_action_installs_what_it_runs(project: Path) -> None:
    step("Install specloom", project, packages=str(ROOT / "tests" / "examples" / "error-list"))
    assert step("Run specloom", project) == "shop: up to date\n"


@pytest.mark.slow
def test_pre_commit_accepts_the_hooks(project: Path) -> None:
    python = environment(project / "env")
    pip(python, "install", "-q", "pre-commit")
    run(python, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
