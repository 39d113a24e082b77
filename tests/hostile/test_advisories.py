"""Attacks on code generators from published advisories, one named case each in `tests/cases/hostile` (robustness A3).

What is said of each is judged in `tests/test_cases.py`; what is generated of those that are valid, here.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from specloom.diagnostics import InvalidSpec
from specloom.spec import load
from specloom.targets import files

from .fragments import CANARY
from .judges import complaints
from .runs import SMALL
from .specs import Spec, write
from .test_every_slot import what_imports_do
from .watch import watching

CASES = Path(__file__).parents[1] / "cases" / "hostile"
VALID = [
    case.parent
    for case in sorted(CASES.glob("*/problems.txt"))
    if case.read_text("utf-8").startswith("(valid)")
]
CLASSES = {
    "docstring", "path_key", "enum_value", "enum_member", "enum_text", "default", "default_text", "content_type", "server_url", "extension", "header_value",
    "file_name", "version", "version_line", "names", "note", "ref_to_a_file", "ref_to_a_network",
}  # fmt: skip


def test_every_class_has_its_case() -> None:
    assert {path.name for path in CASES.iterdir()} == CLASSES


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.name)
def test_a_valid_hostile_spec_is_harmless(case: Path, tmp_path: Path) -> None:
    api = load(case / "spec", "spec").api
    with watching() as happened:
        generated = files(api, "project")
    assert happened == []
    assert any(CANARY in code for code in generated.values())
    assert complaints(generated, api, {}) == []
    for path, code in generated.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(code, "utf-8")
    assert what_imports_do([tmp_path]) == ""


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_loading_reads_no_other_file_and_opens_no_socket(case: Path) -> None:
    with watching() as happened, contextlib.suppress(InvalidSpec):
        load(case / "spec", "spec")
    assert happened == []


@pytest.mark.parametrize(
    ("file", "word", "slip"),
    [
        ("_api.yaml", "scheme", "shceme"),
        ("_api.yaml", "scheme", "schem"),
        ("items.yaml", "as", "ass"),
        ("items.yaml", "as", "sa"),
    ],
)
def test_misspelt_keys_beside_names_are_found(
    file: str, word: str, slip: str, tmp_path: Path
) -> None:
    """In maps that also accept other names (robustness A19; the others are in `tests/test_schema.py`)."""
    spec = Spec.read(SMALL)
    slot = next(
        slot
        for slot in spec.slots
        if slot.kind == "key" and slot.file == file and spec.text(slot) == word
    )
    write(spec.files({slot: slip}), tmp_path)
    with pytest.raises(InvalidSpec) as caught:
        load(tmp_path, "spec")
    assert any(
        f"`{word}`" in problem.hint for problem in caught.value.problems
    ), caught.value.problems
