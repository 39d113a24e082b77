"""From a save to the summary of `specloom generate --watch`, for the three endpoints; the pause between two looks is part of it."""

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
    """None of its own."""


def run(options: argparse.Namespace) -> None:
    """Print the seconds from save to summary."""
    report.machine(
        options.runs,
        f"seconds from a save to the summary, looking every {watch.PAUSE * 1000:.0f} ms",
    )
    report.heading("One save while it watches")
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
                        watch.PAUSE * (1 + number % 4 / 4)
                    )  # saves come at any moment between two looks
                    begun = time.monotonic()
                    with note.open("a") as file:
                        file.write(f"\n\nSaved for time {number}.\n")
                    _until("wechatpay: ", process)
                    seconds.append(time.monotonic() - begun)
            finally:
                process.send_signal(signal.SIGINT)
    report.table({"save to summary": Times(tuple(seconds))})
    report.limit("one save, 300 ms beyond the pause", Times(tuple(seconds)), watch.PAUSE + 0.3)


def _until(part: str, process: subprocess.Popen[str]) -> None:
    assert process.stdout
    while line := process.stdout.readline():
        if part in line:
            return
    raise Failed("the watching process ended")
