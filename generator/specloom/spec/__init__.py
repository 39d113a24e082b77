"""Front end: reads a spec folder into the model, or raises `InvalidSpec` with every problem in it.

files → nodes (yaml_reader, json_reader) → validation (JSON Schema) → resolution (names, types, rules) → Api
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from ..diagnostics import Diagnostic, InvalidSpec
from ..gc_pause import PausedGC
from ..model import Api
from . import spec_folder as folders
from .collector import MAX_PROBLEMS, DiagnosticCollector, TooManyDiagnostics
from .resolver import Resolver


class LoadedSpec(Struct, frozen=True):
    """A valid spec. `sources` holds the text of each file by the path that problems show."""

    api: Api
    files: tuple[Path, ...]
    warnings: tuple[Diagnostic, ...]
    sources: Mapping[str, str]


def load(
    folder: Path, shown_as: str | None = None, *, max_problems: int = MAX_PROBLEMS
) -> LoadedSpec:
    """Read the spec in a folder. Problems name the folder `shown_as`.

    Raises `InvalidSpec` with all problems, sorted; reading stops after `max_problems`.
    """
    with PausedGC():
        return _load(folder, shown_as, max_problems)


def _load(folder: Path, shown_as: str | None, max_problems: int) -> LoadedSpec:
    diagnostics = DiagnosticCollector(max_problems)
    try:
        return _read(folder, shown_as, diagnostics)
    except TooManyDiagnostics:
        raise InvalidSpec(diagnostics.problems, diagnostics.sources) from None


def _read(folder: Path, shown_as: str | None, diagnostics: DiagnosticCollector) -> LoadedSpec:
    spec_folder = folders.read(folder, (shown_as or folder.as_posix()).rstrip("/"), diagnostics)
    diagnostics.end_stage()
    api = Resolver(spec_folder, diagnostics).api() if spec_folder.complete else None
    if api is None or diagnostics.problems:
        raise InvalidSpec(diagnostics.problems, diagnostics.sources)
    return LoadedSpec(
        api, tuple(spec_folder.files), tuple(sorted(set(diagnostics.warnings))), diagnostics.sources
    )


def lint(loaded: LoadedSpec) -> tuple[Diagnostic, ...]:
    """Return advice on a valid spec, sorted."""
    from . import lint_rules

    return tuple(sorted(set(lint_rules.check(loaded.api))))
