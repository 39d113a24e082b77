"""Imports of real OpenAPI documents: operations, what became of them, problems of the generated clients, time and memory.

The documents belong to others and are never part of the project; they are read from a folder beside the repository.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .projects import ROOT

DOCUMENTS = ROOT.parent / "shared" / "corpus" / "openapi"
CALLS = 10


@dataclass(frozen=True, slots=True)
class _Process:
    """A process that has ended: its status and output, its CPU time in seconds, and its memory in MiB."""

    returncode: int
    stdout: str
    seconds: float
    memory: float


_COLUMNS = (
    "operations",
    "lost",
    "rows",
    "import s",
    "generate s",
    "MiB",
    "modules",
    "mypy",
    "calls",
)
_IMPORTS = "import pkgutil, importlib, client; print(sum(importlib.import_module(each.name) is not None for each in pkgutil.walk_packages(client.__path__, 'client.')))"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--documents",
        type=Path,
        default=DOCUMENTS,
        metavar="FOLDER",
        help="folder of the documents, also compressed with xz (default: %(default)s)",
    )
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="documents whose name has this text"
    )


def run(options: argparse.Namespace) -> None:
    """Print a row for each document."""
    print(f"{'':30}" + "".join(f"{name:>11}" for name in _COLUMNS))
    for path in sorted(options.documents.glob("*")):
        name = path.name.removesuffix(".xz")
        if path.is_file() and (not options.only or any(text in name for text in options.only)):
            with tempfile.TemporaryDirectory(prefix="specloom-bench-") as folder:
                row = _row(path, Path(folder))
            print(f"{name[:30]:30}" + "".join(f"{cell:>11}" for cell in row), flush=True)


def _row(path: Path, folder: Path) -> list[str]:
    """Return the cells of a document; a step that fails is the last one."""
    content = path.read_bytes()
    document = folder / path.name.removesuffix(".xz")
    document.write_bytes(lzma.decompress(content) if path.suffix == ".xz" else content)
    imported = _timed(
        folder, "-m", "specloom", "import", document.name, "--api", "client", "--format", "json"
    )
    if imported.returncode:
        return ["refused"]
    report = json.loads(imported.stdout)
    lost = sum(row["construct"] == "operation" for row in report["rows"])
    cells: list[object] = [
        report["operations"],
        lost,
        len(report["rows"]),
        f"{imported.seconds:.1f}",
    ]
    generated = _timed(folder, "-m", "specloom", "generate")
    cells += [f"{generated.seconds:.1f}" if not generated.returncode else "failed"]
    cells.append(f"{generated.memory:.0f}")
    project = folder / "clients" / "client"
    modules = _timed(project, "-c", _IMPORTS)
    cells.append(modules.stdout.strip() if not modules.returncode else "failed")
    cache = ROOT / ".bench" / "mypy"
    typed = _timed(project, "-m", "mypy", "--strict", "--cache-dir", str(cache), "client")
    cells.append(sum(": error:" in line for line in typed.stdout.splitlines()))
    called = _timed(project, str(Path(__file__).with_name("calling.py")), "client", str(CALLS))
    cells.append((called.stdout.splitlines() or ["failed"])[-1].replace(" ", ""))
    return [str(cell) for cell in cells]


def _timed(folder: Path, *arguments: str) -> _Process:
    """Run Python in a folder."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=folder, stdout=output, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return _Process(
            process.returncode,
            output.read().decode("utf-8", "replace"),
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024,
        )
