"""Rows of error codes, and the locations of code, message and detail in an error."""

from __future__ import annotations

from collections.abc import Container, Iterable

from msgspec import Struct

from ...code import Markdown, markdown
from ...model import ErrorCode, ErrorShape, alternatives
from .localizer import Localizer


class ErrorRow(Struct, frozen=True):
    """Row of a table of errors: a documented cause and its exception class; all are table cells."""

    status: Markdown
    code: Markdown
    exception: Markdown
    reason: Markdown
    remedy: Markdown


def error_rows(
    rows: Iterable[ErrorCode], unprocessed: Container[int], localizer: Localizer
) -> list[ErrorRow]:
    """Return a row for each documented cause of an error."""
    return [_row(row, unprocessed, localizer) for row in rows]


def error_shape(shape: ErrorShape, localizer: Localizer) -> Markdown | None:
    """Describe where an error body has its parts, and which 2xx responses are errors; return None if that is not known."""
    paths = {"code_at": shape.code, "message_at": shape.message, "detail_at": shape.detail}
    parts = [
        localizer.label(
            key, localizer.join([markdown.code(each) for each in alternatives(path)], "or_else")
        )
        for key, path in paths.items()
        if path is not None
    ]
    if not parts:
        return None
    sentences = [localizer.label("error_parts", localizer.join(parts))]
    if any("*" in path for path in paths.values() if path is not None):
        sentences.append(localizer.label("star"))
    if shape.success is not None:
        sentences.append(
            localizer.label("success", markdown.code(shape.success))
            if shape.success
            else localizer.label("no_code")
        )
    return localizer.join(sentences, "sentences")


def _row(row: ErrorCode, unprocessed: Container[int], localizer: Localizer) -> ErrorRow:
    name = markdown.code(row.code) if row.code is not None else _status(row, localizer)
    if not row.reason:
        localizer.note_missing("a_reason", name)
    return ErrorRow(
        _status(row, localizer),
        markdown.cell(name) if row.code is not None else localizer.label("any"),
        markdown.code(f"errors.{row.class_name}"),
        markdown.cell(localizer.inline(row.reason)),
        markdown.cell_lines(
            [
                localizer.inline(row.remedy),
                localizer.join(_attributes(row, unprocessed)),
            ]
        ),
    )


def _attributes(row: ErrorCode, unprocessed: Container[int]) -> list[Markdown]:
    """Return the exception's `retry` and `outcome`, unless the request was rejected and a retry is useless."""
    attributes = {"retry": row.retry, "outcome": row.outcome_with(unprocessed)}
    return [
        markdown.code(f'{name}="{value}"')
        for name, value in attributes.items()
        if value not in ("never", "rejected", None)
    ]


def _status(row: ErrorCode, localizer: Localizer) -> Markdown:
    if row.status is None:
        return localizer.label("any")
    if row.status == "default":
        return localizer.label("any_other")
    return markdown.text(str(row.status))
