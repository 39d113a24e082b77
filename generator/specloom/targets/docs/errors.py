"""Tables of error codes."""

from __future__ import annotations

from collections.abc import Iterable

from ...code import Markdown, markdown
from ...model import ErrorCode
from .reader import Reader
from .tables import table

_COLUMNS = ("status", "code", "exception", "reason", "remedy")


def error_table(rows: Iterable[ErrorCode], reader: Reader) -> Markdown | None:
    """A row for each documented cause, with the exception that a caller catches; nothing if there is none."""
    return table(_COLUMNS, [_row(row, reader) for row in rows], reader)


def _row(row: ErrorCode, reader: Reader) -> list[Markdown]:
    name = markdown.code(row.code if row.code is not None else str(row.status))
    if not row.reason:
        reader.lacks("a reason", name)
    return [
        markdown.text(str(row.status)) if row.status is not None else reader.words("any"),
        name if row.code is not None else reader.words("any"),
        markdown.code(f"errors.{row.class_name}"),
        reader.inline(row.reason),
        reader.inline(row.remedy),
    ]
