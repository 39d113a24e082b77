"""What setuptools does for a project whose `build-system.requires` names specloom; there is nothing else to set up.

Its entry points run in every build of an environment that has specloom, so each first asks whether it is meant. Generation comes before
packages are looked for, `build_py` then refuses a wheel without a client, and the sdist gets the specs.
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
    """The command that copies packages, which first makes sure that the clients are among them."""

    def run(self) -> None:
        hint = "let [tool.setuptools.packages.find] find the folder and all below it, or move out into one that it finds"
        require_in_wheel(Path.cwd(), self.get_output_mapping().values(), hint)
        super().run()


def finalize(distribution: Distribution) -> None:
    """Entry point `setuptools.finalize_distribution_options`."""
    root = Path.cwd()
    if _is_meant(root):
        generate(root)
        commands: dict[str, Any] = distribution.cmdclass
        own: type[Any] = commands.get("build_py", build_py)
        commands["build_py"] = BuildPy if own is build_py else type("BuildPy", (BuildPy, own), {})


def files(folder: str) -> Iterator[str]:
    """Entry point `setuptools.file_finders`: what the sdist needs to generate again, and what was generated."""
    root = Path.cwd()
    if _is_meant(root) and Path(folder or ".").resolve() == root.resolve():
        for client in clients(root):
            for place in filter(None, (client.spec, client.out, client.templates, client.mock)):
                for file in (
                    sorted((place, *place.rglob("*"))) if place.is_relative_to(root) else ()
                ):
                    if file.is_file() and "__pycache__" not in file.parts:
                        yield str(file.relative_to(root))


def _is_meant(root: Path) -> bool:
    """Whether setuptools builds this project with specloom."""
    file = root / NAME
    try:
        known = config.parse(file, config.read(file)) if file.is_file() else {}
    except (InvalidSpec, UsageError):  # setuptools says it too
        return False
    system = config.table(known, "build-system")
    requires: Any = system.get("requires", [])
    named = [re.match(r"\s*[\w.-]*", str(requirement)) for requirement in requires]
    ours = any(name is not None and name[0].strip().lower() == "specloom" for name in named)
    return (
        ours
        and "specloom" in config.table(known, "tool")
        and str(system.get("build-backend", "setuptools")).startswith("setuptools")
    )
