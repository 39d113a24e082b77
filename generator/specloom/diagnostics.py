"""What is wrong with an input, said so that it can be mended.

A finding has a place, a rule and a sentence, often a hint. A stage collects all of its findings and raises them at once as a
`InvalidSpec`; the command renders them for people (`text`), programs (`json`) or a code review (`github`). Errors of use that have
no place in a file (a wrong option, a full disk) are a `UsageError` with an exit status instead.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

OUT_OF_DATE = 1
WRONG_INPUT = 2
DISK = 3
BUSY = 4


_LINES = 5
"""Lines that a group of problems names."""

Severity: TypeAlias = Literal["error", "warning", "notice"]
"""Errors stop a run, warnings do not, notices are advice."""


class Diagnostic(Struct, frozen=True, order=True):
    """One finding. `line` and `column` count from 1, columns in code points; `length` is how much the caret underlines."""

    path: str
    """'' for what stands in no file."""
    line: int
    column: int
    rule: str
    message: str
    hint: str = ""
    length: int = 1
    severity: Severity = "error"


class InvalidSpec(Exception):
    """Everything that is wrong with a spec or a configuration, sorted; nothing was written.

    `sources` holds the texts of the files by path, for rendering.
    """

    def __init__(
        self, problems: Iterable[Diagnostic], sources: Mapping[str, str] | None = None
    ) -> None:
        self.problems = tuple(sorted(set(problems)))
        self.sources: Mapping[str, str] = sources or {}
        super().__init__(f"{len(self.problems)} problems")

    @classmethod
    def of_all(cls, errors: Iterable[InvalidSpec]) -> InvalidSpec:
        """What is wrong with several specs, as one error."""
        found = list(errors)
        sources = {path: text for error in found for path, text in error.sources.items()}
        return cls((problem for error in found for problem in error.problems), sources)


class UsageError(Exception):
    """The run cannot go on for a reason outside the spec; the text says why and what to do."""

    def __init__(self, message: str, status: int = WRONG_INPUT) -> None:
        self.status = status
        super().__init__(message)

    @property
    def problem(self) -> Diagnostic:
        """The same as a finding without a place."""
        return Diagnostic("", 1, 1, "stopped", str(self))


def as_text(problems: Iterable[Diagnostic], sources: Mapping[str, str]) -> str:
    """Each problem with its source line, a caret and its hint; `sources` holds the files' texts by path."""
    blocks: list[str] = []
    lines_of: dict[str, list[str]] = {}
    for problem in problems:
        if problem.path not in lines_of:
            lines_of[problem.path] = sources.get(problem.path, "").split("\n")
        lines = lines_of[problem.path]
        said = "warning: " * (problem.severity == "warning") + problem.message
        place = (
            f"{problem.path}:{problem.line}:{problem.column}: {problem.rule}"
            if problem.path
            else "specloom"
        )
        block = [f"{place}: {printable(said)}"]
        if problem.line <= len(lines) and lines[problem.line - 1].strip():
            block += _excerpt(problem, lines[problem.line - 1].rstrip("\r"))
        if problem.hint:
            block.append(f"  hint: {printable(problem.hint)}")
        blocks.append("\n".join(block) + "\n")
    return "\n".join(blocks)


def as_groups(problems: Iterable[Diagnostic]) -> str:
    """One line for the problems of one rule in one file: how many, the first of them, and the lines of the next."""
    groups: dict[tuple[str, str], list[Diagnostic]] = {}
    for problem in problems:
        groups.setdefault((problem.path, problem.rule), []).append(problem)
    return "".join(f"{printable(_group(group))}\n" for group in groups.values())


def _group(group: list[Diagnostic]) -> str:
    first = group[0]
    same = [
        problem for problem in group if (problem.line, problem.column) == (first.line, first.column)
    ]
    text = f"{first.path}:{first.line}:{first.column}: {first.rule}: {'; '.join(problem.message for problem in same)}"
    if len(group) == len(same):
        return text
    lines = list(dict.fromkeys(problem.line for problem in group if problem not in same))
    shown = ", ".join(map(str, lines[:_LINES])) + (", …" if len(lines) > _LINES else "")
    return f"{text}; {len(group) - len(same)} more in line{'s' if len(lines) > 1 else ''} {shown}"


def as_json(problems: Iterable[Diagnostic]) -> str:
    """A JSON array with one object for each problem, for programs; without a place, path, line and column are null."""
    rows = [
        {
            "path": p.path or None,
            "line": p.line if p.path else None,
            "column": p.column if p.path else None,
            "severity": p.severity,
            "rule": p.rule,
            "message": p.message,
            "hint": p.hint,
        }
        for p in problems
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def as_github(problems: Iterable[Diagnostic]) -> str:
    """Workflow commands, which GitHub shows beside the lines of a pull request.

    Escapes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    rows: list[str] = []
    for p in problems:
        text = p.message + (f"\nhint: {p.hint}" if p.hint else "")
        place = f"file={_property(p.path)},line={p.line},col={p.column}," if p.path else ""
        shown = printable(text, keep="\n")
        rows.append(
            f"::{p.severity} {place}title={_property('specloom ' + p.rule)}::{_data(shown)}\n"
        )
    return "".join(rows)


def display_path(path: Path) -> str:
    """A path as the user would type it here."""
    relative = os.path.relpath(path)
    return (relative if not relative.startswith("..") else str(path)).replace(os.sep, "/")


def printable(text: str, keep: str = "") -> str:
    """The text with control, bidirectional and other invisible characters shown as U+XXXX, so that a terminal cannot be misled."""
    return "".join(
        c if c in keep or (c.isprintable() or c == "\u3000") else f"<U+{ord(c):04X}>" for c in text
    )


def _excerpt(problem: Diagnostic, line: str, width: int = 100) -> list[str]:
    start = problem.column - 1
    shift = max(0, start - width * 2 // 3)
    shown = printable(line[shift : shift + width], keep="\t").replace("\t", " ")
    before = printable(line[shift:start], keep="\t")
    under = line[start : min(start + problem.length, shift + width)]
    number = f"{problem.line:>5} | "
    return [
        number + shown,
        " " * (len(number) - 2) + "| " + " " * columns(before) + "^" * max(1, columns(under)),
    ]


def columns(text: str) -> int:
    """How many terminal columns a text takes: wide and full-width characters count two (UAX #11), marks none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
