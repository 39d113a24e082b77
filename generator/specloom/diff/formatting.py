"""Reports as people and programs read them. Texts of specs are quoted so that they stay texts in each format."""

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
    """For a terminal: place, rule and sentence of each change, the two values under it, and the version at the end."""
    rows: list[str] = []
    for class_ in CLASSES:
        found = report.of(class_)
        if found:
            rows.append(f"{class_} ({len(found)})")
        for change in found:
            place = f"{change.place.path}:{change.place.line}"
            rows.append(
                f"  {place}: {change.rule.id}: {printable(change.message)}{_seen(change, ' (seen at run time only)')}"
            )
            rows += [f"      {word}: {_short(shown)}" for word, shown in _values(change)]
        if found:
            rows.append("")
    return "\n".join([*rows, _summary(report)]) + "\n"


def as_json(report: Report) -> str:
    """One object: the changes, and what they mean for the version."""
    changes = [
        {
            "rule": change.rule.id,
            "class": change.class_,
            "concerns": sorted(change.sides),
            "subject": change.subject,
            "what": change.what,
            "message": change.message,
            "old": change.values[0],
            "new": change.values[1],
            "path": change.place.path,
            "line": change.place.line,
            "column": change.place.column,
            "type checkers see it": change.class_ == "breaking" and not change.rule.invisible,
        }
        for change in report.changes
    ]
    version = {
        "old": report.old_version,
        "new": report.new_version,
        "step": report.step,
        "next": report.next_version,
        "made": report.made,
    }
    return json.dumps({"changes": changes, "version": version}, ensure_ascii=False, indent=2) + "\n"


def as_markdown(report: Report) -> str:
    """A fragment for CHANGES.md: the version that the changes ask for, then a list for each class, grouped by what they concern."""
    version = (
        report.new_version if report.made or report.next_version is None else report.next_version
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
    """Workflow commands, which GitHub shows beside the lines of a pull request; what is removed has its place in the old spec.

    Escapes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    rows: list[str] = []
    for change in report.changes:
        values = "".join(f"\n{word}: {_short(shown)}" for word, shown in _values(change))
        place = f"file={_property(change.place.path)},line={change.place.line},title={_property('specloom ' + change.rule.id)}"
        rows.append(
            f"::{_LEVELS[change.class_]} {place}::{_data(printable(change.message) + values)}\n"
        )
    rows.append(f"::notice title=specloom diff::{_data(_summary(report))}\n")
    return "".join(rows)


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
    "github": as_github,
}

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
    """The values that there are, each with its word."""
    return [
        (word, shown)
        for word, shown in zip(("was", "now"), change.values, strict=True)
        if shown is not None
    ]


def _summary(report: Report) -> str:
    counts = ", ".join(f"{len(report.of(class_))} {class_}" for class_ in CLASSES)
    if not report.changes:
        return f"no changes; the version is {report.new_version}"
    if report.step is None:
        return f"{counts}; nothing but the version has changed"
    if report.next_version is None:
        return f"{counts}; a {report.step} step from {report.old_version}"
    says = (
        f"`version: {report.new_version}` says so already"
        if report.made
        else f"`version:` still says {report.new_version}"
    )
    return f"{counts}; a {report.step} step: {report.old_version} becomes {report.next_version}, {says}"


def _items(changes: list[Change]) -> list[str]:
    """List items; several changes of one thing stand under it."""
    by_subject: dict[str, list[Change]] = {}
    for change in changes:
        by_subject.setdefault(change.subject, []).append(change)
    rows: list[str] = []
    for subject, found in by_subject.items():
        if len(found) == 1:
            rows.append(f"- {_code(subject)}{':' if found[0].what else ''} {_sentence(found[0])}")
            continue
        rows.append(f"- {_code(subject)}")
        rows += [f"  - {_sentence(change)}" for change in found]
    return rows


def _sentence(change: Change) -> str:
    what = (
        " ".join(_part(part) for part in re.split(r"(`[^`]*`)", change.what) if part.strip())
        if change.what
        else ""
    )
    says = f"{what} {change.says}" if what else change.says
    values = [_code(_short(shown)) for _, shown in _values(change)]
    told = f": {' → '.join(values)}" if values else ""
    return f"{says}{told}{_seen(change, ' (seen at run time only)')}"


def _part(text: str) -> str:
    return (
        _code(text[1:-1])
        if text.startswith("`") and text.endswith("`") and len(text) > 1
        else _markdown(text.strip())
    )


def _seen(change: Change, words: str) -> str:
    return words if change.class_ == "breaking" and change.rule.invisible else ""


def _short(text: str) -> str:
    """The text on one line, cut where it gets long."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _code(text: str) -> str:
    """A code span, whatever the text holds."""
    return code_span(printable(text) or " ")


def _markdown(text: str) -> str:
    return _ESCAPED.sub(r"\\\1", printable(text))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
