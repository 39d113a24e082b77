"""The hatchling build hook, `[tool.hatch.build.hooks.specloom]`: generates before files are collected.

What it generates goes into wheel and sdist also where version control ignores it; the sdist holds the specs too, so that a wheel can be built
from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.plugin import hookimpl

from ..config import ClientConfig
from . import generate, require_in_wheel


class SpecloomHook(BuildHookInterface[BuilderConfig]):
    """Its name is the one under `[tool.hatch.build.hooks]`; it has no options, `[tool.specloom]` says everything."""

    PLUGIN_NAME = "specloom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root).resolve()
        found = generate(root)
        inside = [path.resolve() for client in found for path in _paths(client, self.target_name)]
        build_data["artifacts"] += [
            f"/{path.relative_to(root).as_posix()}{'/' if path.is_dir() else ''}"
            for path in inside
            if path.is_relative_to(root)
        ]
        if self.target_name == "wheel":
            selection: Any = self.build_config
            with selection.set_build_data(build_data):
                wheel = [file.path for file in selection.builder.recurse_included_files()]
            require_in_wheel(
                root,
                wheel,
                "add the folder to packages under [tool.hatch.build.targets.wheel], or move out into one that is there",
            )


def _paths(client: ClientConfig, target: str) -> Iterator[Path]:
    """The folders and files of a client that a distribution contains."""
    if client.layout == "package" or target == "sdist":
        yield client.out
    if target == "sdist":
        yield client.spec
        yield from filter(None, (client.templates, client.mock))


@hookimpl
def hatch_register_build_hook() -> type[SpecloomHook]:
    return SpecloomHook
