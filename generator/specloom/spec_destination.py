"""Destination of a spec made by `import` or `draft`: a new spec folder and its table in pyproject.toml, or a merge into the folder that is there.

All files are written at once, after they were checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from . import config, naming, reimport, scaffold
from .diagnostics import UsageError, display_path


class Destination:
    """Where the spec of an API goes.

    Raises `UsageError` for an invalid name, for a name that is taken by something else, and for decisions on conflicts of a new spec.
    """

    def __init__(self, name: str, start: Path, accept: Sequence[str] = ()) -> None:
        self.package = naming.snake(name) or ""
        if not self.package or not naming.is_snake(self.package):
            raise UsageError(f"invalid API name {name!r}; use letters, digits, `-` and `_`")
        self._name = name
        self._start = start
        self._accept = accept
        self._client: config.ClientConfig | None = None
        self.root: Path | None = None
        """The root of the project that has a client of this name with a spec."""
        self._find()
        if self._client is None:
            scaffold.check_new(self.package, start)
            if accept:
                raise UsageError(
                    f"--accept decides conflicts with a spec, and there is no client {self.package} yet; omit it"
                )

    def write(self, texts: Mapping[str, str], source: str) -> str:
        """Write a spec from this source, and return what was done and what to do next."""
        if self.root and self._client:
            updated = reimport.update(self.root, self._client, texts, self._accept)
            return "\n".join(updated.lines) + "\n"
        files = {file: text.encode("utf-8") for file, text in texts.items()}
        created = scaffold.create(self._name, self._start, files)
        self.root = created.pyproject.parent
        reimport.record(self.root, created.name, texts)
        lines = [
            f"created {display_path(created.spec)} from {source}",
            f"{'created' if created.created else 'edited'} {display_path(created.pyproject)}: [tool.specloom.clients.{created.name}] generates {display_path(created.out)}",
            "",
            f"next: read the report, edit {display_path(created.spec)}, then run specloom generate",
        ]
        return "\n".join(lines) + "\n"

    def _find(self) -> None:
        """Find the client of this name that has a spec, and the root of its project."""
        try:
            project = config.find(self._start)
        except UsageError:
            return
        client = next((each for each in project.clients if each.name == self.package), None)
        if client and (client.spec / "_api.yaml").is_file():
            self.root, self._client = project.root, client
