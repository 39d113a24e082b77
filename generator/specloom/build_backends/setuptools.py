"""setuptools integration for projects with specloom in `build-system.requires`; it needs no other setup.

setuptools runs these entry points in every build of an environment with specloom, so each first checks whether the project uses specloom.
Clients are generated before setuptools looks for packages, `build_py` refuses to build a wheel without a client, and the sdist gets the specs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from setuptools import Distribution
from setuptools.command.build_py import build_py

from .. import config
from ..config import NAME
from ..diagnostics import InvalidSpec, UsageError
from . import clients, generate, require_in_wheel


class BuildPy(build_py):
    """The `build_py` command, with a check that the wheel contains the clients."""

    def run(self) -> None:
        hint = "make [tool.setuptools.packages.find] include the folder and everything below it, or move `out` into an included folder"
        require_in_wheel(Path.cwd(), self.get_output_mapping().values(), hint)
        super().run()


def finalize(distribution: Distribution) -> None:
    """Generate the clients and replace `build_py`: entry point `setuptools.finalize_distribution_options`."""
    root = Path.cwd()
    if _uses_specloom(root):
        generate(root)
        commands: dict[str, Any] = distribution.cmdclass
        own: type[Any] = commands.get("build_py", build_py)
        commands["build_py"] = BuildPy if own is build_py else type("BuildPy", (BuildPy, own), {})


def files(folder: str) -> Iterator[str]:
    """Yield specs and generated files for the sdist: entry point `setuptools.file_finders`."""
    root = Path.cwd()
    if _uses_specloom(root) and Path(folder or ".").resolve() == root.resolve():
        for client in clients(root):
            for path in filter(None, (client.spec, client.out, client.templates, client.mock)):
                for file in (sorted((path, *path.rglob("*"))) if path.is_relative_to(root) else ()):
                    if file.is_file() and "__pycache__" not in file.parts:
                        yield str(file.relative_to(root))


def _uses_specloom(root: Path) -> bool:
    """Return whether setuptools builds this project, and it has specloom in `build-system.requires` and `[tool.specloom]`."""
    file = root / NAME
    try:
        pyproject = config.parse(file, config.read(file)) if file.is_file() else {}
    except (InvalidSpec, UsageError):  # setuptools reports it too
        return False
    build_system = config.table(pyproject, "build-system")
    requires: Any = build_system.get("requires", [])
    names = [re.match(r"\s*[\w.-]*", str(requirement)) for requirement in requires]
    return (
        any(name is not None and name[0].strip().lower() == "specloom" for name in names)
        and "specloom" in config.table(pyproject, "tool")
        and str(build_system.get("build-backend", "setuptools")).startswith("setuptools")
    )
