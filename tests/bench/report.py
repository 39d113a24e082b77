"""What is printed: the machine, tables of times, and bars with their figures."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping

from .processes import Figure, Times


def machine(rounds: int, what: str = "wall times of whole processes") -> None:
    """What ran, and how; the load tells whether something else ran too."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(
        f"{platform.python_implementation()} {platform.python_version()} on {platform.system()} {platform.machine()}, {cores} cores{load};"
        f" {what}, {rounds} run{'' if rounds == 1 else 's'} each in turn"
    )


def heading(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")


def table(times: Mapping[str, Times], notes: Mapping[str, str] | None = None) -> None:
    """A row per case: median, the fastest and the slowest run, and a note."""
    width = max(len(name) for name in times)
    print(f"{'':{width}}  {'median':>9}  {'min – max':^19}")
    for name, found in times.items():
        note = (notes or {}).get(name, "")
        print(
            f"{name:{width}}  {_time(found.median)}  {_time(found.fastest)} –{_time(found.slowest)}  {note}".rstrip()
        )


def bar(what: str, found: Figure, limit: float, unit: str, remark: str = "") -> None:
    """One line that says whether a bar is met; the median decides."""
    verdict = "met" if found.median <= limit else "MISSED"
    details = [
        f"bar: {limit:g} ×",
        f"fastest runs: {found.fastest:.2f} ×",
        *([remark] if remark else []),
    ]
    print(f"{verdict}: {what}: {found.median:.2f} × {unit} ({'; '.join(details)})")


def limit(what: str, times: Times, seconds: float) -> None:
    """One line that says whether a bar in seconds is met; the median decides."""
    verdict = "met" if times.median <= seconds else "MISSED"
    print(f"{verdict}: {what}: {_time(times.median).strip()} (bar: {_time(seconds).strip()})")


def _time(seconds: float) -> str:
    return f"{seconds * 1000:6.0f} ms" if seconds >= 0.01 else f"{seconds * 1e6:6.1f} µs"
