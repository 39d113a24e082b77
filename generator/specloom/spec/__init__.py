"""The front end: a folder of YAML becomes the model, or everything that is wrong with it is said at once.

files → nodes (yamlfile, jsonfile) → shape (JSON Schema) → meaning → Api
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from .. import diagnostics
from ..model import Api
from ..uncollected import Uncollected
from . import spec_folder as folders
from .collector import Findings, TooManyDiagnostics
from .resolver import Resolver


class LoadedSpec(Struct, frozen=True):
    """A spec that is right. `sources` holds the files' texts by the paths that problems show."""

    api: Api
    files: tuple[Path, ...]
    warnings: tuple[diagnostics.Diagnostic, ...]
    sources: Mapping[str, str]


def load(folder: Path, shown_as: str | None = None) -> LoadedSpec:
    """Reads the spec in a folder; raises SpecError with everything that is wrong. `shown_as` is what problems call the folder."""
    with Uncollected():
        return _load(folder, shown_as)


def _load(folder: Path, shown_as: str | None) -> LoadedSpec:
    findings = Findings()
    try:
        return _read(folder, shown_as, findings)
    except TooManyDiagnostics:
        raise diagnostics.InvalidSpec(findings.problems, findings.sources) from None


def _read(folder: Path, shown_as: str | None, findings: Findings) -> LoadedSpec:
    read = folders.read(folder, (shown_as or folder.as_posix()).rstrip("/"), findings)
    findings.settle()
    api = Resolver(read, findings).api() if read.complete else None
    if api is None or findings.problems:
        raise diagnostics.InvalidSpec(findings.problems, findings.sources)
    return LoadedSpec(
        api, tuple(read.files), tuple(sorted(set(findings.warnings))), findings.sources
    )


def lint(loaded: LoadedSpec) -> tuple[diagnostics.Diagnostic, ...]:
    """Advice on a spec that is right, sorted."""
    from . import lint_rules

    return tuple(sorted(set(lint_rules.findings(loaded.api))))
