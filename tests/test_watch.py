"""Watch mode: each save is generated, and only Ctrl-C ends it. `python -m tests.bench watch` measures the delay."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest
from tests.disks import tree
from tests.test_command import CONFIG, RESOURCE, SPEC, specloom

from specloom.publish import publish
from specloom.publish.operations import StagingArea, Step
from specloom.watch import POLL_INTERVAL

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a signal")


class Watching:
    """A run of `specloom generate --watch`, and its output."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "specloom", "generate", "--watch"]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Shells start what they put into the background without Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)

    def wait_for(self, part: str, seconds: float = 20) -> str:
        """Return the next line that contains `part`."""
        end = time.monotonic() + seconds
        while True:
            line = self.lines.get(timeout=max(0.001, end - time.monotonic()))
            if part in line:
                return line

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(10)


@pytest.fixture
def watching() -> Iterator[Callable[[Path], Watching]]:
    started: list[Watching] = []

    def start(folder: Path) -> Watching:
        started.append(Watching(folder))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        if each.process.stdout is not None:
            each.process.stdout.close()


def test_watching_continues_after_invalid_specs_and_settings(
    tmp_path: Path, watching: Callable[[Path], Watching]
) -> None:
    spec = tmp_path / "spec" / "things.yaml"
    spec.parent.mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(SPEC)
    spec.write_text(RESOURCE)
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    run = watching(tmp_path)
    run.wait_for("tiny: 1 endpoint")
    spec.write_text(RESOURCE.replace("string(32)", "strin(32)"))
    run.wait_for("spec/things.yaml:6:22: ")
    spec.write_text(RESOURCE.replace("32", "64"))
    assert "unchanged" in run.wait_for("tiny: 1 endpoint")
    (tmp_path / "client" / "README.md").write_text("by hand")
    spec.write_text(RESOURCE.replace("Get a thing", "Get one thing"))
    run.wait_for("edited by hand")
    (tmp_path / "client" / "README.md").unlink()
    (tmp_path / "pyproject.toml").write_text(CONFIG.replace("spec =", "spek ="))
    run.wait_for("did you mean spec?")
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    run.wait_for("tiny: 1 endpoint")
    assert run.interrupt() == 0


def test_clients_are_generated_again_when_settings_change(
    tmp_path: Path, watching: Callable[[Path], Watching]
) -> None:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "_api.yaml").write_text(SPEC)
    (tmp_path / "spec" / "things.yaml").write_text(RESOURCE)
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    run = watching(tmp_path)
    run.wait_for("tiny: 1 endpoint")
    (tmp_path / "pyproject.toml").write_text(CONFIG + 'htpp = "httpx2"\n')
    run.wait_for("did you mean http?")
    (tmp_path / "spec" / "things.yaml").write_text(RESOURCE.replace("32", "64"))
    time.sleep(3 * POLL_INTERVAL)
    assert run.lines.empty()
    assert "did you mean http?" in specloom("check", cwd=tmp_path).stderr
    (tmp_path / "pyproject.toml").write_text(CONFIG + 'http = "httpx2"\n')
    assert "changed" in run.wait_for("tiny: 1 endpoint")
    assert specloom("check", cwd=tmp_path).returncode == 0


def test_an_interrupt_while_files_are_written_leaves_the_old_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path / "out", {PurePosixPath("p/a.py"): "old", PurePosixPath("q/b.py"): "old"})
    before = tree(tmp_path)
    do = Step.apply

    def interrupt(step: Step, area: StagingArea) -> None:
        do(step, area)
        if step.path == "q":
            raise KeyboardInterrupt

    monkeypatch.setattr(Step, "apply", interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path / "out", {PurePosixPath("p/a.py"): "new", PurePosixPath("q/b.py"): "new"})
    assert tree(tmp_path) == before
    assert os.listdir(tmp_path) == ["out"]
