"""Time of one query of the mock server without cryptography, compared with a server that always sends the same bytes.

Each has one keep-alive connection; they are queried alternately.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager

from . import fapiao, report
from .in_process import server
from .processes import Failed, Times, figure
from .projects import ROOT, empty

QUERIES = 200
"""Queries of one server before those of the other."""
MOCK, FIXED = "the mock", "fixed bytes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(options: argparse.Namespace) -> None:
    """Print the seconds of one query."""
    report.machine(options.runs, f"seconds of one query, the mean of {QUERIES} in a row")
    report.heading("One query of the mock, without signatures")
    with empty() as folder, ExitStack() as stack:
        fapiao.make_keys(folder)
        (folder / "response.json").write_bytes(fapiao.response())
        target = f"{fapiao.PATH}?sub_mchid={fapiao.SUB_MERCHANT}"
        servers = {
            MOCK: stack.enter_context(_mock()),
            FIXED: stack.enter_context(server("tests.bench.loopback", str(folder))),
        }
        asked = {name: stack.enter_context(_querying(url, target)) for name, url in servers.items()}
        seconds: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(options.runs + 1):
            for name, ask in asked.items():
                seconds[name].append(ask())
    times = {
        name: Times(tuple(found[1:])) for name, found in seconds.items()
    }  # the first turn warms up
    report.table(
        times,
        {
            FIXED: f"the mock takes {figure(lambda one: one[MOCK] / one[FIXED], times).median:.2f} × of it"
        },
    )
    report.limit("one query of the mock", times[MOCK], 0.001)


@contextmanager
def _mock() -> Generator[str, None, None]:
    """Start a mock with one fapiao; yield its URL."""
    command = (sys.executable, "-m", "wechatpay.testing", "--port", "0", "--no-authentication")
    with subprocess.Popen(
        command,
        cwd=ROOT / "generated" / "wechatpay",
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        try:
            urls = [
                word for word in process.stdout.readline().split() if word.startswith("http://")
            ]
            if not urls:
                raise Failed("the mock did not start")
            connection = http.client.HTTPConnection(urls[0].removeprefix("http://"))
            wanted = json.dumps(
                {"fapiao_apply_id": fapiao.APPLICATION, "fapiao_id": "20200701123456"}
            )
            connection.request(
                "POST", "/_mock/issue_fapiao", wanted, {"Content-Type": "application/json"}
            )
            connection.getresponse().read()
            connection.close()
            yield urls[0]
        finally:
            process.terminate()


@contextmanager
def _querying(url: str, target: str) -> Generator[Callable[[], float], None, None]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)

    def ask() -> float:
        begun = time.perf_counter()
        for _ in range(QUERIES):
            connection.request("GET", target)
            response = connection.getresponse()
            if response.status != 200 or len(response.read()) < 1000:
                raise Failed(f"{url} responded with {response.status}")
        return (time.perf_counter() - begun) / QUERIES

    yield ask
    connection.close()
