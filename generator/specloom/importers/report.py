"""Report of an import or a draft: what became of each construct that a spec does not say as its source does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from ..diagnostics import printable

Outcome: TypeAlias = Literal["repaired", "loosened", "left out", "guessed"]
OUTCOMES: Mapping[Outcome, str] = {
    "guessed": "Guessed, for review",
    "repaired": "Repaired: the document contradicts itself or its format",
    "loosened": "Loosened: the spec accepts more than the document",
    "left out": "Left out of the spec",
}
_MAX_SHOWN = 3


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


def _s(count: int) -> str:
    return "" if count == 1 else "s"
