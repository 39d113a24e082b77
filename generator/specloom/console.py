"""What a run says, and where.

People read as it goes: problems on standard error, what was done on standard output. In a form for programs (json, github) standard output
holds one document of all problems, written at the end, and what people would read goes to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .diagnostics import Diagnostic


class Console:
    """Says what one run has to say, in one form."""

    def __init__(self, form: str) -> None:
        self.form = form
        self._for_programs = form in ("json", "github")
        self._found: list[Diagnostic] = []
        self._due = True
        """Whether there is something that no document has said."""

    def tell(self, text: str) -> None:
        """What was done, for people."""
        print(text, end="", file=sys.stderr if self._for_programs else sys.stdout)

    def report(
        self, problems: Sequence[Diagnostic], sources: Mapping[str, str], *, grouped: bool = False
    ) -> None:
        """Problems, given the texts of the files that they are in; for people in one line for each rule and file if `grouped`."""
        if self._for_programs:
            self._found += problems
            self._due = True
        elif problems:
            from .diagnostics import as_groups, as_text

            print(
                as_groups(problems) if grouped else as_text(problems, sources),
                end="",
                file=sys.stderr,
            )

    def document(self, text: str) -> None:
        """The document itself, of a command that has one of its own."""
        print(text, end="")
        self._due = False

    def end(self) -> None:
        """All is said; a run that goes on, as a watch does, may say more, and end again."""
        if self._for_programs and self._due:
            print(self._written(), end="")
            self._found, self._due = [], False
        print(end="", flush=True)

    def silence(self) -> None:
        """Nobody reads any further, or the disk is full: what Python still has to write when it ends goes nowhere."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            os.dup2(nowhere, descriptor)

    def _written(self) -> str:
        if not self._found:  # a program reads an array in any case
            return "[]\n" if self.form == "json" else ""
        from .diagnostics import as_github, as_json

        return as_json(self._found) if self.form == "json" else as_github(self._found)
