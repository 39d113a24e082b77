"""`specloom import`: a spec folder from the document of another description language, and its table in pyproject.toml.

The spec is converted, checked and only then written, all files at once.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from . import naming, scaffold
from .diagnostics import UsageError, display_path
from .importers.openapi import NotOpenApi, Report, import_document


class Import(Struct, frozen=True):
    """An import that was written."""

    report: Report
    summary: str


def run(document: Path, name: str, start: Path) -> Import:
    """Convert a document into the spec folder of a new API; raises `UsageError`, with nothing written, if that is not possible."""
    package = naming.snake(name)
    if not package or not naming.is_snake(package):
        raise UsageError(f"invalid API name {name!r}; use letters, digits, `-` and `_`")
    scaffold.check_new(package, start)
    try:
        imported = import_document(document, package)
    except NotOpenApi as error:
        raise UsageError(f"{error}; expected an OpenAPI 3.1, 3.0 or Swagger 2.0 document") from None
    files = {file: text.encode("utf-8") for file, text in imported.texts.items()}
    created = scaffold.create(name, start, files)
    lines = [
        f"created {display_path(created.spec)} from {display_path(document)}",
        f"{'created' if created.created else 'edited'} {display_path(created.pyproject)}: [tool.specloom.clients.{created.name}] generates {display_path(created.out)}",
        "",
        f"next: read the report, edit {display_path(created.spec)}, then run specloom generate",
    ]
    return Import(imported.report, "\n".join(lines) + "\n")
