"""Fresh environments for tests, made cheaply: pip stays outside and installs into them."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path


def run(*command: str | Path, cwd: Path | None = None, status: int = 0) -> str:
    """What a command prints, which must end with this status and without a traceback."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    assert "Traceback" not in said, said
    return said


def environment(folder: Path, *, like_ours: bool = False) -> Path:
    """A new environment; its Python. One like ours sees what is installed here, such as what builds need."""
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    if like_ours:
        site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        ours = sysconfig.get_path("purelib")
        Path(site, "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    return python


def pip(python: Path, *arguments: str | Path) -> None:
    """Run pip for an environment."""
    run(sys.executable, "-m", "pip", "--python", python, *arguments)
