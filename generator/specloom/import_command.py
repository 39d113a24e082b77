"""`specloom import`: a spec folder from the document of another description language, and its table in pyproject.toml.

The spec is converted, checked and only then written, all files at once. If the API has a spec, the import is merged into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from .diagnostics import UsageError, display_path
from .importers.openapi import NotOpenApi, Report, import_document
from .spec_destination import Destination


class Import(Struct, frozen=True):
    """An import that was written."""

    report: Report
    summary: str


def run(document: Path, name: str, start: Path, accept: Sequence[str] = ()) -> Import:
    """Convert a document into the spec folder of an API, or merge it into the one that is there; raises `UsageError`, with nothing written, if that is not possible."""
    destination = Destination(name, start, accept)
    try:
        imported = import_document(document, destination.package)
    except NotOpenApi as error:
        raise UsageError(f"{error}; expected an OpenAPI 3.1, 3.0 or Swagger 2.0 document") from None
    return Import(imported.report, destination.write(imported.texts, display_path(document)))
