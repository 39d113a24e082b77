"""Publishing: only changed files are written, only generated files are replaced, and nothing is written after an error."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from tests.disks import FILE_SYSTEMS, simulate, tree

from specloom.diagnostics import UsageError
from specloom.publish import MANIFEST, compare, publish

FILES = {PurePosixPath("a.py"): "a = 1\n", PurePosixPath("docs/en/page.md"): "# Page\n"}


def named(files: Mapping[str, str]) -> dict[PurePosixPath, str]:
    return {PurePosixPath(path): text for path, text in files.items()}


PROJECT = named(
    {
        "README.md": "old",
        "tiny/__init__.py": "old",
        "tiny/models/a.py": "a",
        "tiny/models/b.py": "b",
        "docs/a.md": "a",
    }
)
NEXT = named(
    {
        "README.md": "new",
        "tiny/__init__.py": "new",
        "tiny/models/a.py": "a",
        "tiny/calls/c.py": "c",
        "docs/a.md": "a",
    }
)
PACKAGE = named({"__init__.py": "old", "models/a.py": "a", "models/b.py": "b"})
NEXT_PACKAGE = named({"__init__.py": "new", "models/a.py": "a", "calls/c.py": "c"})


@pytest.fixture(params=FILE_SYSTEMS)
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The simulated file system: with atomic exchange, without it, and without hard links too."""
    simulate(request.param, monkeypatch)
    return str(request.param)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder with two files in it."""
    folder = tmp_path / "out"
    publish(folder, FILES)
    return folder


def test_a_second_run_writes_nothing(out: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (out, *out.rglob("*"))}
    assert publish(out, FILES).up_to_date
    assert {path: path.stat().st_mtime_ns for path in (out, *out.rglob("*"))} == before


def test_changed_files_are_written_and_stale_ones_removed_with_their_folders(
    out: Path, file_system: str
) -> None:
    comparison = publish(out, {PurePosixPath("a.py"): "a = 2\n", PurePosixPath("b.py"): "b = 1\n"})
    assert [str(path) for path in comparison.changed] == ["a.py"]
    assert [str(path) for path in comparison.missing] == ["b.py"]
    assert [str(path) for path in comparison.extra] == ["docs/en/page.md"]
    assert sorted(tree(out)) == [MANIFEST, "a.py", "b.py"]
    assert not (out / "docs").exists()


@pytest.mark.parametrize(
    ("old", "new"), [(PROJECT, NEXT), (PACKAGE, NEXT_PACKAGE)], ids=["project", "package"]
)
def test_unchanged_files_keep_inode_and_time_and_foreign_files_stay(
    tmp_path: Path,
    file_system: str,
    old: Mapping[PurePosixPath, str],
    new: Mapping[PurePosixPath, str],
) -> None:
    out = tmp_path / "src" / "tiny"
    publish(out, old)
    models = out / "models" if "__init__.py" in map(str, old) else out / "tiny" / "models"
    (models / "mine").mkdir(mode=0o750)
    (models / "mine" / "notes.txt").write_text("mine")
    (models / "mine" / "link").symlink_to("/nowhere")
    (models / "__pycache__").mkdir()
    (models / "__pycache__" / "b.cpython-311.pyc").write_text("compiled from the old b.py")
    keeps = [models / "a.py", models / "mine" / "notes.txt"]
    before = [(path.stat().st_ino, path.stat().st_mtime_ns) for path in keeps]

    publish(out, new)

    assert [(path.stat().st_ino, path.stat().st_mtime_ns) for path in keeps] == before
    contents = {
        path: text for path, text in tree(out).items() if "mine" not in path and path != MANIFEST
    }
    assert contents == {str(path): text.encode() for path, text in new.items()}
    assert os.readlink(models / "mine" / "link") == "/nowhere"
    assert (models / "mine").stat().st_mode & 0o777 == 0o750
    assert sorted(path.name for path in (tmp_path / "src").iterdir()) == ["tiny"]
    publish(out, {})
    assert sorted(
        path.name for path in out.rglob("*") if not path.is_dir() and path.name != MANIFEST
    ) == ["link", "notes.txt"]


def test_folders_are_exchanged_whole(tmp_path: Path) -> None:
    """A program that opened the old folder still sees the complete old build."""
    if not sys.platform.startswith("linux"):
        pytest.skip("this system exchanges no folders")
    publish(tmp_path / "out", PROJECT)
    opened = os.open(tmp_path / "out" / "tiny", os.O_RDONLY)
    inode = os.stat(tmp_path / "out").st_ino
    publish(tmp_path / "out", NEXT)
    assert os.stat(tmp_path / "out").st_ino == inode
    assert os.fstat(opened).st_ino != os.stat(tmp_path / "out" / "tiny").st_ino
    os.close(opened)


def test_a_new_file_never_has_the_time_of_the_file_that_it_replaces(
    tmp_path: Path, file_system: str
) -> None:
    """Python considers bytecode current if its source has the same size and the same time in seconds."""
    seconds: list[int] = []
    for number in range(4):
        publish(tmp_path / "out", named({"p/a.py": f"a = {number}\n"}))
        seconds.append(int((tmp_path / "out" / "p" / "a.py").stat().st_mtime))
    assert seconds == sorted(set(seconds))


def test_a_foreign_file_is_never_overwritten(out: Path) -> None:
    """Not with `force` either, because nothing could restore it."""
    (out / "models").mkdir(exist_ok=True)
    (out / "models" / "mine.py").write_text("mine")
    before = tree(out)
    for force in (False, True):
        with pytest.raises(
            UsageError,
            match=r"a file that specloom did not write: .*models/mine\.py; move the file",
        ) as error:
            publish(
                out,
                {PurePosixPath("a.py"): "x", PurePosixPath("models/mine.py"): "generated"},
                force=force,
            )
        assert error.value.status == 4
        assert tree(out) == before


def test_a_hand_edited_file_is_overwritten_only_with_force(out: Path, file_system: str) -> None:
    (out / "a.py").write_text("a = 'by hand'\n")
    (out / "docs" / "en" / "page.md").write_text("by hand")
    files = {PurePosixPath("a.py"): "a = 2\n"}
    with pytest.raises(UsageError, match=r"a\.py.*page\.md.*--force") as error:
        publish(out, files)
    assert error.value.status == 4
    assert (out / "a.py").read_text() == "a = 'by hand'\n"
    publish(out, files, force=True)
    assert (out / "a.py").read_text() == "a = 2\n"
    assert not (out / "docs").exists()


@pytest.mark.parametrize(
    "kind",
    [
        "foreign folder",
        "git root",
        "file",
        "link",
        "link inside",
        "folder in the way",
        "damaged manifest",
        "foreign work folder",
    ],
)
def test_a_path_that_is_not_an_output_of_specloom_is_refused(tmp_path: Path, kind: str) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    match kind:
        case "foreign folder":
            out.mkdir()
            (out / "thesis.tex").write_text("years of work")
        case "git root":
            (out / ".git").mkdir(parents=True)
        case "file":
            out.write_text("a file")
        case "link":
            (elsewhere / ".specloom.work").mkdir()
            out.symlink_to(elsewhere)
        case "link inside":
            publish(out, {PurePosixPath("a.py"): "a = 1\n"})
            (out / "docs").symlink_to(elsewhere)
        case "folder in the way":
            publish(out, {})
            (out / "a.py").mkdir(parents=True)
        case "foreign work folder":
            publish(out, {})
            (out / ".specloom.work").mkdir()
            (out / ".specloom.work" / "thesis.tex").write_text("years of work")
        case _:
            publish(out, FILES)
            (out / MANIFEST).write_text('{"files": {"../../etc/passwd": ""}}')
    before = tree(tmp_path)
    with pytest.raises(UsageError) as error:
        publish(out, FILES)
    assert error.value.status == 2
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../x", "/tmp/x", "a\0b", "a\\b", "C:/x", ".", MANIFEST, ".specloom.work/new/x"],
)
def test_no_target_writes_outside_the_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError) as error:
        publish(tmp_path / "out", {PurePosixPath(path): "x"})
    assert error.value.status == 2
    assert tree(tmp_path) == {}


def test_a_file_name_that_the_disk_refuses_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"n{300}") as error:
        publish(tmp_path / "out", {PurePosixPath("n" * 300): "x"})
    assert error.value.status == 3
    assert list(tmp_path.iterdir()) == []


def test_a_disk_error_names_the_file(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(UsageError, match="file") as error:
        publish(blocked / "out", FILES)
    assert error.value.status == 3


def test_compare_writes_nothing(tmp_path: Path) -> None:
    comparison = compare(tmp_path / "out", FILES)
    assert len(comparison.missing) == 2
    assert list(tmp_path.iterdir()) == []
