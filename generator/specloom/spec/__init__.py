"""The front end: a folder of YAML becomes the model, or everything that is wrong with it is said at once.

files → nodes (yamlfile, jsonfile) → shape (JSON Schema) → meaning → Api
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from ..diagnostics import Diagnostic, InvalidSpec
from ..gc_pause import PausedGC
from ..model import Api
from . import spec_folder as folders
from .collector import DiagnosticCollector, TooManyDiagnostics
from .resolver import Resolver


class LoadedSpec(Struct, frozen=True):
    """A spec that is right. `sources` holds the files' texts by the paths that problems show."""

    api: Api
    files: tuple[Path, ...]
    warnings: tuple[Diagnostic, ...]
    sources: Mapping[str, str]


def load(folder: Path, shown_as: str | None = None) -> LoadedSpec:
    """Reads the spec in a folder; raises SpecError with everything that is wrong. `shown_as` is what problems call the folder."""
    with PausedGC():
        return _load(folder, shown_as)


def _load(folder: Path, shown_as: str | None) -> LoadedSpec:
    diagnostics = DiagnosticCollector()
    try:
        return _read(folder, shown_as, diagnostics)
    except TooManyDiagnostics:
        raise InvalidSpec(diagnostics.problems, diagnostics.sources) from None


def _read(folder: Path, shown_as: str | None, diagnostics: DiagnosticCollector) -> LoadedSpec:
    read = folders.read(folder, (shown_as or folder.as_posix()).rstrip("/"), diagnostics)
    diagnostics.end_stage()
    api = Resolver(read, diagnostics).api() if read.complete else None
    if api is None or diagnostics.problems:
        raise InvalidSpec(diagnostics.problems, diagnostics.sources)
    return LoadedSpec(
        api, tuple(read.files), tuple(sorted(set(diagnostics.warnings))), diagnostics.sources
    )


def lint(loaded: LoadedSpec) -> tuple[Diagnostic, ...]:
    """Advice on a spec that is right, sorted."""
    from . import lint_rules

    return tuple(sorted(set(lint_rules.diagnostics(loaded.api))))
