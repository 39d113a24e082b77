"""Wall times of whole processes, run alternately: each round runs every case once, so that a drift of the machine affects all of them.

Every second round runs in reverse order, so that no case always follows the same other one. Ratios are calculated within a round, and their
median is reported: a slow minute slows both sides of a ratio.

Folders are removed after the last round only, because removed files slow down the creation of new ones: ext4 without a journal does not
reuse an inode for minutes, and searches all of them for a free one. Creating a file took 9 µs at first, and 430 µs after a thousand others
had been removed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

FolderFactory: TypeAlias = Callable[[], AbstractContextManager[Path]]
"""Creates the working folder of a process, and removes it; neither is timed."""


class Failed(Exception):
    """A timed process failed; the text has its name and output."""


@dataclass(frozen=True, slots=True)
class Case:
    """A process to time."""

    name: str
    command: tuple[str, ...]
    folder_factory: FolderFactory
    path: Path | None = None
    """A folder to prepend to `PATH`, with the tools of the process."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of the runs of one case, in the order of the rounds."""

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    @property
    def fastest(self) -> float:
        return min(self.runs)

    @property
    def slowest(self) -> float:
        return max(self.runs)


def in_turn(
    cases: Sequence[Case], rounds: int, warm: Sequence[Case] | None = None
) -> Mapping[str, Times]:
    """Return the times of all cases by name, after an untimed run of each in `warm` (default: all), which fills bytecode and disk caches."""
    with ExitStack() as folders:
        for case in cases if warm is None else warm:
            _timed(case, folders)
        seconds: dict[str, list[float]] = {case.name: [] for case in cases}
        for number in range(rounds):
            for case in cases if number % 2 == 0 else reversed(cases):
                seconds[case.name].append(_timed(case, folders))
    return {name: Times(tuple(runs)) for name, runs in seconds.items()}


def once(case: Case) -> float:
    """Return the seconds from the start of the process to its end."""
    with ExitStack() as folders:
        return _timed(case, folders)


def _timed(case: Case, folders: ExitStack) -> float:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME"}
    }
    if case.path:
        environment["PATH"] = os.pathsep.join((str(case.path), environment.get("PATH", os.defpath)))
    folder = folders.enter_context(case.folder_factory())
    begun = time.perf_counter()
    process = subprocess.run(
        case.command, cwd=folder, env=environment, capture_output=True, check=False
    )
    seconds = time.perf_counter() - begun
    if process.returncode:
        printed = (process.stderr or process.stdout).decode("utf-8", "replace").strip()
        raise Failed(f"{case.name} ended with {process.returncode}:\n{printed[-2000:]}")
    return seconds


@dataclass(frozen=True, slots=True)
class Figure:
    """A value calculated from times: the median of the rounds, and the value of the fastest runs, which are the least disturbed."""

    median: float
    fastest: float


def figure(value: Callable[[Mapping[str, float]], float], times: Mapping[str, Times]) -> Figure:
    """Calculate a value, such as a ratio, from the seconds of the cases in each round."""
    rounds = zip(*(times.runs for times in times.values()), strict=True)
    values = (value(dict(zip(times, seconds, strict=True))) for seconds in rounds)
    return Figure(
        statistics.median(values), value({name: times.fastest for name, times in times.items()})
    )
