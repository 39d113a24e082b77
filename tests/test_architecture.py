"""The house holds its shape: imports run one way, only `code` makes Code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from specloom import auth_schemes

PACKAGE = Path(__file__).parents[1] / "generator" / "specloom"

MAY_IMPORT = {
    "model": set[str](),
    "diagnostics": set[str](),
    "naming": set[str](),
    "gc_pause": set[str](),
    "child_process": set[str](),
    "bounded": set[str](),
    "locales": set[str](),
    "code": set[str](),
    "runtime": set[str](),
    "plugins": {"diagnostics"},
    "auth_schemes": {"model", "diagnostics", "naming", "plugins"},
    "template_overrides": {"bounded", "code", "diagnostics"},
    "render": {"code", "template_overrides"},
    "publish": {"bounded", "diagnostics"},
    "toml_positions": set[str](),
    "links": set[str](),
    "config": {"bounded", "links", "diagnostics", "toml_positions"},
    "spec": {
        "bounded",
        "model",
        "diagnostics",
        "naming",
        "runtime",
        "auth_schemes",
        "gc_pause",
    },  # of the runtime the formats alone, see below
    "targets": {
        "child_process",
        "locales",
        "model",
        "code",
        "naming",
        "diagnostics",
        "plugins",
        "render",
        "runtime",
        "auth_schemes",
    },
    "build": {"model", "diagnostics", "config", "plugins", "auth_schemes", "spec", "targets"},
    "diff": {
        "model",
        "diagnostics",
        "runtime",
        "auth_schemes",
        "targets",
    },  # of targets the surface alone, see below
    "console": {"diagnostics"},
    "up_to_date": {"bounded"},
    "generate": {
        "bounded",
        "diagnostics",
        "config",
        "publish",
        "spec",
        "targets",
        "build",
        "plugins",
        "up_to_date",
    },
    "watch": {"diagnostics", "config", "generate"},
    "schema_export": {"diagnostics", "spec"},
    "spec_writer": {"spec"},  # of spec the characters alone
    "importers": {"bounded", "diagnostics", "naming", "plugins", "spec", "spec_writer"},
    "spec_merge": {"diagnostics", "model", "spec", "spec_writer"},
    "reimport": {"bounded", "config", "diagnostics", "diff", "publish", "spec", "spec_merge"},
    "spec_destination": {"config", "diagnostics", "naming", "reimport", "scaffold"},
    "import_command": {"diagnostics", "importers", "spec_destination"},
    "draft_command": {"bounded", "diagnostics", "importers", "publish", "spec_destination"},
    "exporters": {"auth_schemes", "model", "naming"},
    "export_command": {"diagnostics", "exporters", "spec"},
    "scaffold": {
        "links",
        "diagnostics",
        "naming",
        "config",
        "toml_positions",
        "schema_export",
        "spec",
    },
    "site": {"config", "diagnostics", "locales", "publish", "watch"},
    "build_backends": {"diagnostics", "config", "cli"},
    "mock_command": {"config", "diagnostics", "publish", "spec", "targets"},
    "lint_command": {"diagnostics", "config", "console", "spec"},
    "commands": {
        "bounded",
        "console",
        "gc_pause",
        "mock_command",
        "lint_command",
        "diagnostics",
        "config",
        "publish",
        "spec",
        "diff",
        "up_to_date",
        "generate",
        "watch",
        "schema_export",
        "scaffold",
        "import_command",
        "draft_command",
        "export_command",
        "site",
    },
    "command_parser": {"commands"},
    "cli": {"command_parser", "console", "diagnostics"},
}
ROOMS = {*MAY_IMPORT, "__init__", "__main__"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    """The first part of a module's name within the package: `spec/nodes.py` → `spec`."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> Iterator[str]:
    """Rooms of this package that a module imports from, wherever in it the import stands."""
    inside = path.relative_to(PACKAGE).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = inside[: len(inside) - node.level + 1]
            parts = (*base, *(node.module or "").split(".")) if node.module else base
            yield from [parts[0]] if parts else [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "specloom":
            yield f"absolute import of {node.module}"
        elif isinstance(node, ast.Import):
            yield from (
                f"absolute import of {alias.name}"
                for alias in node.names
                if alias.name.startswith("specloom")
            )


SCHEMES = sorted(path.parent for path in (PACKAGE / "auth_schemes").glob("*/__init__.py"))


def of_generator() -> list[Path]:
    """All modules but the runtime parts of auth schemes, which are parts of clients."""
    return [path for path in modules() if not is_runtime_part(path)]


def is_runtime_part(path: Path) -> bool:
    return any(path.is_relative_to(scheme / "runtime") for scheme in SCHEMES)


@pytest.mark.parametrize("path", of_generator(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    here = room(path)
    assert here in ROOMS, f"{path} belongs to no room of the design"
    if here in MAY_IMPORT:
        foreign = {name for name in imported(path) if name != here and name != "__version__"}
        assert foreign <= MAY_IMPORT[here]


def test_targets_know_nothing_of_each_other() -> None:
    for path in (PACKAGE / "targets").rglob("*.py"):
        inside = path.relative_to(PACKAGE / "targets").parts
        if len(inside) == 1:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                assert node.module in (
                    None,
                    "sample_times",
                    "descriptions",
                    "client_interface",
                ), f"{path} imports {node.module}"


def test_diff_knows_the_surface_of_clients_and_not_how_it_is_written() -> None:
    for path in (PACKAGE / "diff").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.ImportFrom)
                and node.level == 2
                and (node.module or "").startswith("targets")
            ):
                assert node.module == "targets.client_interface", f"{path} imports {node.module}"


def test_the_generator_shares_formats_with_the_runtime_and_nothing_else() -> None:
    shared = {
        node.module
        for path in of_generator()
        if room(path) != "runtime"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.level == len(path.relative_to(PACKAGE).parts)
        and (node.module or "").startswith("runtime")
    }
    assert shared == {"runtime.datetime_formats"}


def test_runtime_parts_of_schemes_import_the_runtime_and_each_other_alone() -> None:
    for path in modules():
        if not is_runtime_part(path):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                assert node.level == 1, path
            elif isinstance(node, ast.ImportFrom):
                name = node.module or ""
                assert name.split(".")[0] != "specloom" or name.startswith("specloom.runtime"), path


@pytest.mark.parametrize("folder", SCHEMES, ids=lambda folder: str(folder.name))
def test_an_auth_scheme_is_one_folder(folder: Path) -> None:
    """No module outside the folders of schemes names the scheme or its classes; `builtin.py` has the names that specs use."""
    package = f"specloom.auth_schemes.{folder.name}"
    kinds = {
        name: kind
        for name, kind in auth_schemes.SCHEMES.items()
        if kind.runtime == f"{package}.runtime"
    }
    assert kinds, "no built-in scheme leads to this folder"
    words = {folder.name} & {part for name in kinds for part in name.split("-")}
    for kind in kinds.values():
        words |= {kind.class_name, *kind.errors}
        words |= {kind.mock.class_name} if kind.mock else set()
        words |= {kind.mock.base[1]} if kind.mock and kind.mock.base else set()
        words |= {kind.events.class_name} if kind.events else set()
    pattern = re.compile(rf"\b({'|'.join(sorted(words))})\b")
    named = {
        str(path.relative_to(PACKAGE)): pattern.findall(path.read_text("utf-8"))
        for path in modules()
        if not any(path.is_relative_to(scheme) for scheme in SCHEMES)
        and path != PACKAGE / "auth_schemes" / "builtin.py"
        and path != PACKAGE / "spec" / "key_hints.py"  # samples of specs
        and room(path) not in ("importers", "exporters")  # they know OpenAPI
    }
    assert {path: found for path, found in named.items() if found} == {}


def test_only_code_makes_code() -> None:
    """`Code` and its subclasses are called in `code/`, and once in `render.py`, which returns the output of a template."""
    kinds = {"Code", "Json", "Python", "Prose", "Toml", "Markdown"}
    callers = {
        str(path.relative_to(PACKAGE))
        for path in modules()
        if room(path) not in ("code", "runtime")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {*kinds, "kind"}
    }
    assert callers == {"render.py"}
