"""Hostile text in every slot of the language: a clean problem or a clean output, in time (robustness A1)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.figures import Figure

from specloom.cli import main

from .fragments import CANARY, SEEN, UNSEEN
from .runs import KITCHEN_SINK, SMALL, Attack, run
from .specs import Spec, attacks, write

ROOT = Path(__file__).parents[2]


def by_seed(folder: Path, seeds: range) -> Iterator[Attack]:
    spec = Spec.read(folder)
    return (attacks(spec, seed) for seed in seeds)


def what_imports_do(projects: list[Path]) -> str:
    """Return the side effects of importing every module of the projects, in a separate process."""
    command = [
        sys.executable,
        "-W",
        "error",
        "-B",
        "-m",
        "tests.hostile.watch",
        *map(str, projects),
    ]
    process = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return process.stdout + process.stderr


@pytest.mark.parametrize(
    ("folder", "seeds", "minimum"),
    [
        pytest.param(SMALL, range(30), 10, id="small"),
        pytest.param(KITCHEN_SINK, range(5), 1, id="kitchen sink"),
        pytest.param(SMALL, range(1000, 9500), 3000, id="small, 8,500", marks=pytest.mark.slow),
        pytest.param(
            KITCHEN_SINK, range(1000, 2500), 500, id="kitchen sink, 1,500", marks=pytest.mark.slow
        ),
    ],
)
def test_hostile_specs_give_problems_or_clean_output(
    folder: Path, seeds: range, minimum: int, tmp_path: Path, figure: Figure
) -> None:
    """A minimum of them must be generated, or the judges had nothing to do."""
    tally = run(folder, by_seed(folder, seeds), tmp_path, keep=50 if len(seeds) > 1000 else 10)
    figure(
        f"{len(seeds)} specs, {tally.generated} generated, slowest {tally.slowest:.2f} s, problems {dict(tally.rules)}"
    )
    assert tally.failures == []
    assert tally.generated >= minimum
    assert what_imports_do(sorted(tmp_path.glob("project*"))) == ""


def test_an_invisible_character_is_a_problem_in_every_slot(tmp_path: Path) -> None:
    spec = Spec.read(SMALL)
    slots = [
        slot for slot in spec.slots if slot.kind in ("key", "value") and slot.file.endswith(".yaml")
    ][::3]
    attacks = [
        {slot: spec.text(slot) + UNSEEN[number % len(UNSEEN)]} for number, slot in enumerate(slots)
    ]
    tally = run(SMALL, attacks, tmp_path)
    assert tally.failures == []
    assert (tally.generated, dict(tally.rules)) == (0, {"invalid-character": len(slots)})


@pytest.mark.parametrize("change", ["{0}\n", "\n{0}", " {0} ", "{0}'", '{0}"', "_{0}", "{0}{0}"])
@pytest.mark.slow
def test_almost_valid_texts(change: str, tmp_path: Path) -> None:
    spec = Spec.read(SMALL)
    attacks = ({slot: change.replace("{0}", spec.text(slot))} for slot in spec.slots)
    tally = run(SMALL, attacks, tmp_path)
    assert tally.failures == []


@pytest.mark.parametrize("fragment", SEEN)
@pytest.mark.slow
def test_every_text_for_people_with_every_fragment(fragment: str, tmp_path: Path) -> None:
    """One fragment in all of them at once, and in notes."""
    spec = Spec.read(KITCHEN_SINK)
    text = fragment if fragment.strip() and fragment not in ("~", "null") else f"x{fragment}x"
    everywhere = {slot: text for slot in spec.slots if slot.is_prose or slot.kind == "note"}
    tally = run(KITCHEN_SINK, [everywhere], tmp_path)
    assert tally.failures == []
    assert tally.generated == 1


def test_the_command_writes_its_output_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With fragments that write files when executed; JSON in the output is valid."""
    import json

    spec = Spec.read(SMALL)
    code = [fragment for fragment in SEEN if CANARY in fragment]
    texts = {
        slot: code[number % len(code)]
        for number, slot in enumerate(
            slot for slot in spec.slots if slot.is_prose or slot.kind == "note"
        )
    }
    write(spec.files(texts), tmp_path / "specs" / "small")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.specloom.clients.small]\nspec = "specs/small"\nout = "made"\n', "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for _ in range(2):
        assert main(["generate"]) == 0, capsys.readouterr()
    after = {
        path: path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file() and not path.is_relative_to(tmp_path / "made")
    }
    litter = [
        path
        for path in after.keys() - before.keys()
        if ".specloom" not in path.relative_to(tmp_path).parts[0]
    ]
    assert litter == []
    assert {path: after[path] for path in before} == before
    manifests = [
        path
        for path in (tmp_path / "made").rglob("*")
        if path.name.startswith(".specloom") or path.suffix == ".json"
    ]
    assert manifests
    for path in manifests:
        if path.is_file() and path.stat().st_size:
            json.loads(path.read_text("utf-8"))
