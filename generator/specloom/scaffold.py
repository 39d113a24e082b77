"""Scaffold for a new API: a small, commented spec, and its table in pyproject.toml.

The spec and the edited pyproject.toml are validated before anything is written. The edit keeps every character of the file.
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
from .links import escaping_link
from .schema_export import write_schemas
from .spec import load
from .toml_positions import locate

_FOLDER = Path(__file__).with_suffix("")


class Scaffold(Struct, frozen=True):
    """The files and settings of a new API."""

    name: str
    spec: Path
    out: Path
    layout: str
    pyproject: Path
    created: bool
    """True if the pyproject.toml is new."""
    in_builds: bool
    """True if `build-system.requires` has specloom."""

    def summary(self) -> str:
        """Return a report of the created files, and the next steps."""
        output = "the package" if self.layout == "package" else "the project"
        lines = [
            f"created {display_path(self.spec)}: a small spec, and JSON schemas for editors",
            f"{'created' if self.created else 'edited'} {display_path(self.pyproject)}: [tool.specloom.clients.{self.name}] generates {output} {display_path(self.out)}",
            "",
            f"next: edit {display_path(self.spec)}, then run specloom generate",
        ]
        if self.layout == "package" and not self.in_builds:
            lines.append(
                'to generate in every build, add "specloom" to build-system.requires; for hatchling, also add [tool.hatch.build.hooks.specloom]'
            )
        return "\n".join(lines) + "\n"


def check_new(package: str, start: Path) -> None:
    """Raise `UsageError` if the project of a folder has a spec or a client of this name."""
    pyproject = _find_pyproject(start)
    text = config.read(pyproject) if pyproject.exists() else ""
    content = config.parse(pyproject, text)
    _check_spec(pyproject.parent, package)
    _add_client(
        pyproject, text, content, package, _client_settings(pyproject.parent, content, package)
    )


def _check_spec(root: Path, package: str) -> Path:
    """Return the spec folder of a new API; raises `UsageError` if it exists or is outside the project."""
    spec = root / "specs" / package
    if spec.exists() and (not spec.is_dir() or any(spec.iterdir())):
        raise UsageError(
            f"{display_path(spec)} already exists; choose another name, or add [tool.specloom.clients.{package}] to pyproject.toml for it"
        )
    link = escaping_link(spec, root)
    if link is not None:
        raise UsageError(
            f"{display_path(link)} is a link to a folder outside the project; replace it by a folder"
        )
    return spec


def create(name: str, start: Path, files: Mapping[str, bytes] | None = None) -> Scaffold:
    """Create the scaffold in the project of a folder, with these files of a valid spec or a small one.

    Raises `UsageError`, with nothing written, if that is not possible.
    """
    package = naming.snake(name)
    if not package:
        raise UsageError(f"invalid API name {name!r}; use letters, digits, `-` and `_`")
    pyproject = _find_pyproject(start)
    created = not pyproject.exists()
    text = "" if created else config.read(pyproject)
    content = config.parse(pyproject, text)
    spec = _check_spec(pyproject.parent, package)
    settings = _client_settings(pyproject.parent, content, package)
    edited = _add_client(pyproject, text, content, package, settings)
    files = files or _spec_files(name, package)
    try:
        spec.mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            (spec / file).parent.mkdir(parents=True, exist_ok=True)
            (spec / file).write_bytes(data)
        write_schemas(spec)
        _replace(pyproject, edited)
    except OSError as error:
        raise UsageError(f"{error.filename or spec}: {error.strerror or error}", DISK) from None
    requires = config.table(content, "build-system").get("requires", [])
    return Scaffold(
        package,
        spec,
        pyproject.parent / settings["out"],
        settings.get("layout", "project"),
        pyproject,
        created,
        "specloom" in str(requires),
    )


def _find_pyproject(start: Path) -> Path:
    """Return the nearest pyproject.toml upwards with `[tool.specloom]`, else the nearest, else a new one in the folder."""
    nearest: Path | None = None
    for folder in (start, *start.parents):
        file = folder / config.NAME
        if file.is_file():
            nearest = nearest or file
            if "specloom" in config.table(config.parse(file, config.read(file)), "tool"):
                return file
    return nearest or start / config.NAME


def _client_settings(root: Path, pyproject: Mapping[str, object], package: str) -> dict[str, str]:
    """Return the client's settings: a package of the project if there is a `[project]` table, else a project of its own."""
    settings = {"spec": f"specs/{package}"}
    if "project" not in pyproject:
        return settings | {"out": f"clients/{package}"}
    source = "src/" if (root / "src").is_dir() or _builds_src(pyproject) else ""
    return settings | {"out": f"{source}{package}", "layout": "package"}


