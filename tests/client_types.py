"""Type checks of many generated clients at once, with programs that use them."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import replace
from tests.type_checkers import Mypy, pyright

from specloom.model import Api
from specloom.targets import files


class ClientTree:
    """A folder of client packages and programs, for one run of each type checker.

    All packages share one copy of the runtime, because checking it takes most of the time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: list[str] = []

    def add(self, name: str, api: Api, program: str) -> None:
        """Add a client, whose package gets this name, and a program that imports from the package."""
        for path, code in files(replace(api, package=name), "package").items():
            if path.parts[0] == "_runtime":
                self._write(Path("shared", path.relative_to("_runtime")), str(code))
            else:
                shared = re.sub(r"from \.+_runtime", "from shared", str(code))
                self._write(Path(name, path), shared)
        renamed, count = re.subn(
            rf"^(from|import) {api.package}\b", rf"\1 {name}", program, flags=re.MULTILINE
        )
        assert count, f"the program for {name} imports nothing from {api.package}"
        self._write(Path(f"use_{name}.py"), renamed)
        self._names.append(name)

    def check(self, mypy: Mypy, *, with_runtime: bool) -> None:
        """Check that mypy and pyright accept all packages and programs."""
        problems = pyright(self.folder, exclude=() if with_runtime else ["shared"])
        assert not problems, problems
        programs = (f"use_{name}.py" for name in self._names)
        checked = mypy(*self._names, *programs, "shared", cwd=self.folder)
        assert checked.returncode == 0, checked.stdout + checked.stderr

    def _write(self, path: Path, text: str) -> None:
        target = self.folder / path
        if target.exists():
            assert target.read_text("utf-8") == text, f"clients differ in {path}"
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
