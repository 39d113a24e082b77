"""Times of clients in this process, run alternately, as in `processes`; and the processes of the servers that they call.

CPU time is measured, because the machine may have other work; it includes threads.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from socket import IPPROTO_TCP, TCP_NODELAY, create_server, socket

from .processes import Failed, Times
from .projects import ROOT


def in_turn(runs: dict[str, Callable[[], float]], rounds: int) -> Mapping[str, Times]:
    """Return the seconds that each run returns, in reverse order in every second round, after one untimed run of each."""
    for run in runs.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        for name in list(runs) if number % 2 == 0 else reversed(list(runs)):
            seconds[name].append(runs[name]())
    return {name: Times(tuple(measured)) for name, measured in seconds.items()}


def cpu_times(
    runs: Mapping[str, Callable[[], int]], expected: int, rounds: int
) -> Mapping[str, Times]:
    """Return the CPU seconds of runs that each return the expected number; raise `Failed` for another one."""

    def timed(name: str, run: Callable[[], int]) -> float:
        start = time.process_time()
        count = run()
        seconds = time.process_time() - start
        if count != expected:
            raise Failed(f"{name} returned {count}; expected {expected}")
        return seconds

    return in_turn(
        {name: lambda name=name, run=run: timed(name, run) for name, run in runs.items()},  # type: ignore[misc]
        rounds,
    )


@contextmanager
def server(module: str, *arguments: str) -> Generator[str, None, None]:
    """Start a module that calls `listen`, in a process that does not share Python's lock with the clients; yield its URL."""
    command = (sys.executable, "-m", module, *arguments)
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        port = process.stdout.readline().strip()
        if not port:
            raise Failed("the server of the benchmark did not start")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.stdin.close()


def listen(serve: Callable[[socket], None]) -> None:
    """Print a port and serve its connections, each in a thread, until standard input ends."""
    with create_server(("127.0.0.1", 0), backlog=128) as listener:
        print(listener.getsockname()[1], flush=True)

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        sys.stdin.read()
