"""Publishing under faults: disk errors, killed runs, concurrent runs, and imports during a run."""

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
from tests.disks import FILE_SYSTEMS, simulate
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
    """The files of a client; all but two contain the name of the build, and one exists in this build only."""
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


def publish_and_read(folder: Path, files: Mapping[PurePosixPath, str]) -> dict[str, bytes]:
    publish(folder, files)
    return read_tree(folder.parent)


def read_tree(folder: Path) -> dict[str, bytes]:
    """Files and folders, also empty ones, without bytecode."""
    contents: dict[str, bytes] = {}
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        at = os.path.relpath(root, folder)
        contents.update({os.path.normpath(f"{at}/{name}") + "/": b"" for name in folders})
        for name in files:
            with open(f"{root}/{name}", "rb") as file:
                contents[os.path.normpath(f"{at}/{name}")] = file.read()
    return contents


def without_staging(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files without staging areas, which the next run removes."""
    return {
        path: content
        for path, content in files.items()
        if not re.search(r"\.specloom\.(work|half)/|\.tiny\.specloom/", path)
    }


@contextmanager
def fault(error_number: int, call: int, lasting: bool) -> Iterator[Callable[[], bool]]:
    """Let one system call fail, counted from 0; if `lasting`, also all later ones that need disk space.

    Yields a function that returns whether a call has failed.
    """
    calls = count()
    has_failed = False
    close = os.close
    with pytest.MonkeyPatch.context() as patch:

        def failing(original: Callable[..., Any], needs_room: bool) -> Callable[..., Any]:
            def wrapper(*arguments: Any, **options: Any) -> Any:
                nonlocal has_failed
                turn = next(calls)
                if turn == call or (lasting and turn > call and needs_room):
                    has_failed = True
                    if original is close:  # close(2) closes the file even if it reports an error
                        close(*arguments)
                    root = arguments[0] if isinstance(arguments[0], (str, os.PathLike)) else None
                    raise OSError(
                        error_number, os.strerror(error_number), *([str(root)] if root else [])
                    )
                return original(*arguments, **options)

            return wrapper

        for name in CALLS:
            patch.setattr(os, name, failing(getattr(os, name), name in {"write", "mkdir", "link"}))
        patch.setattr(
            "specloom.publish.operations.exchange", failing(atomic_exchange.exchange, False)
        )
        yield lambda: has_failed


FAULTS = {"ENOSPC": False, "ENOSPC from then on": True, "EACCES": False, "EROFS": False}
LAYOUTS = ("project", "package", "new")
QUICK = {
    ("exchange", "project", "ENOSPC"),
    ("exchange", "new", "ENOSPC from then on"),
    ("journal", "package", "EROFS"),
    ("journal without links", "project", "ENOSPC"),
}
"""Every file system and every layout, at every third call."""
CASES = [
    *(pytest.param(*case, 3, id=f"{'-'.join(case)}-every third call") for case in sorted(QUICK)),
    *(
        pytest.param(*case, 1, marks=pytest.mark.slow)
        for case in product(FILE_SYSTEMS, LAYOUTS, FAULTS)
    ),
]


@pytest.mark.parametrize(("file_system", "layout", "kind", "every"), CASES)
def test_a_disk_that_refuses_at_any_call_leaves_the_old_build(
    tmp_path: Path,
    file_system: str,
    layout: str,
    kind: str,
    every: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulate(file_system, monkeypatch)
    old, new = (build(name, layout) for name in ("old", "new"))
    after = publish_and_read(tmp_path / "after" / "tiny", new)
    refused = 0
    for call in count(step=every):
        root = tmp_path / str(call)
        root.mkdir()
        before = publish_and_read(root / "tiny", old) if layout != "new" else {}
        refusal = None
        with fault(getattr(errno, kind.split()[0]), call, FAULTS[kind]) as has_failed:
            try:
                publish(root / "tiny", new)
            except UsageError as error:
                refusal = error
        if refusal:
            assert refusal.status == 3, refusal
            assert str(root) in str(refusal)
            assert without_staging(read_tree(root)) == before, f"call {call}"
            refused += 1
        else:  # only the cleanup can fail after the last step
            assert without_staging(read_tree(root)) == after, f"call {call}"
        publish(root / "tiny", new)
        assert read_tree(root) == after
        if not has_failed():
            break
    assert refused > 30 // every


def part(files: Mapping[str, bytes], below: str) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.startswith(below)}


def kill_runs(rounds: int, folder: Path, layout: str, at_once: bool) -> tuple[int, int]:
    """Kill runs at random times; count those that left the old build or the new one, and those that left something to recover.

    With `at_once`, each exchanged folder is compared before recovery too. The whole tree is compared after recovery.
    """
    builds = [build(name, layout) for name in ("old", "new")]
    expected = [
        publish_and_read(folder.parent.parent / str(number) / "tiny", files)
        for number, files in enumerate(builds)
    ]
    units = ("tiny/",) if layout == "package" else ("tiny/tiny/", "tiny/docs/")
    publish(folder, builds[0])
    chance = random.Random(5)
    intact = pending = 0
    for _ in range(rounds):
        child = os.fork()
        if not child:
            while True:
                for files in reversed(builds):
                    publish(folder, files)
        time.sleep(chance.uniform(0.001, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        tree_after = read_tree(folder.parent)
        consistent = not at_once or all(
            any(part(tree_after, unit) == part(tree, unit) for tree in expected) for unit in units
        )
        left = without_staging(tree_after) != tree_after
        transaction.recover(folder)
        intact += consistent and read_tree(folder.parent) in expected
        pending += left
    return intact, pending


ROUNDS = [30, pytest.param(1000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("layout", ["project", "package"])
@pytest.mark.parametrize("file_system", FILE_SYSTEMS[:2])
def test_a_killed_run_leaves_the_old_build_or_the_new_one(
    tmp_path: Path,
    file_system: str,
    layout: str,
    rounds: int,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figure,
) -> None:
    simulate(file_system, monkeypatch)
    intact, pending = kill_runs(
        rounds, tmp_path / "place" / "tiny", layout, file_system == "exchange"
    )
    when = "at once" if file_system == "exchange" else "after recovery"
    figure(f"old-or-new: {intact} of {rounds}, {when}; {pending} left something for the next run")
    assert intact == rounds


@pytest.mark.parametrize("file_system", FILE_SYSTEMS)
def test_a_file_edited_after_a_killed_run_is_not_lost(
    tmp_path: Path, file_system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The remaining steps would replace it; it is put back, and the run stops."""
    simulate(file_system, monkeypatch)
    out = tmp_path / "tiny"
    publish(out, build("old"))
    turns = count()
    apply = Step.apply
    child = os.fork()
    if not child:
        monkeypatch.setattr(
            Step, "apply", lambda step, work: apply(step, work) if next(turns) < 2 else os._exit(0)
        )
        publish(out, build("new"))
    os.waitpid(child, 0)
    readme = out / "README.md"
    assert readme.read_text() == "old"
    readme.unlink()
    readme.write_text("by hand")
    with pytest.raises(UsageError, match=r"edited by hand.*README"):
        publish(out, build("new"))
    assert readme.read_text() == "by hand"


@pytest.mark.parametrize("layout", ["project", "package"])
@pytest.mark.parametrize("file_system", FILE_SYSTEMS[:2])
def test_eight_runs_at_once(
    tmp_path: Path, file_system: str, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run waits for the others; the last one wins, and no file of another run is left."""
    simulate(file_system, monkeypatch)
    names = [f"build_{number}" for number in range(8)]
    expected = [publish_and_read(tmp_path / name / "tiny", build(name, layout)) for name in names]
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
    assert read_tree(out.parent) in expected


def test_a_run_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "TIMEOUT", 0.05)
    publish(tmp_path / "out", build("old"))
    with lock.exclusive(tmp_path / "out"):
        for act in (publish, compare):
            with pytest.raises(
                UsageError,
                match=r"another specloom process is writing to .*; wait for it to finish",
            ) as error:
                act(tmp_path / "out", build("new"))
            assert error.value.status == 4


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
@pytest.mark.parametrize("file_system", FILE_SYSTEMS[:2])
def test_an_import_during_a_run_gets_one_build_or_an_error_that_says_so(
    tmp_path: Path, file_system: str, rounds: int, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    simulate(file_system, monkeypatch)
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
        outputs = [
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
    counts = {text: outputs.count(text) for text in sorted(set(outputs))}
    figure(f"{rounds} importers: {counts}")
    gone = "No module named 'tiny._runtime'"  # Python was listing the old folder while it was being removed
    assert all(text in ("one build", gone) or "regenerated" in text for text in outputs), counts


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


def test_a_running_process_is_asked_to_restart_after_a_new_build(tmp_path: Path) -> None:
    publish(tmp_path / "out", build("old"))
    command = [sys.executable, "-c", LONG_RUNNING, str(tmp_path / "out")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "old\n"
        publish(tmp_path / "out", build("new"))
        message = "tiny was regenerated while this process was running; restart it\n"
        assert process.communicate("\n")[0] == message * 2
