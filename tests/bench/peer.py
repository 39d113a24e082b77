"""Installation and runs of openapi-python-client, with which specloom is compared: a pinned version in its own environment in `.bench/`.

Its input is `openapi/three_endpoints.yaml`, with the content of the specs in `three_endpoints`. A warning is a failure, because it means omitted content.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from .processes import Case, Failed
from .projects import ROOT, empty

REQUIREMENTS = ("openapi-python-client==0.29.1", "ruff==0.17.5")
DOCUMENT = Path(__file__).parent / "openapi" / "three_endpoints.yaml"
WITHOUT_HOOKS = Path(__file__).parent / "openapi" / "without_hooks.yaml"
NAME = REQUIREMENTS[0].replace("==", " ")
BARE_NAME = f"{NAME}, without ruff"


def cases() -> tuple[Case, Case]:
    """Return the cases with its default settings and without its formatter; raises `Failed` if it cannot be installed."""
    programs = installed("openapi-python-client", REQUIREMENTS)
    program = shutil.which("openapi-python-client", path=str(programs))
    if not program:
        raise Failed(f"{NAME} has no command in {programs}")
    default = (
        program,
        "generate",
        "--fail-on-warning",
        "--path",
        str(DOCUMENT),
        "--output-path",
        "out",
    )
    return Case(NAME, default, empty, programs), Case(
        BARE_NAME, (*default, "--config", str(WITHOUT_HOOKS)), empty, programs
    )


def installed(name: str, requirements: Sequence[str]) -> Path:
    """Return the folder of a peer's programs; create the environment if it does not exist or has other versions."""
    folder = ROOT / ".bench" / name
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    stamp = folder / "installed.txt"
    wanted = "\n".join((*requirements, sys.version))
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return programs
    venv.create(folder, clear=True, with_pip=True)
    python = shutil.which("python", path=str(programs)) or str(programs / "python")
    command = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *requirements)
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    if process.returncode:
        raise Failed(f"{name} could not be installed:\n{process.stderr.strip()[-2000:]}")
    stamp.write_text(wanted, "utf-8")
    return programs
