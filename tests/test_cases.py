"""A case is a folder below `cases` with a spec, and what comes of it: `problems.txt`, what is said about it, or `expected/`, what is generated.

`cases/problems` breaks every rule of the spec language once. A new case needs no code: make the folder with its `spec/`, an empty
`problems.txt` or `expected/`, and run `pytest tests/test_cases.py --update`; read what that wrote before you keep it. The runtime,
which is copied as it is, is left out of the trees, and so is the build, which names it too.
"""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from specloom.diagnostics import InvalidSpec, as_text
from specloom.spec import load
from specloom.targets import files

CASES = Path(__file__).parent / "cases"
WITH_PROBLEMS = sorted(CASES.rglob("problems.txt"))
GENERATED = sorted(CASES.rglob("expected"))


def diagnostics_of(spec: Path) -> str:
    """Return the problems of a spec as text, or its warnings if it is valid."""
    try:
        loaded = load(spec, "spec")
    except InvalidSpec as error:
        return as_text(error.problems, error.sources)
    return "(valid)\n" + "".join(
        "\n" + as_text([warning], loaded.sources) for warning in loaded.warnings
    )


@pytest.mark.parametrize("expected", WITH_PROBLEMS, ids=lambda path: path.parent.name)
def test_problems(expected: Path, update: bool) -> None:
    text = diagnostics_of(expected.parent / "spec")
    if update:
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")


@pytest.mark.parametrize("expected", GENERATED, ids=lambda path: path.parent.name)
def test_generated(expected: Path, update: bool) -> None:
    generated = {
        str(path): re.sub(r'__build__ = "\w+"\n', "", code)
        for path, code in files(load(expected.parent / "spec", "spec").api, "project").items()
        if "_runtime" not in path.parts
    }
    if update:
        shutil.rmtree(expected)
        for path, text in generated.items():
            (expected / path).parent.mkdir(parents=True, exist_ok=True)
            (expected / path).write_text(text, "utf-8")
    expected_files = {
        str(path.relative_to(expected)): path.read_text("utf-8")
        for path in expected.rglob("*")
        if path.is_file()
    }
    assert generated == expected_files


def test_every_case_is_walked() -> None:
    walked = {path.parent for path in (*WITH_PROBLEMS, *GENERATED)}
    assert walked == {path.parent for path in CASES.rglob("spec")}


def test_every_rule_has_a_case() -> None:
    """Rules are found in the source by their calls, so that a new one without a case fails here."""
    rules: set[str] = set()
    for path in (Path(__file__).parents[1] / "generator" / "specloom" / "spec").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(
                        attr="add" | "add_at" | "warn" | "warn_at" | "_problem" | "_refuse"
                    ),
                    args=[_, ast.Constant(value=str() as rule), *_],
                ):
                    rules.add(rule)
                case _:
                    pass
    said_somewhere = "".join(path.read_text("utf-8") for path in CASES.rglob("problems.txt"))
    assert {rule for rule in rules if f": {rule}: " not in said_somewhere} == {
        "missing-folder",
        "symlink",
        "unreadable-file",
        "too-large",
    }  # in test_nodes.py
