"""Clients and models that other generators make of the same OpenAPI documents: time, memory, and errors of `mypy --strict`.

Each peer is a pinned version in an environment of its own in the temporary folder of the machine, so that it is installed once.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .processes import Failed
from .timed import timed

CACHE = Path(tempfile.gettempdir()) / "specloom-bench-peers"


@dataclass(frozen=True, slots=True)
class Peer:
    """A generator: its requirements for pip, the arguments of its command, and what its output imports."""

    name: str
    requirements: tuple[str, ...]
    arguments: tuple[str, ...]
    """Arguments of the command; `{document}` is the input."""
    imports: tuple[str, ...] = ()
    needs: str = ""
    """A program that has to be installed."""


PEERS = (
    Peer(
        "openapi-python-client",
        ("openapi-python-client==0.29.1", "ruff==0.17.5"),
        ("openapi-python-client", "generate", "--path", "{document}", "--output-path", "out"),
        ("httpx", "attrs", "python-dateutil"),
    ),
    Peer(
        "datamodel-code-generator",
        ("datamodel-code-generator==0.89.0",),
        (
            "datamodel-codegen",
            *("--input", "{document}", "--input-file-type", "openapi"),
            *("--output", "out/models.py", "--output-model-type", "pydantic_v2.BaseModel"),
        ),
        ("pydantic[email]",),
    ),
    Peer(
        "openapi-generator",
        ("openapi-generator-cli==7.26.0",),
        (
            *("openapi-generator-cli", "generate", "-g", "python", "--skip-validate-spec"),
            *("-i", "{document}", "-o", "out"),
        ),
        ("pydantic", "urllib3", "python-dateutil"),
        needs="java",
    ),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a peer made of a document; `text` says why there is nothing."""

    text: str
    seconds: float = 0.0


def run(peer: Peer, document: Path, folder: Path, *, typed: bool) -> Result:
    """Generate in a folder; return the time, the memory, and the errors of types."""
    try:
        programs = _installed(peer)
    except Failed as failed:
        return Result(f"not installed: {failed}")
    program, *arguments = (each.format(document=document) for each in peer.arguments)
    process = timed(folder, str(programs / program), *arguments)
    modules = [*(folder / "out").rglob("*.py")]
    if process.returncode or not modules:
        return Result(f"refused ({process.seconds:.1f} s)", process.seconds)
    text = f"{process.seconds:.1f} s {process.memory:.0f} MiB"
    if typed:
        checked = timed(
            folder,
            *(
                str(programs / "python"),
                "-m",
                "mypy",
                "--strict",
                "--cache-dir",
                str(CACHE / "mypy"),
            ),
            "out",
        )
        text += f" {sum(': error:' in line for line in checked.stdout.splitlines())} errors"
    return Result(text, process.seconds)


def _installed(peer: Peer) -> Path:
    """Return the folder of a peer's programs; install it if it does not exist or has other versions."""
    if peer.needs and shutil.which(peer.needs) is None:
        raise Failed(f"{peer.needs} is missing")
    folder = CACHE / peer.name
    programs = folder / "bin"
    stamp = folder / "installed.txt"
    requirements: Sequence[str] = (*peer.requirements, *peer.imports, "mypy")
    wanted = "\n".join((*requirements, sys.version))
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return programs
    venv.create(folder, clear=True, with_pip=True)
    command = (str(programs / "python"), "-m", "pip", "install", "-q", *requirements)
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    if process.returncode:
        raise Failed(process.stderr.strip()[-200:])
    stamp.write_text(wanted, "utf-8")
    return programs
