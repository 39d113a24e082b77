"""Output of the benchmarks: the machine, tables of times, and ratios with their limits."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping

from .processes import Figure, Times


def machine(rounds: int, subject: str = "wall times of whole processes") -> None:
    """Print the interpreter, the machine and its load, and the subject of the measurement."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(
        f"{platform.python_implementation()} {platform.python_version()} on {platform.system()} {platform.machine()}, {cores} cores{load};"
        f" {subject}, {rounds} run{'' if rounds == 1 else 's'} each in turn"
    )


def heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")


def table(times: Mapping[str, Times], notes: Mapping[str, str] | None = None) -> None:
    """Print a row for each case: the median, the fastest and the slowest run, and a note."""
    width = max(len(name) for name in times)
    print(f"{'':{width}}  {'median':>9}  {'min – max':^19}")
    for name, figure_ in times.items():
        note = (notes or {}).get(name, "")
        print(
            f"{name:{width}}  {_time(figure_.median)}  {_time(figure_.fastest)} –{_time(figure_.slowest)}  {note}".rstrip()
        )


def bar(subject: str, figure_: Figure, limit: float, unit: str, remark: str = "") -> None:
    """Print whether the median of a ratio is within its limit."""
    verdict = "met" if figure_.median <= limit else "MISSED"
    details = [
        f"limit: {limit:g} ×",
        f"fastest runs: {figure_.fastest:.2f} ×",
        *([remark] if remark else []),
    ]
    print(f"{verdict}: {subject}: {figure_.median:.2f} × {unit} ({'; '.join(details)})")


def limit(subject: str, times: Times, seconds: float) -> None:
    """Print whether the median of a time is within its limit in seconds."""
    verdict = "met" if times.median <= seconds else "MISSED"
    print(f"{verdict}: {subject}: {_time(times.median).strip()} (limit: {_time(seconds).strip()})")


def _time(seconds: float) -> str:
    return f"{seconds * 1000:6.0f} ms" if seconds >= 0.01 else f"{seconds * 1e6:6.1f} µs"
