"""The up-to-date check: a run without work does nothing, and every change is noticed."""

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
    """An up-to-date project whose files are old enough for their times to be reliable."""
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(SPEC)
    (tmp_path / "spec" / "things.yaml").write_text(RESOURCE)
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fingerprints, "_CLOCK_STEP", 0)
    time.sleep(0.02)
    assert main(["generate"]) == 0
    time.sleep(0.02)
    assert main(["generate"]) == 0
    return tmp_path


def is_up_to_date() -> bool:
    return fingerprints.find_up_to_date(os.getcwd(), []) is not None


def test_metadata_alone_decides_and_no_file_is_read(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project / "spec")
    monkeypatch.setattr(fingerprints, "_content", lambda _: pytest.fail("a file was read"))
    capfd.readouterr()
    assert main(["generate"]) == 0
    assert main(["check", "tiny"]) == 0
    assert capfd.readouterr().out.startswith(f"tiny: 1 endpoint, 1 type -> {project / 'client'} (")


def test_the_check_imports_no_slow_module(project: Path) -> None:
    program = "import sys; from specloom.cli import main; status = main(['check']); print(status, *sys.modules)"
    # The first run reads the files, because its imports differ from those of the generating run.
    for pause in (2.1, 0):
        result = subprocess.run(
            [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=True
        )
        time.sleep(pause)
    assert result.stdout.startswith("tiny: up to date\n0 ")
    assert not HEAVY & set(result.stdout.split())


def edit(path: str, text: str = "\n") -> Callable[[Path], object]:
    return lambda project: (project / path).write_bytes(
        (project / path).read_bytes() + text.encode()
    )


def replace_by_link(path: str) -> Callable[[Path], object]:
    """Move the path elsewhere, and link to it."""

    def replace(project: Path) -> None:
        (project / path).rename(project / "elsewhere")
        (project / path).symlink_to(project / "elsewhere")

    return replace


def edit_with_same_size_and_time(project: Path) -> None:
    file = project / "spec" / "things.yaml"
    times = file.stat()
    file.write_text(RESOURCE.replace("32", "64"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "the spec": edit("spec/things.yaml"),
    "the spec, with the same size and time": edit_with_same_size_and_time,
    "a new file": lambda project: (project / "spec" / "more.md").write_text("more"),
    "a new folder": lambda project: (project / "spec" / "More").mkdir(),
    "the configuration": edit("pyproject.toml"),
    "an output": edit("client/tiny/client.py"),
    "an output is gone": lambda project: (project / "client" / "README.md").unlink(),
    "an output and the manifest": lambda project: (
        edit("client/README.md")(project),
        edit("client/.specloom.json")(project),
    ),
    "an output is replaced by a link to it": replace_by_link("client/README.md"),
    "a folder of the output is replaced by a link to it": replace_by_link("client/tiny"),
    "the manifest is gone": lambda project: (project / "client" / ".specloom.json").unlink(),
    "a killed run": lambda project: (project / "client" / ".specloom.work").mkdir(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_noticed(project: Path, change: str) -> None:
    assert is_up_to_date()
    CHANGES[change](project)
    assert not is_up_to_date()


def test_new_times_with_the_same_content_are_not_a_change(project: Path) -> None:
    os.utime(project / "spec" / "things.yaml")
    os.utime(project / "client" / "README.md")
    time.sleep(0.02)
    assert is_up_to_date()


def test_recent_files_are_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times do not reveal a second change within one tick of the file system's clock."""
    monkeypatch.setattr(fingerprints, "_CLOCK_STEP", 10**12)
    edit("spec/things.yaml")(project)
    assert main(["generate"]) == 0
    read: list[str] = []
    digest = bounded.digest

    def recording_digest(path: str) -> str:
        read.append(path)
        return digest(path)

    monkeypatch.setattr(bounded, "digest", recording_digest)
    os.utime(project / "spec" / "things.yaml")
    assert is_up_to_date()
    read.clear()
    assert is_up_to_date()
    assert str(project / "spec" / "things.yaml") in read


def test_a_client_whose_spec_changed_during_the_run_is_not_recorded(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def publish_after_edit(
        folder: Path, files: Mapping[PurePosixPath, str], *, force: bool
    ) -> Comparison:
        edit("spec/things.yaml", "# saved during the run\n")(project)
        return publish(folder, files, force=force)

    edit("spec/things.yaml")(project)
    monkeypatch.setattr("specloom.generate.publish", publish_after_edit)
    assert main(["generate"]) == 0
    assert not is_up_to_date()


def test_a_client_whose_settings_changed_after_they_were_read_is_not_recorded(
    project: Path,
) -> None:
    config = find(project)
    edit("pyproject.toml", 'http = "httpx2"\n')(project)
    list(generate_clients(config, config.clients, lambda problems, sources: None))
    assert not is_up_to_date()
    assert main(["check"]) == 1


def test_a_change_behind_a_link_is_noticed(project: Path) -> None:
    shared = project / "shared.j2"
    shared.write_text('{% include "specloom/python/errors.py.j2" %}')
    link = project / "templates" / "python" / "errors.py.j2"
    link.parent.mkdir(parents=True)
    link.symlink_to(shared)
    edit("pyproject.toml", 'templates = "templates"\n')(project)
    assert main(["generate"]) == 0
    time.sleep(0.02)
    assert is_up_to_date()
    shared.write_text(shared.read_text() + "{# another #}")
    assert not is_up_to_date()


def test_a_nested_pyproject_without_specloom_settings_is_skipped(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Generated projects mention specloom in a comment only."""
    monkeypatch.chdir(project / "client" / "tiny")
    assert "specloom" in (project / "client" / "pyproject.toml").read_text()
    assert is_up_to_date()
    (project / "spec" / "pyproject.toml").write_text("[tool]\nspecloom.clients = {}\n")
    monkeypatch.chdir(project / "spec")
    assert not is_up_to_date()


@pytest.mark.parametrize(
    "damage",
    ["", "[]", '{"names": ["tiny"], "clients": {"tiny": {}}}', '{"names": 1, "clients": 2}'],
)
def test_a_damaged_cache_is_ignored(project: Path, damage: str) -> None:
    Path(store.cache_file(str(project / "pyproject.toml"))).write_text(damage)
    assert not is_up_to_date()
    assert main(["generate"]) == 0
    assert is_up_to_date()


def test_warnings_are_repeated(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = (project / "spec" / "things.yaml").read_text()
    endpoint = text[text.index("endpoints:") :].splitlines()[1].strip().removesuffix(":")
    twin = text.replace(f"{endpoint}:", "twin:", 1)
    (project / "spec" / "twins.yaml").write_text(twin.split("types:")[0])
    assert main(["generate"]) == 0
    first = capfd.readouterr()
    assert "duplicate-route: warning" in first.err
    time.sleep(0.02)
    assert is_up_to_date()
    for command in ("generate", "check"):
        assert main([command]) == 0
        assert capfd.readouterr().err == first.err


def test_paths_in_repeated_warnings_fit_the_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_file = project / "spec" / "things.yaml"
    assert is_up_to_date()
    monkeypatch.chdir(test_file.parent)
    assert is_up_to_date()
    names, records = store.read(str(project / "pyproject.toml"))
    warning = ["spec/things.yaml", 1, 1, "rule", "message", "", 1]
    records["tiny"]["warnings"] = [warning]
    store.write(str(project / "pyproject.toml"), names, records)
    assert not is_up_to_date()
    monkeypatch.chdir(project)
    assert is_up_to_date()


def test_packages_with_plugins_are_part_of_the_fingerprint(project: Path) -> None:
    package = project / "site" / "acme"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "target.py").write_text(
        "def target(api):\n"
        "    from pathlib import Path, PurePosixPath\n"
        "    from specloom.code import python\n"
        "    notice = Path(__file__).with_name('notice.txt').read_text()\n"
        "    return {PurePosixPath('notice.py'): python.format_black(python.literal(notice))}\n"
    )
    (package / "notice.txt").write_text("first")
    metadata = project / "site" / "acme-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[specloom.targets]\nacme = acme.target:target\n")
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().rstrip() + '\ntargets = ["acme"]\n')

    def run(code: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(project / "site")}
        # Files are compared by metadata, also if they are new: a slow run makes them old in the middle of this test.
        exact = "from specloom.up_to_date import fingerprints; fingerprints._CLOCK_STEP = 0"
        command = [sys.executable, "-c", f"{exact}; {code}"]
        time.sleep(0.02)
        return subprocess.check_output(command, env=environment, text=True)

    generate = "from specloom.cli import main; main(['generate'])"
    is_current = "from specloom.up_to_date.fingerprints import find_up_to_date; print(find_up_to_date('.', []) is not None)"
    run(generate)
    assert (project / "client" / "notice.py").read_text() == '"first"\n'
    assert run(is_current) == "True\n"
    (package / "notice.txt").write_text("second")
    assert run(is_current) == "False\n"
    run(generate)
    assert (project / "client" / "notice.py").read_text() == '"second"\n'
    assert run(is_current) == "True\n"
