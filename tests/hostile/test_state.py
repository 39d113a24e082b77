"""Files of any size and kind where specloom reads: none exhausts memory, blocks a run, ends in a traceback, or deletes a foreign file."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.test_command import CONFIG, RESOURCE, SPEC

from specloom.cli import main
from specloom.up_to_date import store

from .limited import limit

TOO_LARGE = 320 << 20
"""More bytes than the memory that a run may use, which is 256 MB."""
TEMPLATES = 'templates = "templates"\n'
PLACES = (
    "spec/_api.yaml", "spec/things.yaml", "spec/body.json", "spec/things.md", "templates/docs/endpoint.md.j2", "templates/_macros.j2",
    "pyproject.toml", "client/.specloom.json", "client/README.md", "client/.specloom.half/journal.json", "cache",
)  # fmt: skip
"""Every kind of file that a run reads, in a project folder; `cache` is its record for the next run."""


def begin(folder: Path) -> None:
    """Create a project that is up to date."""
    example = '    examples: [{request: {path: {thing_id: "1"}}, response: {status: 200, body_file: body.json}}]\n'
    files = {
        "spec/_api.yaml": SPEC,
        "spec/things.yaml": RESOURCE + example,
        "spec/body.json": '{"name": "x"}',
        "pyproject.toml": CONFIG + TEMPLATES,
        "templates/_macros.j2": "",
        "foreign/own.txt": "own",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def cache(folder: Path) -> Path:
    return Path(store.cache_file(str(folder / "pyproject.toml")))


def path_of(folder: Path, name: str) -> Path:
    return cache(folder) if name == "cache" else folder / name


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    begin(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["generate"]) == 0
    return tmp_path


KINDS: Mapping[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path),
    "binary": partial(Path.write_bytes, data=bytes(range(256))),
    "100,000 brackets": partial(Path.write_bytes, data=b"[" * 100_000),
}


@pytest.fixture
def patience() -> Iterator[None]:
    """Abort a run that waits for a pipe."""
    signal.alarm(120)
    yield
    signal.alarm(0)


def kind_cases() -> Iterator[Any]:
    """Yield all kinds of files at all places; the quick cases have every second kind at each place, and each kind at every second place."""
    for number, name in enumerate(PLACES):
        for turn, kind in enumerate(KINDS):
            marks = pytest.mark.slow if (number + turn) % 2 else ()
            yield pytest.param(name, kind, id=f"{name}-{kind}", marks=marks)


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize(("name", "kind"), list(kind_cases()))
def test_a_file_of_any_kind_is_a_problem_or_as_if_absent(
    name: str, kind: str, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = path_of(project, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    KINDS[kind](path)
    for command in ("check", "generate"):
        status = main([command])
        judge(path, status, capfd.readouterr().err)
    assert (project / "foreign" / "own.txt").read_text() == "own"


CHECK_AND_GENERATE = r"""
import sys
from specloom.cli import main
for command in ("check", "generate"):
    print(f"\0{main([command])}\0", end="", file=sys.stderr)
