"""Writing: only what changed, only what is ours, and nothing at all where something is wrong."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from specloom.problems import Stop
from specloom.publish import MANIFEST, compare, publish

FILES = {PurePosixPath("a.py"): "a = 1\n", PurePosixPath("docs/en/page.md"): "# Page\n"}


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder with two files in it."""
    folder = tmp_path / "out"
    publish(compare(folder, FILES))
    return folder


def test_a_second_run_touches_nothing(out: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    comparison = compare(out, FILES)
    assert comparison.up_to_date
    publish(comparison)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_changed_files_are_written_and_stale_ones_removed_with_their_folders(out: Path) -> None:
    comparison = compare(out, {PurePosixPath("a.py"): "a = 2\n", PurePosixPath("b.py"): "b = 1\n"})
    assert [str(path) for path in comparison.changed] == ["a.py"]
    assert [str(path) for path in comparison.missing] == ["b.py"]
    assert [str(path) for path in comparison.extra] == ["docs/en/page.md"]
    publish(comparison)
    assert sorted(tree(out)) == [MANIFEST, "a.py", "b.py"]
    assert not (out / "docs").exists()


def test_what_others_put_there_stays(out: Path) -> None:
    (out / "mine.txt").write_text("mine")
    (out / "docs" / "en" / "mine.md").write_text("mine")
    publish(compare(out, {PurePosixPath("a.py"): "a = 1\n"}))
    assert sorted(tree(out)) == [MANIFEST, "a.py", "docs/en/mine.md", "mine.txt"]


def test_what_was_edited_by_hand_is_only_overwritten_by_force(out: Path) -> None:
    (out / "a.py").write_text("a = 'by hand'\n")
    comparison = compare(out, {**FILES, PurePosixPath("a.py"): "a = 2\n"})
    with pytest.raises(Stop, match=r"a\.py.*--force") as stop:
        publish(comparison)
    assert stop.value.status == 4
    assert (out / "a.py").read_text() == "a = 'by hand'\n"
    publish(comparison, force=True)
    assert (out / "a.py").read_text() == "a = 2\n"


@pytest.mark.parametrize("kind", ["foreign folder", "file", "link", "link inside", "folder in the way", "damaged manifest"])
def test_what_is_not_ours_is_refused(tmp_path: Path, kind: str) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    match kind:
        case "foreign folder":
            out.mkdir()
            (out / "thesis.tex").write_text("years of work")
        case "file":
            out.write_text("a file")
        case "link":
            out.symlink_to(elsewhere)
        case "link inside":
            publish(compare(out, {PurePosixPath("a.py"): "a = 1\n"}))
            (out / "docs").symlink_to(elsewhere)
        case "folder in the way":
            publish(compare(out, {}))
            (out / "a.py").mkdir(parents=True)
        case _:
            publish(compare(out, FILES))
            (out / MANIFEST).write_text('{"files": {"../../etc/passwd": ""}}')
    before = tree(tmp_path)
    with pytest.raises(Stop):
        publish(compare(out, FILES))
    assert tree(tmp_path) == before


def test_a_disk_that_refuses_is_said_with_the_file(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(Stop, match="file") as stop:
        publish(compare(blocked / "out", FILES))
    assert stop.value.status == 3
