"""The repository's pages keep their word: commands, examples and their output, and the endpoint that one adds step by step."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import readmes
from tests.generated import ROOT
from tests.readmes import (
    BUILDS,
    CONTRIBUTING,
    DIFF,
    README,
    TEMPLATES,
    WECHATPAY,
    block,
    blocks,
    blocks_below,
)
from tests.type_checkers import Mypy

COMMANDS = [
    "python3 -m venv .venv && .venv/bin/pip install -q -e . && .venv/bin/specloom generate",
    ".venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -q",
]


def specloom(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "specloom", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def git(*arguments: str, cwd: Path) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments],
        cwd=cwd,
        check=True,
        capture_output=True,
    )


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


def wechatpay_spec(folder: Path) -> Path:
    """A copy of the spec in a project; the file of its resource."""
    shutil.copytree(ROOT / "specs" / "wechatpay", folder / "specs" / "wechatpay")
    (folder / "pyproject.toml").write_text(
        '[tool.specloom.clients.wechatpay]\nspec = "specs/wechatpay"\nout = "generated/wechatpay"\nmock = "specs/wechatpay/mock"\n'
    )
    return folder / "specs" / "wechatpay" / "fapiao_applications.yaml"


def test_the_readme_is_short() -> None:
    assert len((ROOT / README).read_text("utf-8").splitlines()) <= 200


def run_blocks() -> Iterator[tuple[str, str]]:
    """Name and page of each block that a test asks for."""
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "block"
                and isinstance(node.args[0], ast.Constant)
            ):
                page = node.args[1] if len(node.args) == 2 else None
                name = page.id if isinstance(page, ast.Name) else "README"
                yield str(node.args[0].value), getattr(readmes, name)


@pytest.mark.parametrize("page", [README, BUILDS, DIFF, TEMPLATES, CONTRIBUTING])
def test_every_block_is_run_by_a_test(page: str) -> None:
    names = [name for name, _, _ in blocks(page)]
    assert len(names) == (ROOT / page).read_text("utf-8").count("\n```") // 2
    assert "" not in names
    assert len(set(names)) == len(names)
    assert set(names) == {name for name, where in run_blocks() if where == page}


def test_the_first_two_commands_do_all_the_set_up() -> None:
    first = re.search(r"^```\w*\n(.*?)^```", (ROOT / README).read_text("utf-8"), re.DOTALL | re.M)
    assert first
    assert first[1] == block("set up")
    assert first[1].splitlines() == COMMANDS


def test_a_contributor_needs_the_same_commands() -> None:
    (create, _, _), (install, test) = (command.split(" && ") for command in COMMANDS)
    assert block("set up", CONTRIBUTING).splitlines() == [f"{create} && {install}", test]


def test_the_first_example_type_checks(tmp_path: Path, mypy: Mypy) -> None:
    [example] = blocks_below("Example", WECHATPAY)
    [field] = blocks_below("Signatures and encrypted fields", WECHATPAY)
    (tmp_path / "example.py").write_text(
        example + field.replace("page.fapiao_information[0]", "(page.fapiao_information or [])[0]")
    )
    process = mypy("example.py", cwd=tmp_path, path=[ROOT / "generated" / "wechatpay"])
    assert process.returncode == 0, process.stdout


def test_adding_the_fourth_endpoint_goes_as_it_says(tmp_path: Path) -> None:
    resource = wechatpay_spec(tmp_path)
    shutil.copytree(ROOT / "generated" / "wechatpay", tmp_path / "generated" / "wechatpay")
    added = block("fourth endpoint", CONTRIBUTING)
    change(resource, "\nendpoints:\n", f"\nendpoints:\n{added}\n")

    process = specloom("generate", cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    # How many files change and stay grows with the runtime that is copied: the sentence counts, not the numbers.
    numbers = re.compile(r"\d+(?= changed| unchanged)")
    shown = block("fourth endpoint: output", CONTRIBUTING)
    assert numbers.sub("…", process.stdout) == numbers.sub("…", shown)
    page = (tmp_path / "generated/wechatpay/docs/zh/fapiao_applications/files.md").read_text(
        "utf-8"
    )
    assert "获取发票下载信息" in page
    code = (
        "from wechatpay import calls, models\n"
        "call = calls.fapiao_applications.files('1', sub_mchid='2')\n"
        "assert call.endpoint.method == 'GET' and models.FapiaoFile\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "generated" / "wechatpay", check=True
    )
    advice = specloom("lint", cwd=tmp_path)
    assert "files" in advice.stderr


def test_the_problem_that_it_shows_is_shown_so(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    specloom("new", "shop", cwd=tmp_path)
    added = block("story: endpoint")
    assert added.count("limit?: integer(1..100)") == 1
    change(
        tmp_path / "specs" / "shop" / "items.yaml",
        "endpoints:\n",
        f"endpoints:\n{added}\n".replace("limit?: integer(1..100)", "limit?: intger(1..100)"),
    )
    process = specloom("generate", cwd=tmp_path)
    assert process.returncode == 2
    assert process.stderr.splitlines() == block("problem").splitlines()
    assert not (tmp_path / "shop").exists()


def test_the_difference_that_it_shows_is_shown_so(tmp_path: Path) -> None:
    resource = wechatpay_spec(tmp_path)
    git("init", "-q", cwd=tmp_path)
    git("add", "-A", cwd=tmp_path)
    git("commit", "-qm", "old", cwd=tmp_path)
    git("tag", "v1.2", cwd=tmp_path)
    change(resource, "type: string(200)", "type: string(100)")
    text = resource.read_text("utf-8")
    [value] = re.findall(r"^ +ISSUE_ACCEPTED: .*\n", text, re.MULTILINE)
    resource.write_text(text.replace(value, ""), "utf-8")
    process = specloom("diff", "v1.2", cwd=tmp_path)
    lines = re.compile(
        r"(?<=\.yaml:)\d+"
    )  # they move with the spec; everything else is as it is printed
    assert lines.sub("0", process.stdout) == lines.sub("0", block("diff", DIFF))
