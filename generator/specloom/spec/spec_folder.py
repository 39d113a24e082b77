"""Spec folder: finds the files of a spec, and reads them by the meaning of their names.

    _api.yaml  _types.yaml  orders.yaml  orders.md  orders.query.zh.md  orders/refunds.yaml  orders.query.json

The tree of files is the tree of resources. Symbolic links are followed only inside the folder; nothing outside is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field

from .. import naming
from ..diagnostics import printable
from ..model import SourceLocation
from . import charset, files, json_reader, validation, yaml_reader
from .collector import DiagnosticCollector, did_you_mean
from .nodes import MapNode, Node, Scalar

MAX_NAME_LENGTH = 100
MAX_FOLDER_DEPTH = 10
WINDOWS_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
_BODY_FILE = re.compile(
    r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*\.json", re.ASCII
)


class Document(Struct, frozen=True):
    """A YAML file. `module` is the path of a resource, ends in `_types` for shared types, and is empty for the API."""

    kind: validation.Kind
    module: tuple[str, ...]
    root: MapNode
    relative: str


class MarkdownNote(Struct, frozen=True):
    """A Markdown file; `about` are the parts of its name."""

    folder: tuple[str, ...]
    about: tuple[str, ...]
    text: str
    location: SourceLocation


class SpecFolder(Struct):
    """The files of a spec that have been read."""

    path: Path
    display_path: str
    diagnostics: DiagnosticCollector
    documents: list[Document] = field(default_factory=list[Document])
    notes: list[MarkdownNote] = field(default_factory=list[MarkdownNote])
    files: list[Path] = field(default_factory=list[Path])
    json_files: set[str] = field(default_factory=set[str])
    bodies: dict[str, Node | None] = field(default_factory=dict[str, "Node | None"])
    resources: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    """Paths of all resource files, including unreadable ones."""
    complete: bool = True
    """True if every YAML file could be read; if not, references between files cannot be checked."""

    def body(self, named: Scalar, module: tuple[str, ...]) -> Node | None:
        """Return the content of the JSON file that `body_file` names, or None after reporting a problem."""
        name = "/".join((*module[:-1], named.text))
        if not _BODY_FILE.fullmatch(named.text):
            self.diagnostics.add(
                named,
                "invalid-body-file",
                f"invalid `body_file` name `{named.text}`",
                "name a .json file in the same folder, such as orders.query.json",
            )
            return None
        if name not in self.bodies:
            self.bodies[name] = None
            path = self.path / name
            if not _inside(path, self.path) or not path.is_file():
                near = {
                    known.removeprefix("/".join(module[:-1]) + "/") for known in self.json_files
                }
                self.diagnostics.add(
                    named,
                    "unknown-file",
                    f"file `{named.text}` does not exist in this folder",
                    did_you_mean(named.text, sorted(near)),
                )
                return None
            source = files.read(path, f"{self.display_path}/{name}", self.diagnostics)
            self.files.append(path)
            if source:
                self.bodies[name] = json_reader.parse(source, self.diagnostics)
        return self.bodies[name]

    def check_bodies(self) -> None:
        """Report JSON files that no example uses."""
        for name in sorted(self.json_files - self.bodies.keys()):
            location = SourceLocation(printable(f"{self.display_path}/{name}"), 1, 1)
            self.diagnostics.add_at(
                location,
                "unused-file",
                "file is not used by any example",
                "name it in `body_file` or `payload_file`, or delete it",
            )


def read(path: Path, display_path: str, diagnostics: DiagnosticCollector) -> SpecFolder:
    """Read all files of the folder, in the order of their names, and validate each."""
    folder = SpecFolder(path, display_path, diagnostics)
    if not path.is_dir():
        diagnostics.add_at(
            SourceLocation(display_path, 1, 1), "missing-folder", "folder does not exist"
        )
        folder.complete = False
        return folder
    for parents, file in _walk(path, (), folder):
        _read_file(file, parents, folder)
    if not (path / "_api.yaml").is_file():
        diagnostics.add_at(
            SourceLocation(display_path, 1, 1),
            "missing-api-file",
            "folder has no `_api.yaml`",
            "create it; every spec has one",
        )
        folder.complete = False
    return folder


def _walk(
    directory: Path, parents: tuple[str, ...], folder: SpecFolder
) -> Iterator[tuple[tuple[str, ...], Path]]:
    """Yield the files below a directory with the names of their parent directories."""
    try:
        children = sorted(directory.iterdir(), key=lambda child: child.name)
    except OSError as error:
        folder.diagnostics.add_at(
            _location(parents, directory, folder),
            "unreadable-file",
            f"cannot read the folder: {error.strerror or error}",
        )
        return
    for child in children:
        if child.name.startswith("."):
            continue
        location = _location(parents, child, folder)
        if child.is_symlink() and (child.is_dir() or not _inside(child, folder.path)):
            folder.diagnostics.add_at(
                location,
                "symlink",
                "symbolic link to a folder, or to a file outside the spec folder",
                "replace it with a copy",
            )
        elif not child.is_dir():
            yield parents, child
        elif len(parents) >= MAX_FOLDER_DEPTH:
            folder.diagnostics.add_at(
                location,
                "too-deep",
                f"more than {MAX_FOLDER_DEPTH} nested folders",
                "move the files up",
            )
        elif _check_name(child.name, location, folder.diagnostics):
            yield from _walk(child, (*parents, child.name), folder)


def _read_file(path: Path, parents: tuple[str, ...], folder: SpecFolder) -> None:
    diagnostics, location = folder.diagnostics, _location(parents, path, folder)
    suffix = path.suffix
    if suffix == ".json":
        folder.json_files.add("/".join((*parents, path.name)))
    elif suffix == ".md":
        _read_note(path, parents, folder)
    elif suffix == ".yaml":
        kind = _kind(path.stem, parents, location, diagnostics)
        if kind is None:
            return
        module = () if kind == "api" else (*parents, path.stem)
        if kind == "resource":
            folder.resources.add(module)
        folder.files.append(path)
        source = files.read(path, location.path, diagnostics)
        root = yaml_reader.parse(source, diagnostics) if source else None
        if root is None:
            folder.complete = False
            return
        validation.check(root, kind, diagnostics)
        if isinstance(root, MapNode):
            folder.documents.append(Document(kind, module, root, "/".join((*parents, path.name))))
    elif suffix.lower() in {".yml", ".yaml", ".json", ".md"}:
        suggestion = path.stem + (".yaml" if suffix.lower() == ".yml" else suffix.lower())
        diagnostics.add_at(
            location,
            "file-name",
            f"invalid file extension {suffix}; expected .yaml, .md or .json",
            f"rename it to {suggestion}",
        )


def _kind(
    stem: str, parents: tuple[str, ...], location: SourceLocation, diagnostics: DiagnosticCollector
) -> validation.Kind | None:
    if stem == "_types":
        return "types"
    if stem == "_api" and not parents:
        return "api"
    if stem == "_api":
        diagnostics.add_at(
            location,
            "file-name",
            "`_api.yaml` in a subfolder",
            "move it to the root of the spec folder",
        )
        return None
    return "resource" if _check_name(stem, location, diagnostics, top=not parents) else None


def _check_name(
    name: str, location: SourceLocation, diagnostics: DiagnosticCollector, top: bool = False
) -> bool:
    """Return whether a file or folder may have this name, which becomes a module, an attribute and a page."""
    reason, hint = "", ""
    if name.startswith("_"):
        reason, hint = (
            f"invalid name `{name}`: a leading `_` is reserved for `_api.yaml` and `_types.yaml`",
            "remove the `_`",
        )
    elif not naming.is_snake(name):
        suggestion = naming.snake(name)
        reason, hint = f"invalid resource name `{name}`", (
            f"rename it to {suggestion}" if suggestion else "use lower-case letters, digits and `_`"
        )
    elif name in WINDOWS_DEVICES:
        reason, hint = f"`{name}` is a reserved device name on Windows", "use another name"
    elif len(name) > MAX_NAME_LENGTH:
        reason, hint = f"name has more than {MAX_NAME_LENGTH} characters", "shorten it"
    elif top and name in naming.RESERVED_ON_CLIENT:
        reason, hint = (
            f"resource name `{name}` is a method of every client",
            f"use {name}_resource or another name; it is not sent to the server",
        )
    elif name in naming.RESERVED_RESOURCES:
        reason, hint = (
            f"resource name `{name}` is reserved",
            f"use {name}_resource or another name; it is not sent to the server",
        )
    if reason:
        diagnostics.add_at(location, "file-name", reason, hint)
    return not reason


def _read_note(path: Path, parents: tuple[str, ...], folder: SpecFolder) -> None:
    location = _location(parents, path, folder)
    source = files.read(path, location.path, folder.diagnostics)
    folder.files.append(path)
    if source and charset.check(source, folder.diagnostics):
        folder.notes.append(
            MarkdownNote(parents, tuple(path.stem.split(".")), source.text.strip(), location)
        )


def _location(parents: tuple[str, ...], path: Path, folder: SpecFolder) -> SourceLocation:
    display_path = (
        "/".join((folder.display_path, *parents, path.name))
        if path != folder.path
        else folder.display_path
    )
    return SourceLocation(printable(display_path), 1, 1)


def _inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link to itself
        return False
