"""OpenAPI 3.1, 3.0 and Swagger 2.0 to specs.

    documents ─▶ operations in one form ─▶ endpoints, types, settings ─▶ the spec as data ─▶ check and repair ─▶ texts and report

Nothing is dropped in silence: what a spec cannot say, what a document says wrongly and what was guessed are rows of the report.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from msgspec import Struct

from ...spec_writer import write_spec
from ..report import Report
from . import exported
from .context import Context, operations_of
from .converter import Converter
from .documents import DocumentSet
from .parsing import Unreadable
from .repair import NotRepaired, repair
from .report import rows

__all__ = ["Imported", "NotOpenApi", "Report", "import_document"]


class NotOpenApi(Exception):
    """The file is no OpenAPI document; the message says why."""


class Imported(Struct, frozen=True):
    """A spec made from a document: its files as data and as texts, and the report."""

    files: dict[str, object]
    texts: dict[str, str]
    report: Report


def import_document(path: Path, name: str) -> Imported:
    """Return the spec of a document for a package of this name; raises `NotOpenApi`."""
    try:
        documents = DocumentSet(path)
    except Unreadable as error:
        raise NotOpenApi(str(error)) from None
    root = documents.root
    version = root.raw("openapi") if "openapi" in root.map else root.raw("swagger")
    if not root.is_map or version is None:
        raise NotOpenApi(f"{documents.main.name} has neither `openapi` nor `swagger`")
    if not str(version).startswith(("3.", "2")) and str(version) != "3":
        raise NotOpenApi(
            f"{documents.main.name} is version {str(version)[:20]}; expected 3.1, 3.0 or 2.0"
        )
    context = Context(documents)
    for document in documents.documents():
        for key in document.duplicates:
            context.note(
                root,
                "repaired",
                "duplicate key",
                f"`{key[:80]}` is twice in one object; the last one counts",
            )
    if exported.is_exported(root):
        try:
            return _of_export(exported.files_of(root, name))
        except exported.NotExact as error:
            context.note(
                error.at,
                "guessed",
                "edited export",
                f"{error.what} is in no document of `specloom export`; read like any other, without extensions",
            )
    conversion = Converter(context, name).convert()
    try:
        texts = repair(conversion)
    except NotRepaired as error:
        raise NotOpenApi(
            f"{documents.main.name} cannot be converted: {error.problems[0].path}: {error.problems[0].message}"
            if error.problems
            else f"{documents.main.name} cannot be converted"
        ) from error
    reached = context.reached(conversion.operations)
    report = Report(
        conversion.operation_count,
        conversion.resources,
        conversion.types,
        rows(context.findings, operations_of(reached, conversion.operations)),
    )
    return Imported(conversion.files, texts, report)


def _of_export(files: Mapping[str, object]) -> Imported:
    contents = [
        cast("dict[str, dict[str, object]]", each)
        for each in files.values()
        if isinstance(each, dict)
    ]
    report = Report(
        sum(len(each.get("endpoints", ())) for each in contents),
        sum("endpoints" in each or "events" in each for each in contents),
        sum(len(each.get("types", ())) for each in contents),
        (),
    )
    return Imported(dict(files), write_spec(files), report)
