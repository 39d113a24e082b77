"""Import report: what became of each construct that a spec does not say as the document does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from ...diagnostics import printable
from .documents import At, Document, Pointer

Outcome: TypeAlias = Literal["repaired", "loosened", "left out", "guessed"]
OUTCOMES: Mapping[Outcome, str] = {
    "guessed": "Guessed, for review",
    "repaired": "Repaired: the document contradicts itself or its format",
    "loosened": "Loosened: the spec accepts more than the document",
    "left out": "Left out of the spec",
}
_MAX_SHOWN = 3


class Finding(Struct, frozen=True):
    """A construct, what became of it, and what contains it: operations, or a named type that operations use."""

    at: At
    outcome: Outcome
    construct: str
    message: str
    owner: object


class Row(Struct, frozen=True):
    """A row of the report."""

    file: str
    line: int
    pointer: str
    outcome: Outcome
    construct: str
    message: str
    operations: tuple[str, ...]


class Report(Struct, frozen=True):
    """All rows, and the size of the import."""

    operations: int
    resources: int
    types: int
    rows: tuple[Row, ...]

    def as_text(self) -> str:
        """Render the rows by outcome and construct, each with the first positions."""
        lines = [
            f"{self.operations} operation{_s(self.operations)} in {self.resources} resource{_s(self.resources)}, {self.types} named type{_s(self.types)}"
        ]
        for outcome, heading in OUTCOMES.items():
            groups: dict[str, list[Row]] = {}
            for row in self.rows:
                if row.outcome == outcome:
                    groups.setdefault(row.construct, []).append(row)
            if groups:
                lines += ["", f"{heading}:"]
            for construct, rows in sorted(
                groups.items(), key=lambda each: (-len(each[1]), each[0])
            ):
                lines += _group(construct, rows)
        return "".join(f"{printable(line)}\n" for line in lines)

    def as_json(self) -> str:
        """Render one JSON document with all rows."""
        content = {
            "operations": self.operations,
            "resources": self.resources,
            "types": self.types,
            "rows": [
                {
                    "file": row.file,
                    "line": row.line,
                    "pointer": row.pointer,
                    "outcome": row.outcome,
                    "construct": row.construct,
                    "message": row.message,
                    "operations": list(row.operations),
                }
                for row in self.rows
            ],
        }
        text = json.dumps(content, ensure_ascii=False, indent=2)
        return printable(text, keep="\n") + "\n"


def _group(construct: str, rows: list[Row]) -> Iterable[str]:
    operations = {operation for row in rows for operation in row.operations}
    count = f"{len(rows)} place{_s(len(rows))}"
    if operations:
        count += f", {len(operations)} operation{_s(len(operations))}"
    yield f"  {construct} ({count})"
    for row in rows[:_MAX_SHOWN]:
        yield f"    {row.file}:{row.line}: {row.message}"
    if len(rows) > _MAX_SHOWN:
        yield f"    … and {len(rows) - _MAX_SHOWN} more; --format json lists all"


def rows(
    findings: Iterable[Finding], operations_of: Mapping[object, frozenset[str]]
) -> tuple[Row, ...]:
    """Return the rows of findings, in the order of the document; equal ones become one."""
    unique: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (*finding.at.key, finding.outcome, finding.construct, finding.message, finding.owner)
        unique.setdefault(key, finding)
    by_document: dict[Document, list[Pointer]] = {}
    for finding in unique.values():
        by_document.setdefault(finding.at.document, []).append(finding.at.path)
    lines = {
        document: document.positions.find(pointers) for document, pointers in by_document.items()
    }
    result = [
        Row(
            finding.at.document.name,
            _line(lines[finding.at.document], finding.at.path),
            finding.at.pointer,
            finding.outcome,
            finding.construct,
            finding.message,
            tuple(sorted(operations_of.get(finding.owner, frozenset()))),
        )
        for finding in unique.values()
    ]
    merged: dict[tuple[object, ...], Row] = {}
    for row in result:
        same = (row.file, row.pointer, row.outcome, row.construct, row.message)
        merged[same] = row if same not in merged else _joined(merged[same], row)
    return tuple(sorted(merged.values(), key=lambda row: (row.file, row.line, row.pointer)))


def _joined(one: Row, other: Row) -> Row:
    return replace(one, operations=tuple(sorted({*one.operations, *other.operations})))


def _line(lines: Mapping[Pointer, int], pointer: Pointer) -> int:
    """Return the line of a value, or of the nearest value around it."""
    for depth in range(len(pointer), -1, -1):
        if pointer[:depth] in lines:
            return lines[pointer[:depth]]
    return 1


def _s(count: int) -> str:
    return "" if count == 1 else "s"
