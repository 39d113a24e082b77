"""Time of `specloom generate`: three endpoints, nothing changed, one endpoint changed, and growth with the number of endpoints.

Cold means a new process in a new folder with specs and no output; only bytecode is cached, as after a clone.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import count
from pathlib import Path

from . import peer, projects, report
from .processes import Case, Failed, Figure, FolderFactory, Times, figure, in_turn, once
from .synthetic import synthetic

SIZES = (10, 100, 1000)
SPECLOOM = "specloom generate"
BARE = "python -c pass"
SETTLE_TIME = 2.2
"""Seconds after which the times of files are reliable for the up-to-date check."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--only", action="append", choices=PARTS, help="measure this part only (may be repeated)"
    )


def run(options: argparse.Namespace) -> None:
    """Print all parts, or the reason why one cannot be measured."""
    report.machine(options.runs)
    for name in options.only or PARTS:
        try:
            PARTS[name](options.runs)
        except Failed as failed:
            print(f"not measured: {failed}")


def cold(rounds: int) -> None:
    """Measure the three endpoints, compared with openapi-python-client on the same content."""
    report.heading("Three endpoints, cold")
    ours = Case(SPECLOOM, _specloom(), projects.three_endpoints)
    try:
        theirs = peer.cases()
    except Failed as failed:
        print(f"no comparison: {failed}")
        report.table(in_turn((ours,), rounds))
        return
    times = in_turn((ours, *theirs), rounds)
    ratios = {case.name: _beside(case.name, times) for case in theirs}
    report.table(
        times,
        {name: f"{ratio.median:.2f} × in specloom" for name, ratio in ratios.items()},
    )
    report.bar(
        "cold generate of three endpoints",
        ratios[peer.NAME],
        0.5,
        "openapi-python-client as it comes",
    )


def unchanged(rounds: int) -> None:
    """Measure a run with an up-to-date output: three endpoints and a thousand."""
    bare = Case(BARE, (sys.executable, "-c", "pass"), projects.empty)
    for subject, folder_factory, limit in (
        ("three endpoints", projects.three_endpoints, 4.0),
        ("1,000 endpoints", partial(projects.with_spec, "emporium", synthetic(1000)), 10.0),
    ):
        report.heading(f"Nothing changed, {subject}")
        with folder_factory() as folder:
            again = Case(SPECLOOM, _specloom(), _existing(folder))
            once(again)
            time.sleep(SETTLE_TIME)
            times = in_turn((again, bare), rounds)
        report.table(times)
        report.bar(
            f"nothing changed, {subject}", _beside(BARE, times), limit, "a bare interpreter start"
        )


def one_changed(rounds: int) -> None:
    """Measure a change of one endpoint of a thousand, compared with three runs without a change plus a run of its resource alone."""
    report.heading("One endpoint of 1,000 changed")
    with projects.with_spec("emporium", synthetic(1000)) as folder:
        note = folder / "specs" / "emporium" / "sales" / "orders.get.md"
        saves = count()

        @contextmanager
        def saved() -> Generator[Path, None, None]:
            note.write_text(f"Saved for time {next(saves)}.\n", "utf-8")
            yield folder

        again = Case(SPECLOOM, _specloom(), _existing(folder))
        once(again)
        time.sleep(SETTLE_TIME)
        alone = Case(
            "its resource alone, cold",
            _specloom(),
            partial(projects.with_spec, "emporium", synthetic(10)),
        )
        nothing = in_turn((again,), rounds)[SPECLOOM]
        times = {
            "nothing changed": nothing,
            **in_turn((Case("one changed", _specloom(), saved), alone), rounds),
        }
    report.table(times)
    ratio = figure(
        lambda seconds: seconds["one changed"]
        / (3 * seconds["nothing changed"] + seconds[alone.name]),
        times,
    )
    report.bar(
        "one endpoint of 1,000 changed",
        ratio,
        1.0,
        "three runs with nothing to do and its resource alone",
    )


def growth(rounds: int) -> None:
    """Measure synthetic specs of several sizes; the time without any endpoint is measured too, and subtracted."""
    report.heading("Growth, cold")
    sizes = (0, *SIZES)
    cases = [
        Case(
            _endpoints(size), _specloom(), partial(projects.with_spec, "emporium", synthetic(size))
        )
        for size in sizes
    ]
    times = in_turn(cases, rounds, warm=cases[:2])

    def each(size: int) -> Callable[[Mapping[str, float]], float]:
        return lambda seconds: (seconds[_endpoints(size)] - seconds[_endpoints(0)]) / size

    notes = {
        _endpoints(size): f"{figure(each(size), times).median * 1000:6.2f} ms an endpoint"
        for size in SIZES
    }
    report.table(times, {_endpoints(0): "the fixed cost of a start, subtracted below", **notes})
    ratio = figure(lambda seconds: each(1000)(seconds) / each(100)(seconds), times)
    report.bar("time an endpoint at 1,000 endpoints", ratio, 1.1, "that at 100")


def _existing(folder: Path) -> FolderFactory:
    """Use a folder that exists already, and keep it."""
    return lambda: nullcontext(folder)


def _beside(name: str, times: Mapping[str, Times]) -> Figure:
    """Return the ratio of specloom's time to that of another case."""
    return figure(lambda seconds: seconds[SPECLOOM] / seconds[name], times)


def _endpoints(size: int) -> str:
    return f"{size:,} endpoints"


def _specloom() -> tuple[str, ...]:
    """Return the installed command of this environment."""
    program = shutil.which("specloom", path=str(Path(sys.executable).parent))
    if not program:
        raise Failed(
            "specloom is not installed in the environment of this interpreter: pip install -e ."
        )
    return program, "generate"


PARTS: Mapping[str, Callable[[int], None]] = {
    "cold": cold,
    "unchanged": unchanged,
    "changed": one_changed,
    "growth": growth,
}
