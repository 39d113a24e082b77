"""Generation as a step of a build: clients are made when a wheel, an sdist or an editable install is.

`hatch` and `setuptools` are found by those tools through entry points; others call `generate` before files are collected, and `require_in_wheel` when
they are. A build fails as the command does: with the problems, and without a traceback. Neither tool is imported before it has asked.
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
    """Bring the clients of the project in a folder up to date and return them; ends the build if it cannot."""
    from ..cli import main

    found = clients(Path(root))
    with contextlib.chdir(root), contextlib.redirect_stdout(sys.stderr):
        status = main(["generate"])
    if status:
        raise SystemExit(status)
    return found


def clients(root: Path) -> Sequence[ClientConfig]:
    """The clients that the folder's pyproject.toml names; ends the build if it is wrong."""
    try:
        return load(root.resolve() / NAME).clients
    except (InvalidSpec, UsageError) as error:
        raise SystemExit(_said(error)) from None


def require_in_wheel(
    root: str | Path,
    files: Iterable[str | Path],
    hint: str = "let the build select the folder, or move out into one that it selects",
) -> None:
    """Ends the build if these files, those of a wheel, lack a client that is a package of the project, or a part of one."""
    held = {Path(root, file).resolve() for file in files}
    errors: list[InvalidSpec] = []
    for client in clients(Path(root)):
        lacking = (
            [file for file in _generated(client) if file not in held]
            if client.layout == "package"
            else []
        )
        if lacking:
            whole = client.out.resolve() / "__init__.py" in lacking
            what = (
                client.out.name
                if whole
                else f"{len(lacking)} files of {client.out.name}, such as {lacking[0].name}"
            )
            errors.append(
                client.wrong(("out",), "build-outside", f"the wheel would go without {what}", hint)
            )
    if errors:
        raise SystemExit("".join(map(_said, errors)))


def _generated(client: ClientConfig) -> list[Path]:
    found = sorted(client.out.resolve().rglob("*"))
    return [
        file
        for file in found
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")
    ]


def _said(error: InvalidSpec | UsageError) -> str:
    return (
        as_text(error.problems, error.sources)
        if isinstance(error, InvalidSpec)
        else f"specloom: {error}"
    )
