"""A later import into a spec folder: a three-way merge that keeps what the user edited.

What was imported last is kept in `.specloom/imports/<client>` beside pyproject.toml, with the SHA-256 of each file. Without it, a merge
works too, but every difference between the folder and the import is a conflict.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct

from . import bounded, diff
from .config import ClientConfig
from .diagnostics import InvalidSpec, UsageError, display_path
from .publish import MANIFEST, edit_folder, publish, recover_folder
from .spec import LoadedSpec, load
from .spec_merge import Conflict, Merged, Side, merge, name_of

_RECORD = PurePosixPath(".specloom", "imports")
_SIDES: Mapping[str, Side] = {"ours": "ours", "theirs": "theirs"}


class Accepted:
    """Decisions of `--accept`: `ours` or `theirs` for all conflicts, `ours:NAME` or `theirs:NAME` for those whose names start so."""

    def __init__(self, options: Sequence[str]) -> None:
        self.sides: dict[str, Side] = {}
        self.unused: set[str] = set()
        for option in options:
            side_name, _, name = option.partition(":")
            side = _SIDES.get(side_name)
            if side is None:
                raise UsageError(
                    f"invalid --accept {option!r}; expected ours, theirs, ours:NAME or theirs:NAME, with a NAME that a conflict shows"
                )
            self.sides[name] = side
            if name:
                self.unused.add(name)

    def side(self, conflict: Conflict) -> Side | None:
        name = name_of(conflict)
        matching = [each for each in self.sides if _is_part(name, each)]
        self.unused.difference_update(matching)
        return self.sides[max(matching, key=len)] if matching else None

    def require_used(self) -> None:
        if self.unused:
            raise UsageError(f"--accept names no conflict: {', '.join(sorted(self.unused))}")


class Reimport(Struct, frozen=True):
    """A merge that was written: the changed files, and what they mean for programs."""

    lines: Sequence[str]


def record(root: Path, client: str, texts: Mapping[str, str]) -> None:
    """Keep what was imported, for the next merge."""
    publish(
        root / _RECORD / client,
        {PurePosixPath(name): text for name, text in texts.items()},
        force=True,
    )


def update(
    root: Path, client: ClientConfig, imported: Mapping[str, str], accept: Sequence[str]
) -> Reimport:
    """Merge an import into the folder of a client and write it.

    Raises `InvalidSpec` for open conflicts and for a merge that is not valid, `UsageError` for wrong options; then nothing is written.
    """
    accepted = Accepted(accept)
    shown = display_path(client.spec)
    recover_folder(client.spec)
    before = load(client.spec, shown)
    contents = _read(client.spec)
    ours = {
        name: content.decode("utf-8").replace("\r\n", "\n") for name, content in contents.items()
    }
    merged = merge(_recorded(root, client.name), ours, imported, accepted.side, shown)
    accepted.require_used()
    if merged.conflicts:
        raise InvalidSpec(merged.conflicts, before.sources)
    after = _check(merged, shown)
    new = {
        name: contents[name] if text == ours.get(name) else _encode(text, contents.get(name, b""))
        for name, text in merged.texts.items()
    }
    edit_folder(client.spec, _paths(contents), _paths(new))
    record(root, client.name, imported)
    report = diff.compare(
        diff.Spec(before.api, shown, before.sources), diff.Spec(after.api, shown, after.sources)
    )
    return Reimport(_summary(shown, contents, new, merged, diff.formatting.as_text(report)))


def _is_part(name: str, prefix: str) -> bool:
    return not prefix or name == prefix or name.startswith((f"{prefix}:", f"{prefix}."))


def _recorded(root: Path, client: str) -> dict[str, str]:
    folder = root / _RECORD / client
    if not folder.is_dir():
        return {}
    try:
        return {
            path.relative_to(folder).as_posix(): bounded.read(path, bounded.TEXT).decode("utf-8")
            for path in folder.rglob("*")
            if path.is_file() and path.name != MANIFEST
        }
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"{display_path(folder)}, the record of the last import, is damaged; restore it, or delete it to decide on all differences"
        ) from None


def _read(folder: Path) -> dict[str, bytes]:
    """Return the files of a spec folder that has been read without problems."""
    names = sorted(
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.suffix in {".yaml", ".json", ".md"}
    )
    return {
        name.as_posix(): bounded.read(folder / name, bounded.TEXT)
        for name in names
        if not any(part.startswith(".") for part in name.parts)
    }


def _check(merged: Merged, shown: str) -> LoadedSpec:
    """Return the merged spec; raises `InvalidSpec` if the two sides do not go together."""
    with tempfile.TemporaryDirectory(prefix="specloom-") as temporary:
        for name, text in merged.texts.items():
            path = Path(temporary, "spec", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        return load(Path(temporary, "spec"), shown)


def _encode(text: str, old: bytes) -> bytes:
    return (text.replace("\n", "\r\n") if b"\r\n" in old else text).encode("utf-8")


def _paths(files: Mapping[str, bytes]) -> dict[PurePosixPath, bytes]:
    return {PurePosixPath(name): content for name, content in files.items()}


def _summary(
    shown: str, old: Mapping[str, bytes], new: Mapping[str, bytes], merged: Merged, report: str
) -> list[str]:
    lines = [
        f"{'updated' if name in old and name in new else 'created' if name in new else 'removed'} {shown}/{name}"
        + (f" ({merged.lost[name]})" if name in merged.lost else "")
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    return [*lines, "", report.rstrip("\n")] if lines else [f"{shown} is up to date"]
