"""`specloom check`: it reports each difference, for people and for programs, and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.disks import tree
from tests.test_command import CONFIG, RESOURCE, SPEC

from specloom.cli import main


@pytest.fixture
def stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A project with a file of each kind: changed, edited by hand, missing, no longer generated."""
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(SPEC)
    (tmp_path / "spec" / "things.yaml").write_text(RESOURCE)
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    assert main(["generate"]) == 0
    client = tmp_path / "client"
    (tmp_path / "spec" / "things.yaml").rename(tmp_path / "spec" / "objects.yaml")
    (client / "README.md").write_text((client / "README.md").read_text() + "By hand.\n")
    (client / "tiny" / "errors.py").unlink()
    capsys.readouterr()
    return tmp_path


def test_people_get_a_diff(stale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(stale)
    outputs: list[str] = []
    for _ in range(2):
        assert main(["check"]) == 1
        captured = capsys.readouterr()
        assert captured.err == ""
        outputs.append(captured.out)
    assert tree(stale) == before
    assert outputs[0] == outputs[1]
    assert outputs[0].startswith("tiny: client is out of date with spec; run specloom generate\n")
    assert (
        "\n--- client/README.md (edited by hand)\n+++ client/README.md (generated)\n" in outputs[0]
    )
    assert "\n-By hand.\n" in outputs[0]
    assert "\nmissing: client/tiny/errors.py\n" in outputs[0]
    assert "\nextra: client/tiny/calls/things.py\n" in outputs[0]


def test_programs_get_a_problem_for_each_file(
    stale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--format", "json"]) == 1
    captured = capsys.readouterr()
    rows = {row["path"]: row for row in json.loads(captured.out)}
    assert "\n-By hand.\n" in captured.err
    readme = rows["client/README.md"]
    assert (
        readme["rule"],
        "edited by hand" in readme["message"],
        "--force" in readme["hint"],
    ) == ("changed", True, True)
    lines = (stale / "client" / "README.md").read_text().split("\n")
    assert 1 <= readme["line"] <= len(lines)
    assert rows["client/tiny/errors.py"]["rule"] == "missing"
    assert rows["client/tiny/calls/things.py"]["rule"] == "extra"
    assert rows["client/tiny/calls/objects.py"]["hint"] == "run specloom generate"

    assert main(["check", "--format", "github"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(
        line.startswith("::error file=client/tiny/errors.py,line=1,col=1,title=specloom missing::")
        for line in lines
    )
    assert all(line.startswith("::error ") for line in lines)


def test_a_manifest_that_does_not_match_is_a_problem(
    stale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", "--force"]) == 0
    manifest = stale / "client" / ".specloom.json"
    manifest.write_text(manifest.read_text() + "\n")
    capsys.readouterr()
    assert main(["check", "--format", "json"]) == 1
    assert [row["rule"] for row in json.loads(capsys.readouterr().out)] == ["manifest"]
    assert main(["generate"]) == 0
    assert main(["check"]) == 0


def test_a_hand_edited_output_stops_generate_and_nothing_is_written(
    stale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(stale)
    assert main(["generate"]) == 4
    assert "client/README.md" in capsys.readouterr().err
    assert tree(stale) == before
