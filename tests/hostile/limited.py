"""Loads specs with limited memory and time: a child process for each folder, and a line of JSON with its result."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

import jsonschema  # noqa: F401  loaded before the limit is set, as a long running process would have it

from specloom.diagnostics import InvalidSpec, as_text
from specloom.spec import load
from specloom.targets import files

MEMORY = 256 << 20
SECONDS = 20
"""Hard limit of a child in seconds; the tests have stricter ones."""


def read(folder: str) -> dict[str, object]:
    start = time.process_time()
    try:
        generated = files(load(Path(folder), "spec").api, "project")
        outcome: dict[str, object] = {"files": len(generated)}
    except InvalidSpec as error:
        shown = as_text(error.problems, error.sources)
        positions = [
            [problem.path, problem.line, problem.column, problem.rule]
            for problem in error.problems[:20]
        ]
        outcome = {"problems": positions, "shown": len(shown)}
    except BaseException as error:
        outcome = {"failed": f"{type(error).__name__}: {error}"[:200]}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {**outcome, "seconds": time.process_time() - start, "bytes": peak}


def limit() -> None:
    """Set the limits of the current process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        child = os.fork()
        if child == 0:
            limit()
            print(json.dumps({"folder": name, **read(name)}), flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"folder": name, "failed": f"killed: {status}"}), flush=True)
