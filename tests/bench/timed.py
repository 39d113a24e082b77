"""A process with its CPU time and its memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process that has ended: its status and output, its CPU time in seconds, and its memory in MiB."""

    returncode: int
    stdout: str
    seconds: float
    memory: float


def timed(folder: Path, *command: str) -> Process:
    """Run a command in a folder; its children count if it waits for them."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Process(
            process.returncode,
            output.read().decode("utf-8", "replace"),
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024,
        )
