"""Writing when the world is against it: a disk that refuses, runs that are killed, several runs at once, and who imports meanwhile."""

from __future__ import annotations

import errno
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count, product
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from tests.disks import WAYS, as_on
from tests.figures import Figure

from specloom.diagnostics import UsageError
from specloom.publish import atomic_exchange, compare, lock, publish, transaction
from specloom.publish.operations import Step

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="processes are forked and killed"
)

RUNTIME = Path(__file__).parents[1] / "generator" / "specloom" / "runtime"
CALLS = (
    "open",
    "write",
    "close",
    "fdopen",
    "mkdir",
    "link",
    "rename",
    "replace",
    "unlink",
    "rmdir",
    "scandir",
    "lstat",
    "utime",
    "chmod",
)


def build(name: str, layout: str = "project") -> dict[PurePosixPath, str]:
    """A client of a build that stands in all of its files but two, and has a file that others have not."""
    package = {
        "__init__.py": f'from ._runtime.lazy_exports import exports\n__getattr__, __dir__ = exports(__name__, {{"a": "", "b": "", "c": ""}})\n__build__ = "{name}"\n',
        "_runtime/__init__.py": "",
        "_runtime/lazy_exports.py": (RUNTIME / "lazy_exports.py").read_text("utf-8"),
        **{f"{module}.py": f'BUILD = "{name}"\n' for module in "abc"},
        f"models/only_{name}.py": f'BUILD = "{name}"\n',
    }
    if layout == "package":
        return {PurePosixPath(path): text for path, text in package.items()}
    project = {
        "README.md": name,
        "pyproject.toml": "same",
        "docs/en/index.md": name,
        f"docs/en/only_{name}.md": name,
    }
    return {
        PurePosixPath(path): text
        for path, text in {
            **project,
            **{f"tiny/{path}": text for path, text in package.items()},
        }.items()
    }


def written(folder: Path, wanted: Mapping[PurePosixPath, str]) -> dict[str, bytes]:
    publish(folder, wanted)
    return everything(folder.parent)


def everything(folder: Path) -> dict[str, bytes]:
    """Files and folders, also empty ones, but not what Python compiled."""
    found: dict[str, bytes] = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        at = os.path.relpath(place, folder)
        found.update({os.path.normpath(f"{at}/{name}") + "/": b"" for name in folders})
        for name in files:
            with open(f"{place}/{name}", "rb") as file:
                found[os.path.normpath(f"{at}/{name}")] = file.read()
    return found


