"""Generation as a step of a build: clients are made when a wheel, an sdist or an editable install is.

`hatch` and `setuptools` are found by those tools through entry points; others call `generate`. A build fails as the command does: with the
problems, and without a traceback. Neither tool is imported before it has asked.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ..config import NAME, Client, load
from ..problems import SpecError, Stop, as_text

__all__ = ["clients", "generate", "must_select"]


def generate(root: str | Path) -> Sequence[Client]:
    """Bring the clients of the project in a folder up to date and return them; ends the build if it cannot."""
    from ..cli import main

    found = clients(Path(root))
    with contextlib.chdir(root), contextlib.redirect_stdout(sys.stderr):
        status = main(["generate"])
    if status:
        raise SystemExit(status)
    return found


def clients(root: Path) -> Sequence[Client]:
    """The clients that the folder's pyproject.toml names; ends the build if it is wrong."""
    try:
        return load(root.resolve() / NAME).clients
    except (SpecError, Stop) as error:
        raise SystemExit(_said(error)) from None


def must_select(found: Sequence[Client], selected: Callable[[Client], bool], hint: str) -> None:
    """Ends the build if a client that is a package of the project would be missing from its wheel."""
    errors = [
        client.wrong(("out",), "build-outside", f"the wheel would go without {client.out.name}: no package of it lies there", hint)
        for client in found
        if client.layout == "package" and not selected(client)
    ]
    if errors:
        raise SystemExit("".join(map(_said, errors)))


def _said(error: SpecError | Stop) -> str:
    return as_text(error.problems, error.sources) if isinstance(error, SpecError) else f"specloom: {error}"
