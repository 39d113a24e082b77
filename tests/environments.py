"""Virtual environments for tests, without pip of their own, so that they are created quickly."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path


def run(*command: str | Path, cwd: Path | None = None, status: int = 0) -> str:
    """Run a command, check its exit status and that it prints no traceback, and return its output."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    process = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    output = process.stdout + process.stderr
    assert process.returncode == status, output
    assert "Traceback" not in output, output
    return output


def environment(folder: Path, *, like_ours: bool = False) -> Path:
    """Create an environment, and return its Python. With `like_ours`, it sees the packages installed here, such as build tools."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    if like_ours:
        site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        ours = sysconfig.get_path("purelib")
        Path(site, "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    return python


def pip(python: Path, *arguments: str | Path) -> None:
    """Run pip for an environment. Bytecode is compiled when a module is imported, which is the smaller part of them."""
    options = ("--no-compile",) if arguments[0] == "install" else ()
    quietly = "--disable-pip-version-check"
    run(sys.executable, "-m", "pip", quietly, "--python", python, *arguments, *options)
