"""Rows of the generated tables: cells, names of fields and error codes."""

from __future__ import annotations

import re

from msgspec import Struct

_BAR = re.compile(r"(?<!\\)\|")
_FIELD = re.compile(r"(?P<indent>(?:&emsp;)*└&nbsp;)?`(?P<name>[^`]+)`")
_ERROR = re.compile(r"`(?P<code>[^`]+)`<br>`errors\.\w+`")
_STATUS = re.compile(r"\d{3}|\dXX|\d{3}[-–]\d{3}|", re.IGNORECASE)


class ErrorRow(Struct, frozen=True):
    """A row of a table of errors, as Markdown."""

    code: str
    status: str
    name: str
    """The cell with the code and the exception."""
    cause: str
    remedy: str


def cells(line: str) -> list[str]:
    """Return the cells of a row; empty for a line that is not a row."""
    if not line.startswith("| ") or not line.endswith(" |"):
        return []
    return [cell.strip() for cell in _BAR.split(line)[1:-1]]


def row(values: list[str]) -> str:
    return f"| {' | '.join(values)} |"


def field_of(values: list[str]) -> tuple[int, str] | None:
    """Return nesting depth and name of the field of a row; None if the row is no field."""
    if len(values) != 4 or not values[1].startswith("`"):
        return None
    match = _FIELD.fullmatch(values[0])
    if match is None:
        return None
    indent = match["indent"]
    return (indent.count("&emsp;") + 1 if indent else 0), match["name"]


def error_of(values: list[str]) -> ErrorRow | None:
    """Return the error of a row; None if the row is no error."""
    if len(values) != 4 or not _STATUS.fullmatch(values[0]):
        return None
    match = _ERROR.fullmatch(values[1])
    return ErrorRow(match["code"], values[0], values[1], values[2], values[3]) if match else None
