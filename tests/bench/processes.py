"""Wall times of whole processes, run in turn: one round runs every case once, so that a drift of the machine meets all of them.

Every second round runs backwards, so that no case always follows the same other one. Ratios are taken within a round, and their median
counts: a slow minute slows both sides of it.

Folders are cleared away after the last round only, because what is removed slows down what is made next: ext4 without a journal does not give
an inode away again for minutes, and looks at each of those on its way to a free one. Making a file took 9 µs there at first, and 430 µs after a
thousand others had been removed.
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

SourceLocation: TypeAlias = Callable[[], AbstractContextManager[Path]]
"""Makes the folder that a process runs in, and clears it away; neither is timed."""


class Failed(Exception):
    """A process that should be timed did not do its work; the text says which and what it printed."""


@dataclass(frozen=True, slots=True)
class Case:
    """A process to time."""

    name: str
    command: tuple[str, ...]
    place: SourceLocation
    path: Path | None = None
    """A folder to put before `PATH`, where the process finds its own tools."""


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
    """Times of all cases by name, after an untimed run of each in `warm` (all, if it is None), which fills caches of byte code and disk."""
    with ExitStack() as places:
        for case in cases if warm is None else warm:
            _timed(case, places)
        seconds: dict[str, list[float]] = {case.name: [] for case in cases}
        for number in range(rounds):
            for case in cases if number % 2 == 0 else reversed(cases):
                seconds[case.name].append(_timed(case, places))
    return {name: Times(tuple(runs)) for name, runs in seconds.items()}


def once(case: Case) -> float:
    """Seconds from starting the process to its end."""
    with ExitStack() as places:
        return _timed(case, places)


def _timed(case: Case, places: ExitStack) -> float:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME"}
    }
    if case.path:
        environment["PATH"] = os.pathsep.join((str(case.path), environment.get("PATH", os.defpath)))
    folder = places.enter_context(case.place())
    begun = time.perf_counter()
    done = subprocess.run(
        case.command, cwd=folder, env=environment, capture_output=True, check=False
    )
    seconds = time.perf_counter() - begun
    if done.returncode:
        printed = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise Failed(f"{case.name} ended with {done.returncode}:\n{printed[-2000:]}")
    return seconds


@dataclass(frozen=True, slots=True)
class Figure:
    """A value computed from times: the median of the rounds' values, and the value of the fastest runs, which others disturbed least."""

    median: float
    fastest: float


def figure(value: Callable[[Mapping[str, float]], float], times: Mapping[str, Times]) -> Figure:
    """A value of the seconds by case, such as a ratio, taken within each round."""
    rounds = zip(*(found.runs for found in times.values()), strict=True)
    values = (value(dict(zip(times, seconds, strict=True))) for seconds in rounds)
    return Figure(
        statistics.median(values), value({name: found.fastest for name, found in times.items()})
    )
