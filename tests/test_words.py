"""Terms that this repository does not use, because readers in the field know another one for the same idea."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from tests.generated import ROOT

FOLDERS = ("generator", "templates", "specs", "generated", "tests", ".github", ".ci")
PAGES = ("README.md", "pyproject.toml", ".pre-commit-hooks.yaml")

TERMS = {
    "misfits?|unfit": "mismatch",
    "mend(s|ed|ing)?": "correct, fix",
    "unseal(s|ed|ing)?": "decrypt",
    "stands? here|stood": "is",
    "spots?": "position, location",
    "lies in|laid": "is in, written",
    "tid(y|ies|ied)": "clean up",
    "steering": "stub",
    "weaves?|weaving|woven": "generate",
    "gives? back|gave back": "return",
    "doors?": "adapter",
    "uncollected": "garbage collection is paused",
    "whom": "a shorter sentence",
}
"""Regular expressions of terms, with the terms to use instead."""

ALLOWED = {
    "tests/bench/openapi/three_endpoints.yaml",
    "tests/hostile/slots.txt",
    "tests/hostile/small/_api.yaml",
}
"""Files with texts of other APIs, and texts for tests."""


@pytest.fixture(scope="module")
def lines() -> list[tuple[str, str]]:
    """All lines of the repository's texts, each with its location."""
    listed = subprocess.run(
        ["git", "ls-files", *FOLDERS, *PAGES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    files = [path for path in listed.stdout.splitlines() if (ROOT / path).is_file()]
    own = Path(__file__).relative_to(ROOT).as_posix()
    return [
        (f"{path}:{number}", line)
        for path in files
        if path != own and path not in ALLOWED
        for number, line in enumerate(_text(ROOT / path).splitlines(), 1)
    ]


def _text(path: Path) -> str:
    """Return the text of a file; nothing for one that is not text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_not_used(term: str, lines: list[tuple[str, str]]) -> None:
    pattern = re.compile(rf"(?<![A-Za-z])(?:{term})(?![A-Za-z])", re.IGNORECASE)
    uses = [f"{location}: {line.strip()}" for location, line in lines if pattern.search(line)]
    assert uses == [], f"use {TERMS[term]} instead"
