"""A target for specloom: `errors.csv`, all error codes of an API with reason and remedy, for people who live in spreadsheets.

A target is a function from the model to files. What it writes is `Code` of its own kind, made by makers that hold for any text of a spec:
here `row`, which quotes cells, and keeps a spreadsheet from taking one for a formula.
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
    """Whole rows of CSV (RFC 4180), without the end of the last line."""

    __slots__ = ()


def files(api: Api) -> Mapping[PurePosixPath, Code]:
    """The entry point."""
    rows = [row(["where", "status", "code", "class", "reason", "remedy"]), *_rows(api)]
    return {PurePosixPath("errors.csv"): join([*rows, Csv("")], "\n")}


def row(cells: Sequence[str]) -> Csv:
    """A row in which every cell reads as its text."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow([_plain(cell) for cell in cells])
    return Csv(buffer.getvalue())


def _plain(cell: str) -> str:
    """On one line, and no formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    line = " ".join(cell.split())
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


def _rows(api: Api) -> Iterator[Csv]:
    yield from _of("every endpoint", api.errors, api)
    for resource in api.all_resources():
        yield from _of(".".join(resource.path), resource.errors, api)
        for endpoint in resource.endpoints:
            yield from _of(endpoint.qualified, endpoint.errors, api)


def _of(where: str, errors: Iterable[ErrorCode], api: Api) -> Iterator[Csv]:
    language = api.languages[0]
    for error in errors:
        status = "" if error.status is None else str(error.status)
        code = "" if error.code is None else str(error.code)
        yield row(
            [
                where,
                status,
                code,
                error.class_name,
                error.reason.best(language),
                error.remedy.best(language),
            ]
        )
