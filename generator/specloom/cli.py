"""Command line: output and exit status. `command_parser` has the arguments, `commands` what they run.

Exit status: 0 success; 1 an output is out of date (`check`), or a change that `diff --fail-on` forbids; 2 invalid spec, configuration or
command line; 3 disk error; 4 the output is locked by another process, or was edited by hand.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .command_parser import parser
from .console import Console


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return the exit status."""
    options = parser().parse_args(arguments)
    console = Console(options.format)
    try:
        status = _run(options, console)
        console.finish()
    except BrokenPipeError:  # the status of a program that SIGPIPE has stopped
        console.discard()
        return 128 + 13
    except OSError as error:  # from writing to stdout; commands raise a `UsageError` for all others
        from .diagnostics import DISK

        print(
            f"specloom: {error.filename or 'standard output'}: {error.strerror or error}",
            file=sys.stderr,
        )
        console.discard()
        return DISK
    except KeyboardInterrupt:
        return 130
    return status


def _run(options: argparse.Namespace, console: Console) -> int:
    """Run a command, and return its exit status; its errors are reported."""
    try:
        return int(options.run(options, console))
    except Exception as error:
        from .diagnostics import WRONG_INPUT, InvalidSpec, UsageError

        if isinstance(error, InvalidSpec):
            console.report(error.problems, error.sources)
            return WRONG_INPUT
        if isinstance(error, UsageError):
            console.report([error.problem], {})
            return error.status
        raise
