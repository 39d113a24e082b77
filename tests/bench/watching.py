"""Time from a save to the output of `specloom generate --watch`, for the three endpoints, including the poll interval."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time

from specloom import watch

from . import projects, report
from .processes import Failed, Times


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(options: argparse.Namespace) -> None:
    """Print the seconds from a save to the output."""
    report.machine(
        options.runs,
        f"seconds from a save to the output, polling every {watch.POLL_INTERVAL * 1000:.0f} ms",
    )
    report.heading("One save in watch mode")
    command = (sys.executable, "-m", "specloom", "generate", "--watch")
    with projects.three_endpoints() as folder:
        note = folder / "specs" / "wechatpay" / "fapiao_applications.query.md"
        with subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            seconds: list[float] = []
            try:
                _until("weixin: ", process)
                for number in range(options.runs * 4):
                    time.sleep(
                        watch.POLL_INTERVAL * (1 + number % 4 / 4)
                    )  # saves are at different times between two polls
                    begun = time.monotonic()
                    with note.open("a") as file:
                        file.write(f"\n\nSaved for time {number}.\n")
                    _until("wechatpay: ", process)
                    seconds.append(time.monotonic() - begun)
            finally:
                process.send_signal(signal.SIGINT)
    report.table({"save to output": Times(tuple(seconds))})
    report.limit(
        "one save, 300 ms more than the poll interval",
        Times(tuple(seconds)),
        watch.POLL_INTERVAL + 0.3,
    )


def _until(part: str, process: subprocess.Popen[str]) -> None:
    assert process.stdout
    while line := process.stdout.readline():
        if part in line:
            return
    raise Failed("the watching process ended")
