"""`specloom import`: a spec folder from the document of another description language, and its table in pyproject.toml.

The spec is converted, checked and only then written, all files at once. If the API has a spec, the import is merged into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from . import config, naming, reimport, scaffold
from .diagnostics import UsageError, display_path
from .importers.openapi import NotOpenApi, Report, import_document


class Import(Struct, frozen=True):
    """An import that was written."""

    report: Report
    summary: str


def run(document: Path, name: str, start: Path, accept: Sequence[str] = ()) -> Import:
    """Convert a document into the spec folder of an API, or merge it into the one that is there; raises `UsageError`, with nothing written, if that is not possible."""
    package = naming.snake(name)
    if not package or not naming.is_snake(package):
        raise UsageError(f"invalid API name {name!r}; use letters, digits, `-` and `_`")
    root, client = _client(package, start)
    if client is None:
        scaffold.check_new(package, start)
        if accept:
            raise UsageError(
                f"--accept decides conflicts with a spec, and there is no client {package} yet; omit it"
            )
    try:
        imported = import_document(document, package)
    except NotOpenApi as error:
        raise UsageError(f"{error}; expected an OpenAPI 3.1, 3.0 or Swagger 2.0 document") from None
    if root and client:
        updated = reimport.update(root, client, imported.texts, accept)
        return Import(imported.report, "\n".join(updated.lines) + "\n")
    files = {file: text.encode("utf-8") for file, text in imported.texts.items()}
    created = scaffold.create(name, start, files)
    reimport.record(created.pyproject.parent, created.name, imported.texts)
    lines = [
        f"created {display_path(created.spec)} from {display_path(document)}",
        f"{'created' if created.created else 'edited'} {display_path(created.pyproject)}: [tool.specloom.clients.{created.name}] generates {display_path(created.out)}",
        "",
        f"next: read the report, edit {display_path(created.spec)}, then run specloom generate",
    ]
    return Import(imported.report, "\n".join(lines) + "\n")


def _client(package: str, start: Path) -> tuple[Path | None, config.ClientConfig | None]:
    """Return the client of this name that has a spec, and the root of its project."""
    try:
        project = config.find(start)
    except UsageError:
        return None, None
    client = next((each for each in project.clients if each.name == package), None)
    return project.root, client if client and (client.spec / "_api.yaml").is_file() else None
