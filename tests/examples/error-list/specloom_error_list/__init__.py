"""Target for specloom: `errors.csv`, a spreadsheet of all error codes of an API.

A target is a function from the model to files. Its output is a subclass of `Code`, created by makers that are safe for any text of a
spec: here `row`, which quotes cells, and prevents spreadsheets from reading them as formulas.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from specloom.code import Code
from specloom.code.base import join
from specloom.model import Api, ErrorCode


class Csv(Code):
    """Complete rows of CSV (RFC 4180), without the last line break."""

    __slots__ = ()


def files(api: Api) -> Mapping[PurePosixPath, Code]:
    """Return the files of the target (entry point)."""
    rows = [row(["where", "status", "code", "class", "reason", "remedy"]), *_rows(api)]
    return {PurePosixPath("errors.csv"): join([*rows, Csv("")], "\n")}


def row(cells: Sequence[str]) -> Csv:
    """Return a row whose cells are read as text."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow([_escaped(cell) for cell in cells])
    return Csv(buffer.getvalue())


def _escaped(cell: str) -> str:
    """Put a cell on one line, and escape formulas (https://owasp.org/www-community/attacks/CSV_Injection)."""
    line = " ".join(cell.split())
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


def _rows(api: Api) -> Iterator[Csv]:
    yield from _error_rows("every endpoint", api.errors, api)
    for resource in api.all_resources():
        yield from _error_rows(".".join(resource.path), resource.errors, api)
        for endpoint in resource.endpoints:
            yield from _error_rows(endpoint.qualified, endpoint.errors, api)


def _error_rows(owner: str, errors: Iterable[ErrorCode], api: Api) -> Iterator[Csv]:
    language = api.languages[0]
    for error in errors:
        status = "" if error.status is None else str(error.status)
        code = "" if error.code is None else str(error.code)
        yield row(
            [
                owner,
                status,
                code,
                error.class_name,
                error.reason.best(language),
                error.remedy.best(language),
            ]
        )