"""
"""Both commands in one process, each followed by its status."""


@pytest.mark.parametrize("name", PLACES)
def test_a_file_that_is_too_large_is_not_read(name: str, project: Path) -> None:
    path = path_of(project, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(TOO_LARGE)
    process = subprocess.run(
        [sys.executable, "-c", CHECK_AND_GENERATE],
        capture_output=True,
        text=True,
        preexec_fn=limit,
        check=False,
    )
    assert (process.returncode, process.stderr.count("\0")) == (0, 4), process.stderr[-1000:]
    *outputs, rest = process.stderr.split("\0")
    for stderr, status in zip(outputs[::2], outputs[1::2], strict=True):
        judge(path, int(status), stderr)
    assert rest == ""


def judge(path: Path, status: int, stderr: str) -> None:
    """Check the output of a run with an unusable file."""
    assert status in (0, 1, 2, 3, 4), stderr
    assert "Traceback" not in stderr
    assert len(stderr) < 10_000
    if status > 1:
        assert path.name in stderr or "no pyproject.toml" in stderr


# --- damaged and forged state --------------------------------------------------------------------


SCRAPS = st.recursive(
    st.sampled_from([None, True, 0, -1, 1e308, 10**400, "", "x", "../foreign/own.txt", "/etc/passwd", "link/own.txt", "own.txt", ".", "..", "\0", "\ud800", "a" * 5000,
                     ".specloom.json", ".specloom.work/x", "README.md", "README.md/x", hashlib.sha256(b"own").hexdigest()]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["files", "names", "clients", "steps", "old_digests", "../foreign/own.txt", "link/own.txt", "x"]), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
OWN = hashlib.sha256(b"own").hexdigest()
JOURNALS: list[dict[str, Any]] = [
    # Of runs that were killed after their first step, so that the next one takes the other.
    {"steps": [["add", "done", 0], [kind, path, 0]], "old_digests": {path: OWN}}
    for kind in ("exchange", "add", "remove", "replace")
    for path in ("link/own.txt", "own.txt", "README.md", ".", "link")
]


def stage(work: Path) -> None:
    """Create the staging area of a killed run."""
    for staged in ("new/README.md", "new/link/own.txt", "old/link/other.txt"):
        (work / staged).parent.mkdir(parents=True, exist_ok=True)
        (work / staged).write_text("staged")


def journal_cases() -> Iterator[Any]:
    """Yield all journals; the quick ones have each kind of step and each path."""
    for number, journal in enumerate(JOURNALS):
        kind, path = divmod(number, 5)
        quick = path in (kind, kind + 1)
        name = " ".join(journal["steps"][1][:2])
        yield pytest.param(journal, id=name, marks=() if quick else pytest.mark.slow)


@pytest.mark.parametrize("journal", list(journal_cases()))
def test_a_forged_journal_reaches_nothing_behind_a_link(journal: object, project: Path) -> None:
    (project / "client" / "own.txt").write_text("own")
    (project / "client" / "link").symlink_to(project / "foreign")
    stage(project / "client" / ".specloom.half")
    (project / "client" / ".specloom.half" / "journal.json").write_text(json.dumps(journal))
    for command in (["generate"], ["generate", "--force"]):
        assert main(command) in (0, 2, 3, 4)
    assert {path.name: path.read_text() for path in (project / "foreign").iterdir()} == {
        "own.txt": "own"
    }


@pytest.mark.parametrize(
    "path",
    [
        "../foreign/own.txt",
        "link/own.txt",
        "{project}/foreign/own.txt",
        "docs/../../foreign/own.txt",
        "link",
        ".specloom.json",
        "\ud800",
    ],
)
def test_a_forged_manifest_deletes_no_foreign_file(path: str, project: Path) -> None:
    (project / "client" / "link").symlink_to(project / "foreign")
    manifest = project / "client" / ".specloom.json"
    content = json.loads(manifest.read_bytes())
    content["files"][path.format(project=project)] = OWN
    manifest.write_text(json.dumps(content))
    for command in (["check"], ["generate"], ["generate", "--force"]):
        assert main(command) in (0, 1, 2)
    assert (project / "foreign" / "own.txt").read_text() == "own"
    assert manifest.is_file()


def mutated(value: Any, data: st.DataObject) -> Any:
    """Return the JSON value with one part replaced, removed or extended."""
    value = copy.deepcopy(value)
    holder: Any = None
    key: Any = None
    inner = value
    while (
        isinstance(inner, dict | list)
        and inner
        and data.draw(st.booleans() if holder else st.just(True))
    ):
        holder, key = inner, data.draw(
            st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner)))
        )
        inner = holder[key]
    scrap = data.draw(SCRAPS)
    if holder is None:
        return scrap
    if isinstance(holder, dict) and data.draw(st.booleans()):
        name = data.draw(
            st.sampled_from(
                [
                    "own.txt",
                    "link/own.txt",
                    "../foreign/own.txt",
                    "/x",
                    ".specloom.json",
                    "a\0b",
                    "\ud800",
                    "x" * 300,
                ]
            )
        )
        holder[name] = scrap if data.draw(st.booleans()) else OWN
    elif data.draw(st.booleans()):
        holder[key] = scrap
    else:
        del holder[key]
    return value


def texts(value: Any, data: st.DataObject) -> bytes:
    """Return the text of a mutated value, whole or damaged."""
    text = json.dumps(mutated(value, data)).encode()
    match data.draw(st.integers(0, 5)):
        case 0:
            return text[: data.draw(st.integers(0, len(text)))]
        case 1:
            return data.draw(st.binary(max_size=50)) + text
        case _:
            return text


@pytest.mark.parametrize(
    "name",
    [
        "client/.specloom.json",
        "client/.specloom.half/journal.json",
        "client/.specloom.work/journal.json",
        "cache",
    ],
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_state_is_untrusted_input(name: str, project: Path, data: st.DataObject) -> None:
    """With any content, a run succeeds or names a problem, and foreign files stay."""
    with TemporaryDirectory() as temporary, pytest.MonkeyPatch.context() as patch:
        folder = Path(temporary, "project")
        shutil.copytree(project, folder)
        patch.chdir(folder)
        (folder / "client" / "own.txt").write_text("own")
        (folder / "client" / "link").symlink_to(folder / "foreign")
        cache(folder).write_bytes(cache(project).read_bytes())
        path = path_of(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.name == "journal.json":
            stage(path.parent)
            path.write_bytes(texts(data.draw(st.sampled_from(JOURNALS)), data))
        else:
            path.write_bytes(texts(json.loads(path.read_bytes()), data))
        for command in (["check"], ["generate"], ["generate", "--force"]):
            assert main(command) in (0, 1, 2, 3, 4)
        assert (folder / "foreign" / "own.txt").read_text() == "own"
