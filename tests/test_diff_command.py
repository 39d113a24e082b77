"""`specloom diff`: folders and git revisions, formats, exit status, and the version bump."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from tests.test_command import CONFIG, RESOURCE, SPEC, specloom

BROKEN = RESOURCE.replace("string(32)", "string(16)").replace("name: string", "name?: string")


def git(folder: Path, *arguments: str) -> None:
    settings = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "PATH": os.environ["PATH"],
    }
    who = {
        f"GIT_{role}_{what}": "someone@example.com"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    subprocess.run(
        ["git", *arguments], cwd=folder, env=settings | who, check=True, capture_output=True
    )


def write(folder: Path, resource: str, version: str = "1.0.0") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_api.yaml").write_text(SPEC.replace("1.0.0", version))
    (folder / "things.yaml").write_text(resource)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    write(tmp_path / "old", RESOURCE)
    write(tmp_path / "new", BROKEN)
    return tmp_path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three revisions of a spec in a subfolder: `v1`, `v2`, and what is not committed."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "pyproject.toml").write_text(CONFIG.replace('"spec"', '"specs/tiny"'))
    for tag, text in (("v1", RESOURCE), ("v2", BROKEN)):
        write(tmp_path / "specs" / "tiny", text)
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", tag)
        git(tmp_path, "tag", tag)
    write(tmp_path / "specs" / "tiny", BROKEN.replace("Get a thing", "Get one thing"))
    return tmp_path


def test_text_names_every_change_and_the_next_version(folders: Path) -> None:
    process = specloom("diff", "old", "new", cwd=folders)
    assert process.returncode == 0
    assert process.stdout == """\
breaking (2)
  new/things.yaml:6: limit-tightened: things.get: argument `thing_id` has tighter limits (not found by type checkers)
      was: string(32)
      now: string(16)
  new/things.yaml:7: became-optional: models.GetResponse: field `name` may be absent now
      was: name: string
      now: name?: string

2 breaking, 0 compatible, 0 documentation; major version bump: 1.0.0 -> 2.0.0 (version is still 1.0.0)
"""


def test_json_has_every_change_and_the_version(folders: Path) -> None:
    report = json.loads(specloom("diff", "old", "new", "--format", "json", cwd=folders).stdout)
    assert [
        (row["rule"], row["class"], row["concerns"], row["path"], row["line"])
        for row in report["changes"]
    ] == [
        ("limit-tightened", "breaking", ["request"], "new/things.yaml", 6),
        ("became-optional", "breaking", ["response"], "new/things.yaml", 7),
    ]
    assert [row["found_by_type_checkers"] for row in report["changes"]] == [False, True]
    assert report["version"] == {
        "old": "1.0.0",
        "new": "1.0.0",
        "bump": "major",
        "next": "2.0.0",
        "is_bumped": False,
    }


def test_markdown_is_a_section_of_a_changelog(folders: Path) -> None:
    process = specloom("diff", "old", "new", "--format", "markdown", cwd=folders)
    assert process.stdout == """\
## 2.0.0

### Breaking

