"""Console output: results to stdout, diagnostics to stderr.

With a machine-readable format (json, github), stdout gets exactly one document with all problems, written at the end, and results go to
stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .diagnostics import Diagnostic


class Console:
    """Output of one run, in one format."""

    def __init__(self, format: str) -> None:
        self.format = format
        self._machine_readable = format in ("json", "github")
        self._problems: list[Diagnostic] = []
        self._document_due = True
        """True if stdout still needs a document."""

    def result(self, text: str) -> None:
        """Print a result for people."""
        print(text, end="", file=sys.stderr if self._machine_readable else sys.stdout)

    def report(
        self, problems: Sequence[Diagnostic], sources: Mapping[str, str], *, grouped: bool = False
    ) -> None:
        """Print or collect problems; `sources` holds the texts of their files.

        With `grouped`, the text format has one line for each rule and file.
        """
        if self._machine_readable:
            self._problems += problems
            self._document_due = True
        elif problems:
            from .diagnostics import as_groups, as_text

            print(
                as_groups(problems) if grouped else as_text(problems, sources),
                end="",
                file=sys.stderr,
            )

    def document(self, text: str) -> None:
        """Print the document of a command that has its own."""
        print(text, end="")
        self._document_due = False

    def finish(self) -> None:
        """Print the document if it is due, and flush. A watch goes on afterwards, and finishes again."""
        if self._machine_readable and self._document_due:
            print(self._problem_document(), end="")
            self._problems, self._document_due = [], False
        print(end="", flush=True)

    def discard(self) -> None:
        """Send all further output to nowhere: the reader of a pipe has gone, or the disk is full, and Python still flushes at exit."""
        null = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            os.dup2(null, descriptor)

    def _problem_document(self) -> str:
        if not self._problems:  # JSON always needs an array
            return "[]\n" if self.format == "json" else ""
        from .diagnostics import as_github, as_json

        return as_json(self._problems) if self.format == "json" else as_github(self._problems)
