"""Diagnostics about user input, and their rendering.

A diagnostic has a location, a rule id and a message, often a hint. A stage collects all of its diagnostics and raises them at once as
`InvalidSpec`; the command renders them for people (`text`), programs (`json`) or a code review (`github`). Errors without a location in a
file (an invalid option, a full disk) are a `UsageError` with an exit status.
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


_MAX_LINES = 5
"""Line numbers listed for a group of problems."""

Severity: TypeAlias = Literal["error", "warning", "notice"]
"""Errors stop a run; warnings do not; notices are advice."""


class Diagnostic(Struct, frozen=True, order=True):
    """A problem, warning or notice.

    `line` and `column` count from 1, columns in code points. `length` is the width of the caret.
    """

    path: str
    """Empty for a diagnostic without a file."""
    line: int
    column: int
    rule: str
    message: str
    hint: str = ""
    length: int = 1
    severity: Severity = "error"


class InvalidSpec(Exception):
    """A spec or configuration is invalid: all its problems, sorted. Nothing was written.

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
        """Return one error with the problems of several."""
        all_errors = list(errors)
        sources = {path: text for error in all_errors for path, text in error.sources.items()}
        return cls((problem for error in all_errors for problem in error.problems), sources)


class UsageError(Exception):
    """The run cannot continue for a reason outside the spec; the message says why and what to do."""

    def __init__(self, message: str, status: int = WRONG_INPUT) -> None:
        self.status = status
        super().__init__(message)

    @property
    def problem(self) -> Diagnostic:
        """The error as a diagnostic without a location."""
        return Diagnostic("", 1, 1, "run-failed", str(self))


def as_text(problems: Iterable[Diagnostic], sources: Mapping[str, str]) -> str:
    """Render each problem with its source line, a caret and its hint; `sources` holds the files' texts by path."""
    blocks: list[str] = []
    lines_of: dict[str, list[str]] = {}
    for problem in problems:
        if problem.path not in lines_of:
            lines_of[problem.path] = sources.get(problem.path, "").split("\n")
        lines = lines_of[problem.path]
        message = "warning: " * (problem.severity == "warning") + problem.message
        prefix = (
            f"{problem.path}:{problem.line}:{problem.column}: {problem.rule}"
            if problem.path
            else "specloom"
        )
        block = [f"{prefix}: {printable(message)}"]
        if problem.line <= len(lines) and lines[problem.line - 1].strip():
            block += _excerpt(problem, lines[problem.line - 1].rstrip("\r"))
        if problem.hint:
            block.append(f"  hint: {printable(problem.hint)}")
        blocks.append("\n".join(block) + "\n")
    return "\n".join(blocks)


def as_groups(problems: Iterable[Diagnostic]) -> str:
    """Render one line per rule and file: the first problem, how many more there are, and their lines."""
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
    numbers = ", ".join(map(str, lines[:_MAX_LINES])) + (", …" if len(lines) > _MAX_LINES else "")
    return f"{text}; {len(group) - len(same)} more in line{'s' if len(lines) > 1 else ''} {numbers}"


def as_json(problems: Iterable[Diagnostic]) -> str:
    """Render a JSON array with one object per problem; path, line and column are null without a location."""
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
    """Render workflow commands, which GitHub shows beside the lines of a pull request.

    Escapes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    rows: list[str] = []
    for p in problems:
        text = p.message + (f"\nhint: {p.hint}" if p.hint else "")
        location = f"file={_property(p.path)},line={p.line},col={p.column}," if p.path else ""
        text = printable(text, keep="\n")
        rows.append(
            f"::{p.severity} {location}title={_property('specloom ' + p.rule)}::{_data(text)}\n"
        )
    return "".join(rows)


def display_path(path: Path) -> str:
    """Return a path as the user would type it in the current directory."""
    relative = os.path.relpath(path)
    return (relative if not relative.startswith("..") else str(path)).replace(os.sep, "/")


def printable(text: str, keep: str = "") -> str:
    """Return the text with control, bidirectional and other invisible characters as <U+XXXX>, so that they cannot mislead a terminal."""
    return "".join(
        c if c in keep or (c.isprintable() or c == "\u3000") else f"<U+{ord(c):04X}>" for c in text
    )


def _excerpt(problem: Diagnostic, line: str, width: int = 100) -> list[str]:
    start = problem.column - 1
    shift = max(0, start - width * 2 // 3)
    visible = printable(line[shift : shift + width], keep="\t").replace("\t", " ")
    before = printable(line[shift:start], keep="\t")
    under = line[start : min(start + problem.length, shift + width)]
    number = f"{problem.line:>5} | "
    return [
        number + visible,
        " " * (len(number) - 2) + "| " + " " * columns(before) + "^" * max(1, columns(under)),
    ]


def columns(text: str) -> int:
    """Return the width of a text in terminal columns: wide and full-width characters count two (UAX #11), combining marks zero."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
