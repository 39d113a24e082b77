"""Findings of an import, and the rows of its report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ..report import Outcome, Row
from .documents import At, Document, Pointer


class Finding(Struct, frozen=True):
    """A construct, what became of it, and what contains it: operations, or a named type that operations use."""

    at: At
    outcome: Outcome
    construct: str
    message: str
    owner: object


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
