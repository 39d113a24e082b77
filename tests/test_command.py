"""The command as people meet it: what it prints, what it exits with, and that it never shows a traceback."""

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
    done = subprocess.run(
        [sys.executable, "-m", "specloom", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def test_generate_then_check_then_change(project: Path) -> None:
    made = specloom("generate", cwd=project)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("tiny: 1 endpoint, 1 type -> client (")
    assert made.stderr == ""
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
    mended = specloom("generate", cwd=project)
    assert "removed" in mended.stdout
    assert specloom("check", cwd=project).returncode == 0


def test_a_broken_spec_writes_nothing_and_says_all(project: Path) -> None:
    (project / "spec" / "things.yaml").write_text(
        RESOURCE.replace("string(32)", "strin(32)").replace("title: Get", "titel: Get")
    )
    done = specloom("generate", cwd=project)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "spec/things.yaml:5:5: " in done.stderr
    assert "spec/things.yaml:6:22: " in done.stderr
    assert done.stderr.count("hint: ") == 2
    assert not (project / "client").exists()

    rows = json.loads(specloom("generate", "--format", "json", cwd=project).stdout)
    assert [(row["path"], row["line"], row["column"]) for row in rows] == [
        ("spec/things.yaml", 5, 5),
        ("spec/things.yaml", 6, 22),
    ]
    github = specloom("check", "--format", "github", cwd=project).stdout
    assert github.startswith("::error file=spec/things.yaml,line=5,col=5,title=specloom ")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("", "no pyproject.toml with a [tool.specloom.clients.<name>] table"),
        ("[tool.specloom", "pyproject.toml:1:"),
        ("[tool.specloom]\n", "names no client"),
        (CONFIG.replace("spec =", "spek ="), "did you mean spec?"),
        (CONFIG + 'layout = "flat"\n', 'use "project" or "package"'),
        (CONFIG.replace('"client"', "3"), "pyproject.toml:3:7: config-out: "),
        (CONFIG.replace('"spec"', '"nowhere"'), "nowhere"),
        (CONFIG + CONFIG.replace("tiny", "other"), "share the output"),
        (CONFIG.replace('"client"', '"spec"'), "lie in one another"),
        (CONFIG.replace('"client"', '"mine"'), "specloom did not make it"),
    ],
)
def test_a_wrong_configuration_is_said_with_a_way_out(
    project: Path, config: str, said: str
) -> None:
    (project / "mine").mkdir()
    (project / "mine" / "file").write_text("")
    (project / "pyproject.toml").write_text(config)
    done = specloom("generate", cwd=project)
    assert done.returncode == 2
    assert said in done.stderr


def test_lint_advises_and_succeeds(project: Path) -> None:
    done = specloom("lint", cwd=project)
    assert done.returncode == 0
    assert done.stdout.startswith("tiny: ")
    assert "spec/things.yaml:" in done.stderr


def test_help_names_the_commands() -> None:
    done = specloom("--help", cwd=Path.cwd())
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("generate", "check", "lint"))


def test_an_unknown_client_is_named_beside_the_known_ones(project: Path) -> None:
    done = specloom("generate", "tinny", cwd=project)
    assert done.returncode == 2
    assert "no client tinny" in done.stderr
    assert "tiny" in done.stderr


@pytest.mark.parametrize("command", ["generate", "check", "lint", "schema"])
def test_programs_get_one_document_and_nothing_else(project: Path, command: str) -> None:
    specloom("generate", cwd=project)
    for _ in range(2):
        done = specloom(command, "--format", "json", cwd=project)
        assert (done.returncode, isinstance(json.loads(done.stdout), list)) == (0, True)
        assert "tiny: " in done.stderr
    stopped = specloom(command, "tinny", "--format", "json", cwd=project)
    [row] = json.loads(stopped.stdout)
    assert (stopped.returncode, row["path"], row["rule"], stopped.stderr) == (
        2,
        None,
        "stopped",
        "",
    )
    assert "no client tinny" in row["message"]
    github = specloom(command, "tinny", "--format", "github", cwd=project)
    assert github.stdout.startswith("::error title=specloom stopped::there is no client tinny")


def test_what_refuses_to_be_written_is_in_the_document(project: Path) -> None:
    specloom("generate", cwd=project)
    (project / "client" / "README.md").write_text("by hand")
    done = specloom("generate", "--format", "json", cwd=project)
    assert done.returncode == 4
    assert "changed by hand" in json.loads(done.stdout)[0]["message"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_output_that_is_full_is_said(project: Path) -> None:
    specloom("generate", cwd=project)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "specloom", "check"],
            cwd=project,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        3,
        "specloom: standard output: No space left on device\n",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="pipes that break have no signal there")
def test_who_reads_the_first_line_alone_breaks_nothing(project: Path) -> None:
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
    done = subprocess.run(
        ["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (141, "", 1)


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


def test_a_package_is_called_like_its_folder(project: Path) -> None:
    (project / "pyproject.toml").write_text(CONFIG + 'layout = "package"\n')
    done = specloom("generate", cwd=project)
    assert done.returncode == 2
    assert "config-out: the folder client is to be the package `tiny`" in done.stderr
    assert not (project / "client").exists()
