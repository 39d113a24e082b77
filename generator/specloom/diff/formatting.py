"""Reports as text, JSON, Markdown and GitHub annotations. Texts of specs are escaped for each format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from ..diagnostics import printable
from ..model import code_span
from .changes import Change, Report
from .rules import CLASSES, Class

_LONGEST = 80
_ESCAPED = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def as_text(report: Report) -> str:
    """Return a report for a terminal: location, rule and sentence of each change with its values, and the version bump."""
    rows: list[str] = []
    for class_ in CLASSES:
        changes = report.of(class_)
        if changes:
            rows.append(f"{class_} ({len(changes)})")
        for change in changes:
            location = f"{change.location.path}:{change.location.line}"
            rows.append(
                f"  {location}: {change.rule.id}: {printable(change.message)}{_note(change)}"
            )
            rows += [f"      {label}: {_short(value)}" for label, value in _values(change)]
        if changes:
            rows.append("")
    return "\n".join([*rows, _summary(report)]) + "\n"


def as_json(report: Report) -> str:
    """Return one JSON object with the changes and the version bump."""
    changes = [
        {
            "rule": change.rule.id,
            "class": change.class_,
            "concerns": sorted(change.sides),
            "subject": change.subject,
            "part": change.part,
            "message": change.message,
            "old": change.values[0],
            "new": change.values[1],
            "path": change.location.path,
            "line": change.location.line,
            "column": change.location.column,
            "found_by_type_checkers": change.class_ == "breaking" and not change.rule.runtime_only,
        }
        for change in report.changes
    ]
    version = {
        "old": report.old_version,
        "new": report.new_version,
        "bump": report.bump,
        "next": report.next_version,
        "is_bumped": report.is_bumped,
    }
    return json.dumps({"changes": changes, "version": version}, ensure_ascii=False, indent=2) + "\n"


def as_markdown(report: Report) -> str:
    """Return a section for a changelog: the next version, then a list for each class, grouped by subject."""
    version = (
        report.new_version
        if report.is_bumped or report.next_version is None
        else report.next_version
    )
    blocks = [f"## {_markdown(version)}"]
    if not report.changes:
        blocks.append("No changes.")
    for class_ in CLASSES:
        found = [change for change in report.of(class_) if change.rule.id != "version-changed"]
        if found:
            blocks += [f"### {_HEADINGS[class_]}", "\n".join(_items(found))]
    return "\n\n".join(blocks) + "\n"


def as_github(report: Report) -> str:
    """Return workflow commands, which GitHub shows beside the lines of a pull request; removed parts are located in the old spec.

    Escapes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    rows: list[str] = []
    for change in report.changes:
        values = "".join(f"\n{label}: {_short(value)}" for label, value in _values(change))
        location = f"file={_property(change.location.path)},line={change.location.line},title={_property('specloom ' + change.rule.id)}"
        rows.append(
            f"::{_LEVELS[change.class_]} {location}::{_data(printable(change.message) + values)}\n"
        )
    rows.append(f"::notice title=specloom diff::{_data(_summary(report))}\n")
    return "".join(rows)


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
    "github": as_github,
}
"""Functions that format a report, by the names of the formats."""

_HEADINGS: Mapping[Class, str] = {
    "breaking": "Breaking",
    "compatible": "New and changed",
    "documentation": "Documentation",
}
_LEVELS: Mapping[Class, str] = {
    "breaking": "error",
    "compatible": "notice",
    "documentation": "notice",
}


def _values(change: Change) -> list[tuple[str, str]]:
    """Return the values that are present, each with its label."""
    return [
        (label, value)
        for label, value in zip(("was", "now"), change.values, strict=True)
        if value is not None
    ]


def _summary(report: Report) -> str:
    counts = ", ".join(f"{len(report.of(class_))} {class_}" for class_ in CLASSES)
    if not report.changes:
        return f"no changes; version {report.new_version}"
    if report.bump is None:
        return f"{counts}; only the version has changed"
    if report.next_version is None:
        return f"{counts}; increase the {report.bump} part of version {report.old_version}"
    state = (
        f"version is {report.new_version}"
        if report.is_bumped
        else f"version is still {report.new_version}"
    )
    return f"{counts}; {report.bump} version bump: {report.old_version} -> {report.next_version} ({state})"


def _items(changes: list[Change]) -> list[str]:
    """Return list items; several changes of one subject are nested."""
    by_subject: dict[str, list[Change]] = {}
    for change in changes:
        by_subject.setdefault(change.subject, []).append(change)
    rows: list[str] = []
    for subject, its_changes in by_subject.items():
        if len(its_changes) == 1:
            [change] = its_changes
            rows.append(f"- {_code(subject)}{':' if change.part else ''} {_sentence(change)}")
            continue
        rows.append(f"- {_code(subject)}")
        rows += [f"  - {_sentence(change)}" for change in its_changes]
    return rows


def _sentence(change: Change) -> str:
    part = (
        " ".join(_part(part) for part in re.split(r"(`[^`]*`)", change.part) if part.strip())
        if change.part
        else ""
    )
    sentence = f"{part} {change.sentence}" if part else change.sentence
    values = " → ".join(_code(_short(value)) for _, value in _values(change))
    return f"{sentence}{f': {values}' if values else ''}{_note(change)}"


def _part(text: str) -> str:
    return (
        _code(text[1:-1])
        if text.startswith("`") and text.endswith("`") and len(text) > 1
        else _markdown(text.strip())
    )


def _note(change: Change) -> str:
    return (
        " (not found by type checkers)"
        if change.class_ == "breaking" and change.rule.runtime_only
        else ""
    )


def _short(text: str) -> str:
    """Return the text on one line, truncated."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _code(text: str) -> str:
    """Return the text as a code span."""
    return code_span(printable(text) or " ")


def _markdown(text: str) -> str:
    return _ESCAPED.sub(r"\\\1", printable(text))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
