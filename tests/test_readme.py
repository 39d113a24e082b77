"""The README keeps its word: its commands, its first example, and the endpoint that it adds step by step."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.generated import ROOT

README = (ROOT / "README.md").read_text("utf-8")
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


def block(after: str, language: str) -> str:
    """The first code block after a text."""
    found = re.search(
        rf"{re.escape(after)}.*?^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE
    )
    assert found, after
    return found[1]


def test_the_first_two_commands_do_all_the_set_up() -> None:
    first = re.search(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert first
    assert first[1].splitlines() == COMMANDS


def test_the_first_example_type_checks(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(block("## What a client does", "python"))
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "example.py"]
    env = {"MYPYPATH": str(ROOT / "generated" / "wechatpay"), "PATH": ""}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_adding_the_fourth_endpoint_goes_as_it_says(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "specs" / "wechatpay", tmp_path / "specs" / "wechatpay")
    shutil.copytree(ROOT / "generated" / "wechatpay", tmp_path / "generated" / "wechatpay")
    config = '[tool.specloom.clients.wechatpay]\nspec = "specs/wechatpay"\nout = "generated/wechatpay"\nmock = "specs/wechatpay/mock.py"\n'
    (tmp_path / "pyproject.toml").write_text(config)
    resource = tmp_path / "specs" / "wechatpay" / "fapiao_applications.yaml"
    text = resource.read_text("utf-8")
    assert text.count("\nendpoints:\n") == 1
    resource.write_text(
        text.replace(
            "\nendpoints:\n", f"\nendpoints:\n{block('<!-- fourth endpoint -->', 'yaml')}\n"
        ),
        "utf-8",
    )

    made = specloom("generate", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    # How many files change and stay grows with the runtime that is copied: the sentence counts, not the numbers.
    numbers = re.compile(r"\d+(?= changed| same)")
    assert numbers.sub("…", made.stdout) == numbers.sub(
        "…", block("**2.** `specloom generate`", "")
    )
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
    shutil.copytree(ROOT / "specs" / "wechatpay", tmp_path / "specs" / "wechatpay")
    config = '[tool.specloom.clients.wechatpay]\nspec = "specs/wechatpay"\nout = "out"\n'
    (tmp_path / "pyproject.toml").write_text(config)
    resource = tmp_path / "specs" / "wechatpay" / "fapiao_applications.yaml"
    text = resource.read_text("utf-8")
    resource.write_text(
        text.replace("{fapiao_apply_id: FapiaoApplyId}", "{fapiao_apply_id: FapiaoApplyID}", 1),
        "utf-8",
    )
    done = specloom("generate", cwd=tmp_path)
    assert done.returncode == 2
    shown = block("What went wrong is said in place:", "").splitlines()
    said = done.stderr.splitlines()
    number = re.compile(r"\d+")
    assert [number.sub("0", line) for line in said] == [number.sub("0", line) for line in shown]
    assert not (tmp_path / "out").exists()
