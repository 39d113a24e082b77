"""Imports of real OpenAPI documents: operations, what became of them, problems of the generated clients, time and memory.

The documents belong to others and are never part of the project; they are read from a folder beside the repository.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
import tempfile
from pathlib import Path

from .openapi_peers import PEERS
from .openapi_peers import run as run_peer
from .projects import ROOT
from .timed import Process, timed

DOCUMENTS = ROOT.parent / "shared" / "corpus" / "openapi"
CALLS = 10


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
    parser.add_argument(
        "--peers", action="store_true", help="also run other generators on the same documents"
    )
    parser.add_argument("--no-mypy", action="store_true", help="do not check types")


def run(options: argparse.Namespace) -> None:
    """Print a row for each document."""
    print(f"{'':30}" + "".join(f"{name:>11}" for name in _COLUMNS))
    for path in sorted(options.documents.glob("*")):
        name = path.name.removesuffix(".xz")
        if path.is_file() and (not options.only or any(text in name for text in options.only)):
            with tempfile.TemporaryDirectory(prefix="specloom-bench-") as folder:
                document = _unpacked(path, Path(folder))
                row, seconds = _row(document, typed=not options.no_mypy)
                print(f"{name[:30]:30}" + "".join(f"{cell:>11}" for cell in row), flush=True)
                for peer in PEERS if options.peers else ():
                    own = Path(folder, peer.name)
                    own.mkdir()
                    result = run_peer(peer, document, own, typed=not options.no_mypy)
                    ratios = (
                        f" (import {seconds[0] / result.seconds:.2f} ×, generate {seconds[1] / result.seconds:.2f} × of it)"
                        if result.seconds and len(seconds) == 2
                        else ""
                    )
                    print(f"    {peer.name}: {result.text}{ratios}", flush=True)


def _unpacked(path: Path, folder: Path) -> Path:
    """Return a copy of a document in a folder."""
    content = path.read_bytes()
    document = folder / path.name.removesuffix(".xz")
    document.write_bytes(lzma.decompress(content) if path.suffix == ".xz" else content)
    return document


def _row(document: Path, *, typed: bool) -> tuple[list[str], tuple[float, ...]]:
    """Return the cells of a document, and the seconds of its import and of `generate`; a step that fails is the last one."""
    folder = document.parent
    imported = _python(
        folder, "-m", "specloom", "import", document.name, "--api", "client", "--format", "json"
    )
    if imported.returncode:
        return ["refused"], ()
    report = json.loads(imported.stdout)
    lost = sum(row["construct"] == "operation" for row in report["rows"])
    cells: list[object] = [
        report["operations"],
        lost,
        len(report["rows"]),
        f"{imported.seconds:.1f}",
    ]
    generated = _python(folder, "-m", "specloom", "generate")
    cells += [f"{generated.seconds:.1f}" if not generated.returncode else "failed"]
    cells.append(f"{generated.memory:.0f}")
    project = folder / "clients" / "client"
    modules = _python(project, "-c", _IMPORTS)
    cells.append(modules.stdout.strip() if not modules.returncode else "failed")
    if typed:
        cache = ROOT / ".bench" / "mypy"
        checked = _python(project, "-m", "mypy", "--strict", "--cache-dir", str(cache), "client")
        cells.append(sum(": error:" in line for line in checked.stdout.splitlines()))
    else:
        cells.append("-")
    called = _python(project, str(Path(__file__).with_name("calling.py")), "client", str(CALLS))
    cells.append((called.stdout.splitlines() or ["failed"])[-1].replace(" ", ""))
    return [str(cell) for cell in cells], (imported.seconds, generated.seconds)


def _python(folder: Path, *arguments: str) -> Process:
    return timed(folder, sys.executable, *arguments)