def _builds_src(pyproject: Mapping[str, object]) -> bool:
    """Return whether the build settings of hatchling or setuptools name the folder `src`, which may not exist yet."""
    tool = config.table(pyproject, "tool")
    wheel = reduce(config.table, ("build", "targets", "wheel"), config.table(tool, "hatch"))
    find = reduce(config.table, ("packages", "find"), config.table(tool, "setuptools"))
    settings: list[object] = [wheel.get("packages"), find.get("where")]
    return any(
        str(path).split("/")[0] == "src"
        for paths in settings
        if isinstance(paths, list)
        for path in cast(list[object], paths)
    )


def _add_client(
    file: Path,
    text: str,
    content: Mapping[str, object],
    package: str,
    settings: Mapping[str, str],
) -> str:
    """Return the text with the client's table, after those of other clients or at the end."""
    clients = config.table(config.table(config.table(content, "tool"), "specloom"), "clients")
    if package in clients:
        raise UsageError(
            f"{display_path(file)} already has a client {package}; choose another name"
        )
    newline = "\r\n" if "\r\n" in text else "\n"
    table = newline.join(
        [
            f"[tool.specloom.clients.{package}]",
            *(f'{key} = "{value}"' for key, value in settings.items()),
            "",
        ]
    )
    end = locate(text).ends.get(("tool", "specloom"), len(text))
    offset = text.find("\n", end) + 1 or len(text)  # after a comment on the line
    before = text[:offset].rstrip()
    edited = (
        (before + newline * 2 if before else "")
        + table
        + (newline + text[offset:].lstrip("\r\n") if text[offset:].strip() else "")
    )
    try:
        edited_content = config.parse(file, edited)
    except InvalidSpec:
        edited_content = {}
    edited_clients = config.table(
        config.table(config.table(edited_content, "tool"), "specloom"), "clients"
    )
    if edited_clients.pop(package, None) != settings or edited_clients != clients:
        raise UsageError(
            f"cannot add a table to {display_path(file)}, which has its clients inline; add {package} there, with {table.split(newline, 1)[1]}"
        )
    return edited


def _spec_files(name: str, package: str) -> dict[str, bytes]:
    """Return the files of the spec, after loading it once."""
    values = {"package": package, "client": naming.pascal(package), "title": naming.pascal(package)}
    files = {
        file.name: Template(file.read_text("utf-8")).substitute(values).encode("utf-8")
        for file in sorted(_FOLDER.glob("*.yaml"))
    }
    with tempfile.TemporaryDirectory() as folder:
        for file, data in files.items():
            Path(folder, file).write_bytes(data)
        try:
            load(Path(folder))
        except InvalidSpec as error:
            problem = error.problems[0]
            raise UsageError(
                f"invalid API name {name}: {problem.message}"
                + (f"; {problem.hint}" if problem.hint else "")
            ) from None
    return files


def _replace(file: Path, text: str) -> None:
    """Replace the text of a file atomically."""
    staged = file.with_name(f".{file.name}.specloom")
    staged.unlink(missing_ok=True)  # it may be a link
    with staged.open("xb") as opened:
        opened.write(text.encode("utf-8"))
    if file.exists():
        staged.chmod(file.stat().st_mode)
    os.replace(staged, file)
