"""The beginning of an API: a small commented spec that generates at once, and its table in pyproject.toml.

The spec is read before anything is written, and so is the pyproject.toml as it will be: a text edit that keeps every character that is there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from string import Template
from typing import cast

from msgspec import Struct

from . import config, naming
from .diagnostics import DISK, InvalidSpec, UsageError, display_path
from .links import way_out
from .schema_export import write_schemas
from .spec import load
from .toml_positions import places

_FOLDER = Path(__file__).with_suffix("")


class Scaffold(Struct, frozen=True):
    """What was written."""

    name: str
    spec: Path
    out: Path
    layout: str
    pyproject: Path
    created: bool
    """Whether the pyproject.toml is new."""
    in_builds: bool
    """Whether the project's builds have specloom."""

    def told(self) -> str:
        """What was done, and what to do next."""
        what = "the package" if self.layout == "package" else "a project of its own:"
        lines = [
            f"{display_path(self.spec)}: a small spec, and JSON schemas for editors",
            f"{display_path(self.pyproject)}: {'begun with' if self.created else 'with'} [tool.specloom.clients.{self.name}], {what} {display_path(self.out)}",
            "",
            f"next: edit {display_path(self.spec)}, then run specloom generate",
        ]
        if self.layout == "package" and not self.in_builds:
            lines.append(
                'to generate in every build, add "specloom" to build-system.requires; for hatchling, [tool.hatch.build.hooks.specloom] too'
            )
        return "\n".join(lines) + "\n"


def begin(name: str, here: Path) -> Scaffold:
    """Begin an API in the project of a folder; raises `UsageError`, with nothing written, if it cannot."""
    package = naming.snake(name)
    if not package:
        raise UsageError(f"an API cannot be called {name!r}; use letters, digits, `-` and `_`")
    pyproject = _pyproject(here)
    created = not pyproject.exists()
    text = "" if created else config.read(pyproject)
    known = config.parse(pyproject, text)
    spec = pyproject.parent / "specs" / package
    if spec.exists() and (not spec.is_dir() or any(spec.iterdir())):
        raise UsageError(
            f"{display_path(spec)} is there already; choose another name, or write [tool.specloom.clients.{package}] yourself"
        )
    link = way_out(spec, pyproject.parent)
    if link is not None:
        raise UsageError(
            f"{display_path(link)} is a link that leads out of the project; replace it by a folder"
        )
    row = _row(pyproject.parent, known, package)
    edited = _edited(pyproject, text, known, package, row)
    files = _starter(name, package)
    try:
        spec.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            (spec / file).write_bytes(content)
        write_schemas(spec)
        _replace(pyproject, edited)
    except OSError as error:
        raise UsageError(f"{error.filename or spec}: {error.strerror or error}", DISK) from None
    requires = config.table(known, "build-system").get("requires", [])
    return Scaffold(
        package,
        spec,
        pyproject.parent / row["out"],
        row.get("layout", "project"),
        pyproject,
        created,
        "specloom" in str(requires),
    )


def _pyproject(here: Path) -> Path:
    """The project's: the nearest that has clients already, else the nearest, else one to come."""
    nearest: Path | None = None
    for folder in (here, *here.parents):
        file = folder / config.NAME
        if file.is_file():
            nearest = nearest or file
            if "specloom" in config.table(config.parse(file, config.read(file)), "tool"):
                return file
    return nearest or here / config.NAME


def _row(root: Path, known: Mapping[str, object], package: str) -> dict[str, str]:
    """The client's settings: a package of the project if this is one, else a project of its own."""
    row = {"spec": f"specs/{package}"}
    if "project" not in known:
        return row | {"out": f"clients/{package}"}
    source = "src/" if (root / "src").is_dir() or _builds_src(known) else ""
    return row | {"out": f"{source}{package}", "layout": "package"}


def _builds_src(known: Mapping[str, object]) -> bool:
    """Whether the build settings, of hatchling or setuptools, say that packages lie in `src`, which may not be there yet."""
    tool = config.table(known, "tool")
    wheel = reduce(config.table, ("build", "targets", "wheel"), config.table(tool, "hatch"))
    find = reduce(config.table, ("packages", "find"), config.table(tool, "setuptools"))
    named: list[object] = [wheel.get("packages"), find.get("where")]
    return any(
        str(path).split("/")[0] == "src"
        for paths in named
        if isinstance(paths, list)
        for path in cast(list[object], paths)
    )


def _edited(
    file: Path, text: str, known: Mapping[str, object], package: str, row: Mapping[str, str]
) -> str:
    """The document with the client's table, after those of other clients or at the end."""
    clients = config.table(config.table(config.table(known, "tool"), "specloom"), "clients")
    if package in clients:
        raise UsageError(f"{display_path(file)} has a client {package} already")
    newline = "\r\n" if "\r\n" in text else "\n"
    table = newline.join(
        [
            f"[tool.specloom.clients.{package}]",
            *(f'{key} = "{value}"' for key, value in row.items()),
            "",
        ]
    )
    after = places(text).ends.get(("tool", "specloom"), len(text))
    at = text.find("\n", after) + 1 or len(text)  # behind a comment on the line
    before = text[:at].rstrip()
    edited = (
        (before + newline * 2 if before else "")
        + table
        + (newline + text[at:].lstrip("\r\n") if text[at:].strip() else "")
    )
    try:
        found = config.parse(file, edited)
    except InvalidSpec:
        found = {}
    made = config.table(config.table(config.table(found, "tool"), "specloom"), "clients")
    if made.pop(package, None) != row or made != clients:
        raise UsageError(
            f"{display_path(file)} writes its clients inline, so none can be added below; add {package} there, with {table.split(newline, 1)[1]}"
        )
    return edited


def _starter(name: str, package: str) -> dict[str, bytes]:
    """The files of the spec, which was read once."""
    words = {"package": package, "client": naming.pascal(package), "title": naming.pascal(package)}
    files = {
        file.name: Template(file.read_text("utf-8")).substitute(words).encode("utf-8")
        for file in sorted(_FOLDER.glob("*.yaml"))
    }
    with tempfile.TemporaryDirectory() as folder:
        for file, content in files.items():
            Path(folder, file).write_bytes(content)
        try:
            load(Path(folder))
        except InvalidSpec as error:
            problem = error.problems[0]
            raise UsageError(
                f"an API cannot be called {name}: {problem.message}"
                + (f"; {problem.hint}" if problem.hint else "")
            ) from None
    return files


def _replace(file: Path, text: str) -> None:
    """The file with another text, all or nothing."""
    staged = file.with_name(f".{file.name}.specloom")
    staged.unlink(missing_ok=True)  # it would be written through if it were a link
    with staged.open("xb") as opened:
        opened.write(text.encode("utf-8"))
    if file.exists():
        staged.chmod(file.stat().st_mode)
    os.replace(staged, file)
