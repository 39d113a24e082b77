"""Diagnostic collector: gathers problems and warnings with their exact locations.

A spec is read in stages (YAML, validation, resolution), each on the result of the previous one. A later stage often fails where an earlier
one has already reported a problem, so problems at those locations are dropped.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from msgspec.structs import replace

from ..diagnostics import Diagnostic
from ..model import SourceLocation
from .nodes import Node, Scalar, Source

RESERVED = "is reserved for a later version of the spec language"


MAX_PROBLEMS = 500
"""Problems after which reading stops: more are not useful at once, and explaining them takes time."""
_MAX_COMPARED = 500
"""Known words that a misspelt word is compared with."""


class TooManyDiagnostics(Exception):
    """The maximum number of problems was reached."""


class DiagnosticCollector:
    """Problems and warnings of one spec, in the order of their discovery."""

    def __init__(self, max_problems: int = MAX_PROBLEMS) -> None:
        self.max_problems = max_problems
        self.problems: list[Diagnostic] = []
        self.warnings: list[Diagnostic] = []
        self.sources: dict[str, str] = {}
        self._suppressed: set[tuple[str, int, int]] = set()
        self._reported: set[Diagnostic] = set()

    def source(self, path: str, text: str) -> Source:
        """Create a source and keep its text for rendering problems."""
        self.sources[path] = text
        return Source(path, text, text.split("\n"))

    def add(
        self, at: Node, rule: str, message: str, hint: str = "", offset: int = 0, length: int = 0
    ) -> None:
        """Add a problem at a node; `offset` and `length` narrow it to a part of a scalar's text."""
        self._report(_problem(at, rule, message, hint, offset, length))

    def add_at(
        self, location: SourceLocation, rule: str, message: str, hint: str = "", length: int = 1
    ) -> None:
        """Add a problem at a location without a node, such as a broken file."""
        self._report(
            Diagnostic(location.path, location.line, location.column, rule, message, hint, length)
        )

    def warn(self, at: Node, rule: str, message: str, hint: str = "") -> None:
        self.warnings.append(replace(_problem(at, rule, message, hint, 0, 0), severity="warning"))

    def warn_at(self, location: SourceLocation, rule: str, message: str) -> None:
        self.warnings.append(
            Diagnostic(
                location.path, location.line, location.column, rule, message, severity="warning"
            )
        )

    def end_stage(self) -> None:
        """End a stage: drop further problems at locations that have one."""
        self._suppressed.update((p.path, p.line, p.column) for p in self.problems)

    def suppress_at(self, *nodes: Node | None) -> None:
        """Drop further problems at these nodes, which another problem covers."""
        self._suppressed.update(
            (node.source.path, node.line, node.column) for node in nodes if node is not None
        )

    def _report(self, problem: Diagnostic) -> None:
        if problem in self._reported:  # of a field that several objects have
            return
        self._reported.add(problem)
        if (problem.path, problem.line, problem.column) not in self._suppressed:
            self.problems.append(problem)
            if len(self.problems) >= self.max_problems:
                raise TooManyDiagnostics


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint with the closest known word, or else with the known words."""
    words = list(known)
    close = closest(word, words)
    if close:
        return f"did you mean `{close}`?"
    if not words:
        return ""
    listed = ", ".join(words[:20])
    return f"expected one of: {listed}" + (", …" if len(words) > 20 else "")


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` most likely misspells, or None."""
    from difflib import SequenceMatcher

    best, best_ratio = None, 0.49 if len(word) <= 3 else 0.6
    folded = word.casefold()
    letters = sorted(folded)
    matcher = SequenceMatcher(None, "", folded)
    for candidate in itertools.islice(known, _MAX_COMPARED):
        other = candidate.casefold()
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() < best_ratio or matcher.quick_ratio() < best_ratio:
            continue
        ratio = 0.95 if sorted(other) == letters else matcher.ratio()
        if ratio >= best_ratio and (best is None or ratio > best_ratio):
            best, best_ratio = candidate, ratio
    return best


def line_reference(location: SourceLocation) -> str:
    """Return a location as `path:line`, for use in a sentence."""
    return f"{location.path}:{location.line}"


def _problem(at: Node, rule: str, message: str, hint: str, offset: int, length: int) -> Diagnostic:
    column, width = at.column, 1
    if isinstance(at, Scalar):
        width = max(1, at.width)
        start = column - 1 + (at.style == "quoted")
        if offset or length:
            line = at.source.lines[at.line - 1] if at.line <= len(at.source.lines) else ""
            if line.startswith(at.text, start):  # written on one line, without escapes
                column, width = start + 1 + min(offset, len(at.text)), max(1, length)
    return Diagnostic(at.source.path, at.line, column, rule, message, hint, width)
