"""The program: `specloom`, and `python -m specloom`."""

import os
import sys

from .cli import main


def program() -> None:
    """Run the command, and end."""
    status = main()
    for stream in (sys.stdout, sys.stderr):
        print(end="", file=stream, flush=True)
    os._exit(status)  # the system frees memory sooner than Python takes apart what it has loaded


if __name__ == "__main__":
    program()
