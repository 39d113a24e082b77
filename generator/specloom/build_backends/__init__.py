"""Build backend integration: generate clients in each build of a wheel, an sdist or an editable install.

hatchling and setuptools find `hatch` and `setuptools` through entry points. Hooks of other backends call `generate` before they collect
files, and `require_in_wheel` afterwards. A failing build prints the problems, as the command does, without a traceback. No backend is
imported unless it runs.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..config import NAME, ClientConfig, load
from ..diagnostics import InvalidSpec, UsageError, as_text

__all__ = ["clients", "generate", "require_in_wheel"]


def generate(root: str | Path) -> Sequence[ClientConfig]:
    """Bring the clients of the project in a folder up to date and return them; raises `SystemExit` if that fails."""
    from ..cli import main

    generated = clients(Path(root))
    with contextlib.chdir(root), contextlib.redirect_stdout(sys.stderr):
        status = main(["generate"])
    if status:
        raise SystemExit(status)
    return generated


def clients(root: Path) -> Sequence[ClientConfig]:
    """Return the clients in the folder's pyproject.toml; raises `SystemExit` if it has problems."""
    try:
        return load(root.resolve() / NAME).clients
    except (InvalidSpec, UsageError) as error:
        raise SystemExit(_text(error)) from None


def require_in_wheel(
    root: str | Path,
    files: Iterable[str | Path],
    hint: str = "select the folder in the build settings, or move `out` into a selected folder",
) -> None:
    """Check that the files of a wheel include every client with the layout `package`; raises `SystemExit` if a file is missing."""
    included = {Path(root, file).resolve() for file in files}
    errors: list[InvalidSpec] = []
    for client in clients(Path(root)):
        missing = (
            [file for file in _generated_files(client) if file not in included]
            if client.layout == "package"
            else []
        )
        if missing:
            is_all_missing = client.out.resolve() / "__init__.py" in missing
            parts = (
                client.out.name
                if is_all_missing
                else f"{len(missing)} files of {client.out.name}, such as {missing[0].name}"
            )
            errors.append(
                client.error(
                    ("out",), "build-outside", f"the wheel would not contain {parts}", hint
                )
            )
    if errors:
        raise SystemExit("".join(map(_text, errors)))


def _generated_files(client: ClientConfig) -> list[Path]:
    return [
        file
        for file in sorted(client.out.resolve().rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")
    ]


def _text(error: InvalidSpec | UsageError) -> str:
    return (
        as_text(error.problems, error.sources)
        if isinstance(error, InvalidSpec)
        else f"specloom: {error}"
    )
