"""Entry point of `specloom` and `python -m specloom`."""

import os
import sys

from .cli import main


def program() -> None:
    """Run the command, and exit with its status."""
    status = main()
    for stream in (sys.stdout, sys.stderr):
        print(end="", file=stream, flush=True)
    os._exit(
        status
    )  # faster than the interpreter's own shutdown, which frees all objects one by one


if __name__ == "__main__":
    program()
