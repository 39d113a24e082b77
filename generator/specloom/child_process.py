"""A function without effects, run in a forked child process while this process goes on.

Rendering is plain Python, so threads cannot use a second core. A fork shares the loaded spec, and only the result is transferred.
Where a fork is not possible or not safe, and whenever the child does not deliver, the function runs in this process, which also
raises its exceptions here.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

T = TypeVar("T")


@contextmanager
def in_child_process(function: Callable[[], T]) -> Generator[Callable[[], T]]:
    """Start a function, and yield a function that waits for its result."""
    if not _can_fork():
        yield function
        return
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _deliver(function, writer)
    os.close(writer)
    try:
        with open(reader, "rb") as pipe:
            yield lambda: _received(pipe.read(), function)
    finally:
        os.kill(child, signal.SIGKILL)  # no effect on a child that has ended
        os.waitpid(child, 0)


def _can_fork() -> bool:
    """Return whether there is a second core, and no thread that could hold a lock during the fork. Libraries of macOS do not survive a fork."""
    return (
        sys.platform == "linux"
        and threading.active_count() == 1
        and len(os.sched_getaffinity(0)) > 1
    )


def _deliver(function: Callable[[], T], writer: int) -> NoReturn:
    """Write the result and end the process, without the clean-up that belongs to the parent."""
    try:
        result = pickle.dumps(function(), pickle.HIGHEST_PROTOCOL)
        with open(writer, "wb") as pipe:
            pipe.write(result)
    except BaseException:  # the parent runs the function again, and meets the error itself
        os._exit(1)
    os._exit(0)


def _received(result: bytes, function: Callable[[], T]) -> T:
    """Return the result of the child, or run the function if it was not transferred whole."""
    try:
        received: T = pickle.loads(result)
    except Exception:
        return function()
    return received
