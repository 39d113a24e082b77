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
    "weaves?|weaving|woven": "generate",
    "gives? back|gave back": "return",
    "doors?": "adapter",
    "uncollected": "garbage collection is paused",
    "answers|answered|answering": "response, respond",
    "heard|believed?": "received, accepted",
    "whom": "a shorter sentence",
}
"""Regular expressions of terms, with the terms to use instead."""

ALLOWED = {
    "tests/bench/openapi/three_endpoints.yaml",
    "tests/hostile/slots.txt",
    "tests/hostile/small/_api.yaml",
}
"""Files with texts of other APIs, and texts for tests."""


def test_terms_that_are_not_used() -> None:
    listed = subprocess.run(
        ["git", "ls-files", *FOLDERS, *PAGES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    # One pass over all texts: a pass for each term takes ten times as long.
    some_term = re.compile(rf"(?<![a-z])(?:{'|'.join(TERMS)})(?![a-z])")
    own = Path(__file__).relative_to(ROOT).as_posix()
    uses = [
        f"{path}: {match[0]!r}; use {_better(match[0])}"
        for path in listed.stdout.splitlines()
        if path != own and path not in ALLOWED and (ROOT / path).is_file()
        for match in some_term.finditer(_text(ROOT / path).lower())
    ]
    assert uses == []


def _better(term: str) -> str:
    return next(better for pattern, better in TERMS.items() if re.fullmatch(pattern, term))


def _text(path: Path) -> str:
    """Return the text of a file; nothing for one that is not text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""