def settled(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Without what a run has left for the next one to clear up."""
    return {
        path: content
        for path, content in files.items()
        if not re.search(r"\.specloom\.(work|half)/|\.tiny\.specloom/", path)
    }


@contextmanager
def fault(number: int, call: int, lasting: bool) -> Iterator[Callable[[], bool]]:
    """One system call fails, counted from 0, or all from then on that need room; tells whether it came to that."""
    calls = count()
    met = False
    close = os.close
    with pytest.MonkeyPatch.context() as patch:

        def failing(original: Callable[..., Any], needs_room: bool) -> Callable[..., Any]:
            def wrapper(*arguments: Any, **options: Any) -> Any:
                nonlocal met
                turn = next(calls)
                if turn == call or (lasting and turn > call and needs_room):
                    met = True
                    if original is close:  # whatever it says, the system has closed the file
                        close(*arguments)
                    place = arguments[0] if isinstance(arguments[0], (str, os.PathLike)) else None
                    raise OSError(number, os.strerror(number), *([str(place)] if place else []))
                return original(*arguments, **options)

            return wrapper

        for name in CALLS:
            patch.setattr(os, name, failing(getattr(os, name), name in {"write", "mkdir", "link"}))
        patch.setattr(
            "specloom.publish.operations.exchange", failing(atomic_exchange.exchange, False)
        )
        yield lambda: met


FAULTS = {"ENOSPC": False, "ENOSPC from then on": True, "EACCES": False, "EROFS": False}
LAYOUTS = ("project", "package", "new")
QUICK = {
    ("exchange", "project", "ENOSPC"),
    ("exchange", "package", "EACCES"),
    ("exchange", "new", "ENOSPC from then on"),
    ("journal", "package", "EROFS"),
    ("journal without links", "project", "ENOSPC"),
}
CASES = [
    pytest.param(*case, marks=() if case in QUICK else pytest.mark.slow)
    for case in product(WAYS, LAYOUTS, FAULTS)
]


@pytest.mark.parametrize(("way", "layout", "kind"), CASES)
def test_a_disk_that_refuses_at_any_call_leaves_the_old_build(
    tmp_path: Path, way: str, layout: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_on(way, monkeypatch)
    old, new = (build(name, layout) for name in ("old", "new"))
    after = written(tmp_path / "after" / "tiny", new)
    refused = 0
    for call in count():
        place = tmp_path / str(call)
        place.mkdir()
        before = written(place / "tiny", old) if layout != "new" else {}
        said = None
        with fault(getattr(errno, kind.split()[0]), call, FAULTS[kind]) as met:
            try:
                publish(place / "tiny", new)
            except UsageError as stop:
                said = stop
        if said:
            assert said.status == 3, said
            assert str(place) in str(said)
            assert settled(everything(place)) == before, f"call {call}"
            refused += 1
        else:  # what fails after the last step is only what clears up
            assert settled(everything(place)) == after, f"call {call}"
        publish(place / "tiny", new)
        assert everything(place) == after
        if not met():
            break
    assert refused > 30


def part(files: Mapping[str, bytes], below: str) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.startswith(below)}


def killed(rounds: int, folder: Path, layout: str, at_once: bool) -> tuple[int, int]:
    """How many runs that were killed left the old build or the new one, and how many left steps for the next run.

    Each folder that is exchanged is judged at once, or else after recovery; the whole tree always after recovery, and then without litter.
    """
    builds = [build(name, layout) for name in ("old", "new")]
    expected = [
        written(folder.parent.parent / str(number) / "tiny", files)
        for number, files in enumerate(builds)
    ]
    units = ("tiny/",) if layout == "package" else ("tiny/tiny/", "tiny/docs/")
    publish(folder, builds[0])
    chance = random.Random(5)
    right = pending = 0
    for _ in range(rounds):
        child = os.fork()
        if not child:
            while True:
                for files in reversed(builds):
                    publish(folder, files)
        time.sleep(chance.uniform(0.001, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = everything(folder.parent)
        whole = not at_once or all(
            any(part(found, unit) == part(tree, unit) for tree in expected) for unit in units
        )
        left = settled(found) != found
        transaction.recover(folder)
        right += whole and everything(folder.parent) in expected
        pending += left
    return right, pending


ROUNDS = [30, pytest.param(1000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("layout", ["project", "package"])
@pytest.mark.parametrize("way", WAYS[:2])
def test_a_killed_run_leaves_the_old_build_or_the_new_one(
    tmp_path: Path,
    way: str,
    layout: str,
    rounds: int,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figure,
) -> None:
    as_on(way, monkeypatch)
    right, pending = killed(rounds, tmp_path / "place" / "tiny", layout, way == "exchange")
    when = "at once" if way == "exchange" else "after recovery"
    figure(f"old-or-new: {right} of {rounds}, {when}; {pending} left something for the next run")
    assert right == rounds


@pytest.mark.parametrize("way", WAYS)
def test_a_file_edited_after_a_killed_run_is_not_lost(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps that were left would replace it; it is put back, and the run stops."""
    as_on(way, monkeypatch)
    out = tmp_path / "tiny"
    publish(out, build("old"))
    turns = count()
    do = Step.do
    child = os.fork()
    if not child:
        monkeypatch.setattr(
            Step, "do", lambda step, work: do(step, work) if next(turns) < 2 else os._exit(0)
        )
        publish(out, build("new"))
    os.waitpid(child, 0)
    readme = out / "README.md"
    assert readme.read_text() == "old"
    readme.unlink()
    readme.write_text("by hand")
    with pytest.raises(UsageError, match=r"changed by hand.*README"):
        publish(out, build("new"))
    assert readme.read_text() == "by hand"


@pytest.mark.parametrize("layout", ["project", "package"])
@pytest.mark.parametrize("way", WAYS[:2])
def test_eight_runs_at_once(
    tmp_path: Path, way: str, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits for the others; the last one wins, and nobody's file is left among another's."""
    as_on(way, monkeypatch)
    names = [f"build_{number}" for number in range(8)]
    expected = [written(tmp_path / name / "tiny", build(name, layout)) for name in names]
    out = tmp_path / "place" / "tiny"
    children: list[int] = []
    for name in names:
        child = os.fork()
        if not child:
            status = 1
            try:
                for _ in range(5):
                    publish(out, build(name, layout))
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    assert everything(out.parent) in expected


def test_a_run_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.05)
    publish(tmp_path / "out", build("old"))
    with lock.exclusive(tmp_path / "out"):
        for act in (publish, compare):
            with pytest.raises(UsageError, match="another run holds") as stop:
                act(tmp_path / "out", build("new"))
            assert stop.value.status == 4


IMPORTER = """
import sys
sys.path.insert(0, sys.argv[1])
try:
    import tiny
    builds = {tiny.__build__, tiny.a.BUILD, tiny.b.BUILD, tiny.c.BUILD}
except ImportError as error:
    print(error)
else:
    print("one build" if len(builds) == 1 else "MIXED")
"""


@pytest.mark.parametrize("rounds", [40, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.parametrize("way", WAYS[:2])
def test_who_imports_meanwhile_has_one_build_or_is_told(
    tmp_path: Path, way: str, rounds: int, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    as_on(way, monkeypatch)
    out = tmp_path / "tiny"
    builds = [build(name) for name in ("old", "new")]
    publish(out, builds[0])
    child = os.fork()
    if not child:
        while True:
            for files in builds:
                publish(out, files)
                time.sleep(0.003)
    try:
        told = [
            subprocess.run(
                [sys.executable, "-S", "-c", IMPORTER, str(out)],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for _ in range(rounds)
        ]
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    counts = {text: told.count(text) for text in sorted(set(told))}
    figure(f"{rounds} importers: {counts}")
    gone = "No module named 'tiny._runtime'"  # the folder that Python was listing is the old one, which is being removed
    assert all(text in ("one build", gone) or "regenerated" in text for text in told), counts


LONG_RUNNING = """
import sys
sys.path.insert(0, sys.argv[1])
import tiny
print(tiny.a.BUILD, flush=True)
input()
for _ in range(2):
    try:
        tiny.b
    except ImportError as error:
        print(error)
"""


def test_a_process_that_goes_on_running_is_told_to_restart(tmp_path: Path) -> None:
    publish(tmp_path / "out", build("old"))
    command = [sys.executable, "-c", LONG_RUNNING, str(tmp_path / "out")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "old\n"
        publish(tmp_path / "out", build("new"))
        said = "tiny was regenerated while this process was running; restart it\n"
        assert process.communicate("\n")[0] == said * 2