- `things.get`: argument `thing_id` has tighter limits: `string(32)` → `string(16)` (not found by type checkers)
- `models.GetResponse`: field `name` may be absent now: `name: string` → `name?: string`
"""


def test_texts_are_escaped_in_markdown(folders: Path) -> None:
    hostile = RESOURCE.replace("Get a thing", "'</code> `` <b>![x](javascript:1) | `'")
    write(folders / "new", hostile)
    process = specloom("diff", "old", "new", "--format", "markdown", cwd=folders)
    html = MarkdownIt().render(process.stdout)
    assert "&lt;b&gt;![x](javascript:1)" in html
    assert "<b>" not in html
    assert "<img" not in html


def test_github_shows_changes_beside_the_lines(folders: Path) -> None:
    lines = specloom("diff", "old", "new", "--format", "github", cwd=folders).stdout.splitlines()
    assert lines[0] == (
        "::error file=new/things.yaml,line=6,title=specloom limit-tightened::"
        "things.get: argument `thing_id` has tighter limits%0Awas: string(32)%0Anow: string(16)"
    )
    assert lines[-1].startswith("::notice title=specloom diff::2 breaking, ")


@pytest.mark.parametrize(
    ("new", "fail_on", "status"),
    [
        (BROKEN, "breaking", 1),
        (BROKEN, "documentation", 1),
        (RESOURCE.replace("string(32)", "string(64)"), "breaking", 0),
        (RESOURCE.replace("string(32)", "string(64)"), "compatible", 1),
        (RESOURCE.replace("Get a thing", "Get one"), "compatible", 0),
        (RESOURCE.replace("Get a thing", "Get one"), "documentation", 1),
        (RESOURCE, "documentation", 0),
    ],
)
def test_fail_on_sets_the_exit_status(folders: Path, new: str, fail_on: str, status: int) -> None:
    write(folders / "new", new)
    assert specloom("diff", "old", "new", "--fail-on", fail_on, cwd=folders).returncode == status


@pytest.mark.parametrize(
    ("versions", "resource", "expected"),
    [
        (
            ("1.0.0", "2.0.0"),
            BROKEN,
            "major version bump: 1.0.0 -> 2.0.0 (version is 2.0.0)",
        ),
        (
            ("1.0.0", "1.1.0"),
            BROKEN,
            "major version bump: 1.0.0 -> 2.0.0 (version is still 1.1.0)",
        ),
        (
            ("0.3.0", "0.4.0"),
            BROKEN,
            "minor version bump: 0.3.0 -> 0.4.0 (version is 0.4.0)",
        ),
        (
            ("0.3.0", "0.3.0"),
            RESOURCE.replace("string(32)", "string(64)"),
            "patch version bump: 0.3.0 -> 0.3.1",
        ),
        (
            ("1.4", "1.4"),
            RESOURCE.replace("string(32)", "string(64)"),
            "minor version bump: 1.4 -> 1.5.0",
        ),
        (("1.0.0", "1.0.1"), RESOURCE, "only the version has changed"),
        (("1.0.0", "1.0.0"), RESOURCE, "no changes; version 1.0.0"),
    ],
)
def test_the_version_bump(
    folders: Path, versions: tuple[str, str], resource: str, expected: str
) -> None:
    write(folders / "old", RESOURCE, versions[0])
    write(folders / "new", resource, versions[1])
    assert expected in specloom("diff", "old", "new", cwd=folders).stdout


def test_git_revisions_are_read_without_touching_the_work_tree(repository: Path) -> None:
    before = {
        path: path.stat().st_mtime_ns for path in repository.rglob("*") if ".git" not in path.parts
    }
    spelled = (
        ("v1", "v2", "--spec", "specs/tiny"),
        ("v1:specs/tiny", "v2:specs/tiny"),
        ("v1", "v2"),
    )
    expected = {specloom("diff", *arguments, cwd=repository).stdout for arguments in spelled}
    assert len(expected) == 1
    assert "  v2:specs/tiny/things.yaml:6: limit-tightened: " in expected.pop()
    assert before == {
        path: path.stat().st_mtime_ns for path in repository.rglob("*") if ".git" not in path.parts
    }


def test_a_revision_against_the_folder_as_it_is_now(repository: Path) -> None:
    process = specloom("diff", "v2", cwd=repository)
    assert (
        "  specs/tiny/things.yaml:3: text-changed: things.get: title has another text\n"
        in process.stdout
    )
    assert (
        process.stdout == specloom("diff", "HEAD:specs/tiny", "specs/tiny", cwd=repository).stdout
    )
    below = specloom("diff", "v1", "v2", "--spec", "tiny", cwd=repository / "specs")
    assert below.stdout == specloom("diff", "v1", "v2", cwd=repository).stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("v9", "v2"), "v9 is neither a folder nor a revision of the git repository"),
        (("v1:specs/other", "v2"), "v1 has no folder specs/other"),
        (("v1:pyproject.toml", "v2"), "pyproject.toml is not a folder in v1; a spec is a folder"),
        ((":specs/tiny", "v2"), ":specs/tiny is neither a folder nor a git revision"),
        (("v1", "v2", "--spec", "/"), "is not in a git repository"),
    ],
)
def test_an_unknown_revision_or_folder_is_an_error(
    repository: Path, arguments: tuple[str, ...], expected: str
) -> None:
    process = specloom("diff", *arguments, cwd=repository)
    assert process.returncode == 2
    assert expected in process.stderr
    assert process.stdout == ""


def test_outside_a_repository_and_a_project(folders: Path) -> None:
    assert "is not in a git repository" in specloom("diff", "v1:old", "new", cwd=folders).stderr
    assert "for a git revision, set --spec" in specloom("diff", "v1", "new", cwd=folders).stderr
    assert "no spec folder to compare with; add NEW" in specloom("diff", "old", cwd=folders).stderr


def test_problems_of_settings_are_reported_only_if_they_are_needed(repository: Path) -> None:
    (repository / "pyproject.toml").write_text("[tool.specloom")
    process = specloom("diff", "v1", cwd=repository)
    assert process.returncode == 2
    assert "pyproject.toml:1:1: config-toml: " in process.stderr
    assert specloom("diff", "v1:specs/tiny", "specs/tiny", cwd=repository).returncode == 0


def test_programs_get_a_document_for_every_error(folders: Path) -> None:
    write(folders / "new", RESOURCE.replace("string(32)", "strin(32)"))
    assert (
        json.loads(specloom("diff", "old", "new", "--format", "json", cwd=folders).stdout)[0][
            "path"
        ]
        == "new/things.yaml"
    )
    assert (
        json.loads(specloom("diff", "old", "newer", "--format", "json", cwd=folders).stdout)[0][
            "rule"
        ]
        == "run-failed"
    )


def test_problems_of_both_specs_are_reported_at_once(repository: Path) -> None:
    write(repository / "specs" / "tiny", RESOURCE.replace("string(32)", "strin(32)"))
    git(repository, "commit", "-q", "-a", "-m", "wrong")
    write(repository / "specs" / "tiny", RESOURCE.replace("title: Get", "titel: Get"))
    process = specloom("diff", "HEAD", "--format", "markdown", cwd=repository)
    assert process.returncode == 2
    assert "HEAD:specs/tiny/things.yaml:6:22: " in process.stderr
    assert "\nspecs/tiny/things.yaml:5:5: " in process.stderr


def test_a_link_out_of_the_spec_is_not_followed(repository: Path) -> None:
    (repository / "specs" / "tiny" / "orders.yaml").symlink_to("/etc/hostname")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "a link")
    process = specloom("diff", "v1", "HEAD", cwd=repository)
    assert process.returncode == 2
    assert "symbolic link to a folder, or to a file outside the spec folder" in process.stderr
