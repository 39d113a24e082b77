"""The command line: output, exit status, and no traceback for any input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SPEC = """\
specloom: 1
package: tiny
version: 1.0.0
client: Tiny
title: A tiny API
languages: [en]
hosts: [https://api.example.com]
auth: none
"""
RESOURCE = """\
title: Things
endpoints:
  get:
    http: GET /things/{thing_id}
    title: Get a thing
    path: {thing_id: string(32)}
    responses: {200: {body: {name: string}}}
"""
CONFIG = '[tool.specloom.clients.tiny]\nspec = "spec"\nout = "client"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(SPEC)
    (tmp_path / "spec" / "things.yaml").write_text(RESOURCE)
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    return tmp_path


def specloom(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [sys.executable, "-m", "specloom", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in result.stderr
    return result


def test_generate_then_check_then_change(project: Path) -> None:
    process = specloom("generate", cwd=project)
    assert process.returncode == 0, process.stderr
    assert process.stdout.startswith("tiny: 1 endpoint, 1 type -> client (")
    assert process.stderr == ""
    below = project / "spec"
    assert specloom("check", cwd=below).stdout == "tiny: up to date\n"

    (project / "spec" / "things.yaml").write_text(RESOURCE.replace("string(32)", "string(64)"))
    stale = specloom("check", cwd=project)
    assert stale.returncode == 1
    assert (
        "-    thing_id: Annotated[str, limited(max_length=32)]\n+    thing_id: Annotated[str, limited(max_length=64)]\n"
        in stale.stdout
    )

    (project / "client" / "tiny" / "errors.py").unlink()
    assert "missing: client/tiny/errors.py\n" in specloom("check", cwd=project).stdout
    (project / "spec" / "things.yaml").rename(project / "spec" / "objects.yaml")
    assert "extra: client/tiny/calls/things.py\n" in specloom("check", cwd=project).stdout
    generated_again = specloom("generate", cwd=project)
    assert "removed" in generated_again.stdout
    assert specloom("check", cwd=project).returncode == 0


def test_an_invalid_spec_writes_nothing_and_reports_all_problems(project: Path) -> None:
    (project / "spec" / "things.yaml").write_text(
        RESOURCE.replace("string(32)", "strin(32)").replace("title: Get", "titel: Get")
    )
    result = specloom("generate", cwd=project)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "spec/things.yaml:5:5: " in result.stderr
    assert "spec/things.yaml:6:22: " in result.stderr
    assert result.stderr.count("hint: ") == 2
    assert not (project / "client").exists()

    rows = json.loads(specloom("generate", "--format", "json", cwd=project).stdout)
    assert [(row["path"], row["line"], row["column"]) for row in rows] == [
        ("spec/things.yaml", 5, 5),
        ("spec/things.yaml", 6, 22),
    ]
    github = specloom("check", "--format", "github", cwd=project).stdout
    assert github.startswith("::error file=spec/things.yaml,line=5,col=5,title=specloom ")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("", "no pyproject.toml with a [tool.specloom.clients.<name>] table"),
        ("[tool.specloom", "pyproject.toml:1:"),
        ("[tool.specloom]\n", "has no client"),
        (CONFIG.replace("spec =", "spek ="), "did you mean spec?"),
        (CONFIG + 'layout = "flat"\n', 'use "project" or "package"'),
        (CONFIG.replace('"client"', "3"), "pyproject.toml:3:7: config-out: "),
        (CONFIG.replace('"spec"', '"nowhere"'), "nowhere"),
        (CONFIG + CONFIG.replace("tiny", "other"), "the outputs of clients tiny and other overlap"),
        (CONFIG.replace('"client"', '"spec"'), "the output spec and the spec spec overlap"),
        (CONFIG.replace('"client"', '"mine"'), "specloom did not create it"),
    ],
)
def test_an_invalid_configuration_is_a_problem_with_a_hint(
    project: Path, config: str, message: str
) -> None:
    (project / "mine").mkdir()
    (project / "mine" / "file").write_text("")
    (project / "pyproject.toml").write_text(config)
    result = specloom("generate", cwd=project)
    assert result.returncode == 2
    assert message in result.stderr


def test_lint_prints_advice_and_exits_with_0(project: Path) -> None:
    result = specloom("lint", cwd=project)
    assert result.returncode == 0
    assert result.stdout.startswith("tiny: ")
    assert "spec/things.yaml:" in result.stderr


def test_help_lists_the_commands() -> None:
    result = specloom("--help", cwd=Path.cwd())
    assert result.returncode == 0
    assert all(command in result.stdout for command in ("generate", "check", "lint"))


def test_an_unknown_client_is_an_error_that_lists_the_known_ones(project: Path) -> None:
    result = specloom("generate", "tinny", cwd=project)
    assert result.returncode == 2
    assert "unknown client tinny" in result.stderr
    assert "known clients: tiny" in result.stderr


@pytest.mark.parametrize("command", ["generate", "check", "lint", "schema"])
def test_programs_get_one_document_and_nothing_else(project: Path, command: str) -> None:
    specloom("generate", cwd=project)
    for _ in range(2):
        result = specloom(command, "--format", "json", cwd=project)
        assert (result.returncode, isinstance(json.loads(result.stdout), list)) == (0, True)
        assert "tiny: " in result.stderr
    stopped = specloom(command, "tinny", "--format", "json", cwd=project)
    [row] = json.loads(stopped.stdout)
    assert (stopped.returncode, row["path"], row["rule"], stopped.stderr) == (
        2,
        None,
        "run-failed",
        "",
    )
    assert "unknown client tinny" in row["message"]
    github = specloom(command, "tinny", "--format", "github", cwd=project)
    assert github.stdout.startswith("::error title=specloom run-failed::unknown client tinny")


def test_an_error_of_writing_is_in_the_document(project: Path) -> None:
    specloom("generate", cwd=project)
    (project / "client" / "README.md").write_text("by hand")
    result = specloom("generate", "--format", "json", cwd=project)
    assert result.returncode == 4
    assert "edited by hand" in json.loads(result.stdout)[0]["message"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_standard_output_is_an_error(project: Path) -> None:
    specloom("generate", cwd=project)
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "specloom", "check"],
            cwd=project,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (result.returncode, result.stderr) == (
        3,
        "specloom: standard output: No space left on device\n",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="pipes that break have no signal there")
def test_a_reader_that_closes_the_pipe_causes_no_traceback(project: Path) -> None:
    endpoints = RESOURCE + "".join(
        RESOURCE.partition("endpoints:\n")[2]
        .replace("get:", f"get{number}:")
        .replace("/things", f"/things{number}")
        for number in range(60)
    )
    (project / "spec" / "things.yaml").write_text(endpoints)
    specloom("generate", cwd=project)
    (project / "spec" / "things.yaml").write_text(endpoints.replace("Get a thing", "Get one thing"))
    command = f'set -o pipefail; "{sys.executable}" -m specloom check | head -1'
    result = subprocess.run(
        ["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr, result.stdout.count("\n")) == (141, "", 1)


def test_layout_package_writes_the_import_package_alone(project: Path) -> None:
    (project / "src").mkdir()
    (project / "src" / "mine.py").write_text("from tiny import Tiny\n")
    (project / "pyproject.toml").write_text(
        CONFIG.replace('"client"', '"src/tiny"') + 'layout = "package"\n'
    )
    assert specloom("generate", cwd=project).returncode == 0
    assert not (project / "src" / "tiny" / "pyproject.toml").exists()
    assert not (project / "src" / "tiny" / "docs").exists()
    subprocess.run(
        [sys.executable, "-c", "from mine import Tiny; Tiny()"], cwd=project / "src", check=True
    )


def test_the_output_of_a_package_has_the_name_of_the_package(project: Path) -> None:
    (project / "pyproject.toml").write_text(CONFIG + 'layout = "package"\n')
    result = specloom("generate", cwd=project)
    assert result.returncode == 2
    assert "config-out: folder name `client` does not match the package `tiny`" in result.stderr
    assert not (project / "client").exists()
