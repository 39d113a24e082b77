"""Tables of error codes, and where a response has them."""

from __future__ import annotations

from collections.abc import Iterable

from ...code import Markdown, markdown
from ...model import ErrorCode, ErrorShape
from .localizer import Localizer
from .tables import table

_COLUMNS = ("status", "code", "exception", "reason", "remedy")


def error_table(rows: Iterable[ErrorCode], reader: Localizer) -> Markdown | None:
    """A row for each documented cause, with the exception that a caller catches; nothing if there is none."""
    return table(_COLUMNS, [_row(row, reader) for row in rows], reader)


def error_parts(shape: ErrorShape, reader: Localizer) -> Markdown | None:
    """Where the body of an error has its parts, and which responses of status 2xx are errors; nothing if that is not known."""
    paths = {"code_at": shape.code, "message_at": shape.message, "detail_at": shape.detail}
    parts = [
        reader.words(key, markdown.code(path)) for key, path in paths.items() if path is not None
    ]
    if not parts:
        return None
    sentences = [reader.words("error_parts", reader.listed(parts))]
    if any("*" in path for path in paths.values() if path is not None):
        sentences.append(reader.words("star"))
    if shape.success is not None:
        sentences.append(
            reader.words("success", markdown.code(shape.success))
            if shape.success
            else reader.words("no_code")
        )
    return reader.listed(sentences, "sentences")


def _row(row: ErrorCode, reader: Localizer) -> list[Markdown]:
    name = markdown.code(row.code if row.code is not None else str(row.status))
    if not row.reason:
        reader.lacks("a_reason", name)
    return [
        markdown.text(str(row.status)) if row.status is not None else reader.words("any"),
        name if row.code is not None else reader.words("any"),
        markdown.code(f"errors.{row.class_name}"),
        reader.inline(row.reason),
        reader.inline(row.remedy),
    ]
