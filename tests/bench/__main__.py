"""Command line of the benchmarks: `python -m tests.bench SUBJECT`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from . import (
    call,
    decode,
    directory,
    generation,
    importing,
    mocking,
    openapi_documents,
    paging,
    streaming,
    transfers,
    watching,
)

SUBJECTS = {
    "generate": generation,
    "call": call,
    "decode": decode,
    "import": importing,
    "mock": mocking,
    "directory": directory,
    "pages": paging,
    "openapi": openapi_documents,
    "stream": streaming,
    "transfer": transfers,
    "watch": watching,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark of one subject; return 0 for any result."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Benchmarks of specloom, as ratios on this machine.",
    )
    subjects = parser.add_subparsers(title="subjects", metavar="SUBJECT", required=True)
    for name, module in SUBJECTS.items():
        text = (module.__doc__ or "").split("\n", 1)[0]
        subject = subjects.add_parser(name, help=text, description=text)
        subject.add_argument(
            "--runs", type=_count, default=5, metavar="N", help="runs of each process (default: 5)"
        )
        module.add_arguments(subject)
        subject.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    options.run(options)
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"invalid number of runs {text}; expected 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
