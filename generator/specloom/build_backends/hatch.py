"""hatchling build hook, `[tool.hatch.build.hooks.specloom]`: generates clients before files are collected.

Generated files get into the wheel and the sdist even if version control ignores them. The sdist contains the specs too, so a wheel can be
built from it.
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
    """Build hook without options of its own; `[tool.specloom]` configures the clients."""

    PLUGIN_NAME = "specloom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root).resolve()
        generated = generate(root)
        paths = [
            path.resolve() for client in generated for path in _paths(client, self.target_name)
        ]
        build_data["artifacts"] += [
            f"/{path.relative_to(root).as_posix()}{'/' if path.is_dir() else ''}"
            for path in paths
            if path.is_relative_to(root)
        ]
        if self.target_name == "wheel":
            selection: Any = self.build_config
            with selection.set_build_data(build_data):
                wheel = [file.path for file in selection.builder.recurse_included_files()]
            require_in_wheel(
                root,
                wheel,
                "add the folder to `packages` in [tool.hatch.build.targets.wheel], or move `out` into a folder listed there",
            )


def _paths(client: ClientConfig, target: str) -> Iterator[Path]:
    """Yield the folders and files of a client that the build target needs."""
    if client.layout == "package" or target == "sdist":
        yield client.out
    if target == "sdist":
        yield client.spec
        yield from filter(None, (client.templates, client.mock))


@hookimpl
def hatch_register_build_hook() -> type[SpecloomHook]:
    return SpecloomHook
