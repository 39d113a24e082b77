"""A run that has nothing to do does nothing; one that has something to do is never taken for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

import pytest
from tests.test_command import CONFIG, RESOURCE, SPEC

from specloom import bounded
from specloom.cli import main
from specloom.config import find
from specloom.generate import generate_clients
from specloom.publish import Comparison, publish
from specloom.up_to_date import fingerprints, store

HEAVY = {
    "black",
    "dataclasses",
    "jinja2",
    "jsonschema",
    "pathlib",
    "shutil",
    "tomllib",
    "typing",
    "yaml",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that is up to date, as it looks when some time has passed."""
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(SPEC)
    (tmp_path / "spec" / "things.yaml").write_text(RESOURCE)
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fingerprints, "_FRESH", 0)
    time.sleep(0.02)
    assert main(["generate"]) == 0
    time.sleep(0.02)
    assert main(["generate"]) == 0
    return tmp_path


def known() -> bool:
    return fingerprints.found(os.getcwd(), []) is not None


def test_what_was_generated_is_known_from_its_looks(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project / "spec")
    monkeypatch.setattr(fingerprints, "_content", lambda _: pytest.fail("a file was read"))
    capfd.readouterr()
    assert main(["generate"]) == 0
    assert main(["check", "tiny"]) == 0
    assert capfd.readouterr().out.startswith(f"tiny: 1 endpoint, 1 type -> {project / 'client'} (")


def test_it_imports_next_to_nothing(project: Path) -> None:
    """Whatever else changes in the machine, the same interpreter with the same packages decides it so."""
    program = "import sys; from specloom.cli import main; status = main(['check']); print(status, *sys.modules)"
    for _ in range(2):  # another program than the one that generated: the first run looks closer
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=True
        )
        time.sleep(2.1 if not _ else 0)
    assert done.stdout.startswith("tiny: up to date\n0 ")
    assert not HEAVY & set(done.stdout.split())


def edit(path: str, text: str = "\n") -> Callable[[Path], object]:
    return lambda project: (project / path).write_bytes(
        (project / path).read_bytes() + text.encode()
    )


def replace_by_link(path: str) -> Callable[[Path], object]:
    """What is there is the same, and elsewhere."""

    def replace(project: Path) -> None:
        (project / path).rename(project / "elsewhere")
        (project / path).symlink_to(project / "elsewhere")

    return replace


def edit_in_disguise(project: Path) -> None:
    """Of the same size, at the same time."""
    file = project / "spec" / "things.yaml"
    times = file.stat()
    file.write_text(RESOURCE.replace("32", "64"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "the spec": edit("spec/things.yaml"),
    "the spec, in disguise": edit_in_disguise,
    "a new file": lambda project: (project / "spec" / "more.md").write_text("more"),
    "a new folder": lambda project: (project / "spec" / "More").mkdir(),
    "the configuration": edit("pyproject.toml"),
    "an output": edit("client/tiny/client.py"),
    "an output is gone": lambda project: (project / "client" / "README.md").unlink(),
    "an output and the manifest": lambda project: (
        edit("client/README.md")(project),
        edit("client/.specloom.json")(project),
    ),
    "an output is a link to its like": replace_by_link("client/README.md"),
    "a folder of the output is a link to its like": replace_by_link("client/tiny"),
    "the manifest is gone": lambda project: (project / "client" / ".specloom.json").unlink(),
    "a killed run": lambda project: (project / "client" / ".specloom.work").mkdir(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_noticed(project: Path, change: str) -> None:
    assert known()
    CHANGES[change](project)
    assert not known()


def test_new_times_alone_are_no_change(project: Path) -> None:
    os.utime(project / "spec" / "things.yaml")
    os.utime(project / "client" / "README.md")
    time.sleep(0.02)
    assert known()


def test_files_that_are_too_fresh_are_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the tick of the clock a change leaves no trace in the times."""
    monkeypatch.setattr(fingerprints, "_FRESH", 10**12)
    edit("spec/things.yaml")(project)
    assert main(["generate"]) == 0
    read: list[str] = []
    digest = bounded.digest

    def reading(path: str) -> str:
        read.append(path)
        return digest(path)

    monkeypatch.setattr(bounded, "digest", reading)
    os.utime(project / "spec" / "things.yaml")
    assert known()
    read.clear()
    assert known()
    assert str(project / "spec" / "things.yaml") in read


def test_a_change_during_the_run_is_not_taken_for_done(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(folder: Path, wanted: Mapping[PurePosixPath, str], *, force: bool) -> Comparison:
        edit("spec/things.yaml", "# saved meanwhile\n")(project)
        return publish(folder, wanted, force=force)

    edit("spec/things.yaml")(project)
    monkeypatch.setattr("specloom.generate.publish", slow)
    assert main(["generate"]) == 0
    assert not known()


def test_settings_that_changed_after_they_were_read_are_not_taken_for_done(project: Path) -> None:
    config = find(project)
    edit("pyproject.toml", 'http = "httpx2"\n')(project)
    list(generate_clients(config, config.clients, lambda problems, sources: None))
    assert not known()
    assert main(["check"]) == 1


def test_what_lies_behind_a_link_is_looked_at(project: Path) -> None:
    shared = project / "shared.j2"
    shared.write_text('{% include "specloom/python/errors.py.j2" %}')
    link = project / "templates" / "python" / "errors.py.j2"
    link.parent.mkdir(parents=True)
    link.symlink_to(shared)
    edit("pyproject.toml", 'templates = "templates"\n')(project)
    assert main(["generate"]) == 0
    time.sleep(0.02)
    assert known()
    shared.write_text(shared.read_text() + "{# another #}")
    assert not known()


def test_projects_below_that_do_not_speak_of_it_are_passed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that were generated say in a comment by what."""
    monkeypatch.chdir(project / "client" / "tiny")
    assert "specloom" in (project / "client" / "pyproject.toml").read_text()
    assert known()
    (project / "spec" / "pyproject.toml").write_text("[tool]\nspecloom.clients = {}\n")
    monkeypatch.chdir(project / "spec")
    assert not known()


@pytest.mark.parametrize(
    "damage",
    ["", "[]", '{"every": ["tiny"], "clients": {"tiny": {}}}', '{"every": 1, "clients": 2}'],
)
def test_damaged_notes_are_no_notes(project: Path, damage: str) -> None:
    Path(store.place(str(project / "pyproject.toml"))).write_text(damage)
    assert not known()
    assert main(["generate"]) == 0
    assert known()
