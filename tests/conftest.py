"""Options and fixtures that several tests share."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests import type_checkers
from tests.figures import Figure

MEMORY = Path("/dev/shm")


def _use_memory_for_temporary_files() -> None:
    """Let `tmp_path` and `tempfile` use a file system in memory, if it has space and can run programs.

    Tests write many thousand small files; on a disk, most of their time would be waits. `TMPDIR` and `--basetemp` take precedence.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return
    if os.statvfs(MEMORY).f_flag & os.ST_NOEXEC or shutil.disk_usage(MEMORY).free < 2 << 30:
        return
    os.environ["TMPDIR"] = str(MEMORY)  # also for child processes
    tempfile.tempdir = None


_use_memory_for_temporary_files()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="rewrite the expected files of the cases with what comes out now",
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Return whether expected files are to be rewritten."""
    return bool(request.config.getoption("--update"))


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Tells what was measured; the end of the run prints it."""
    return lambda text: request.node.user_properties.append(("figure", text))


@pytest.fixture
def mypy(pytestconfig: pytest.Config, tmp_path: Path) -> type_checkers.Mypy:
    """Runs mypy with the cache of installed packages that all tests share."""
    assert pytestconfig.cache is not None
    return partial(
        type_checkers.mypy, Path(pytestconfig.cache.mkdir("mypy")), tmp_path / "mypy_cache"
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One more than there are cores, for many tests wait for time to pass; but those that measure, or that are looked at one by one, have the
    machine for themselves."""
    alone = (
        config.option.markexpr == "slow"
        or config.option.usepdb
        or any("::" in argument for argument in config.args)
    )
    return (
        0
        if alone
        else len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else None
    )


def pytest_collection_finish() -> None:
    """Exclude the collected tests and all imported modules from garbage collection: they stay to the end."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = [
        (report.nodeid.partition("::")[2], text)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, text in report.user_properties
        if name == "figure"
    ]
    if told:
        terminalreporter.section("figures")
    for name, text in told:
        terminalreporter.line(f"{name}: {text}")


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs of the command note what they did in a folder of the tests, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield
