"""Functions in a child process: the result, the exception or the end of the child never get lost. Each story has a process of its own, without threads."""

from __future__ import annotations

import subprocess
import sys

import pytest

PRELUDE = """
import os, signal
from specloom.child_process import in_child_process
parent = os.getpid()

def no_child_is_left():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False
"""

STORIES = {
    "result": """
        os.sched_getaffinity = lambda pid: {0, 1}
        with in_child_process(lambda: (os.getpid(), "x" * 1_000_000)) as result:
            pid, text = result()
        assert pid != parent and text == "x" * 1_000_000 and no_child_is_left()
    """,
    "one core": """
        os.sched_getaffinity = lambda pid: {0}
        with in_child_process(os.getpid) as result:
            assert result() == parent
    """,
    "killed": """
        os.sched_getaffinity = lambda pid: {0, 1}
        def killed():
            if os.getpid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)
            return "here"
        with in_child_process(killed) as result:
            assert result() == "here"
        assert no_child_is_left()
    """,
    "exception": """
        os.sched_getaffinity = lambda pid: {0, 1}
        def refused():
            raise LookupError(os.getpid() == parent)
        try:
            with in_child_process(refused) as result:
                result()
        except LookupError as error:
            assert error.args == (True,) and no_child_is_left()
        else:
            raise AssertionError("no exception")
    """,
    "result not wanted": """
        os.sched_getaffinity = lambda pid: {0, 1}
        try:
            with in_child_process(signal.pause) as result:
                raise LookupError
        except LookupError:
            assert no_child_is_left()
    """,
}


@pytest.mark.parametrize("story", STORIES)
def test_child_process(story: str) -> None:
    lines = [line.removeprefix("        ") for line in STORIES[story].splitlines()]
    command = [sys.executable, "-c", PRELUDE + "\n".join(lines)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
