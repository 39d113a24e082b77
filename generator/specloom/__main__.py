"""The program: `specloom`, and `python -m specloom`."""

import gc
import sys

from .cli import main


def program() -> None:
    """Run the command, and end."""
    status = main()
    gc.freeze()  # Python would look for cycles once more, in all that is left
    sys.exit(status)


if __name__ == "__main__":
    program()
