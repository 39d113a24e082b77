"""The folder of a spec: which files there are, what their names mean, and their texts.

    _api.yaml  _types.yaml  orders.yaml  orders.md  orders.query.zh.md  orders/refunds.yaml  orders.query.json

The tree of files is the tree of resources. Symbolic links are followed inside the folder only; a spec never reads anything else.
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
    """A YAML file. `module` is the resource's path, ends in `_types` for shared types, and is empty for the API."""

    kind: validation.Kind
    module: tuple[str, ...]
    root: MapNode
    relative: str


class MarkdownNote(Struct, frozen=True):
    """A Markdown file: `about` are the parts of its name."""

    folder: tuple[str, ...]
    about: tuple[str, ...]
    text: str
    location: SourceLocation


class SpecFolder(Struct):
    path: Path
    shown: str
    diagnostics: DiagnosticCollector
    documents: list[Document] = field(default_factory=list[Document])
    notes: list[MarkdownNote] = field(default_factory=list[MarkdownNote])
    files: list[Path] = field(default_factory=list[Path])
    json_files: set[str] = field(default_factory=set[str])
    bodies: dict[str, Node | None] = field(default_factory=dict[str, "Node | None"])
    resources: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    """Paths of all resource files, also of those that cannot be read."""
    complete: bool = True
    """Whether every YAML file could be read; if not, what the others say of it cannot be judged."""

    def body(self, named: Scalar, module: tuple[str, ...]) -> Node | None:
        """The JSON file that `body_file` names in a file of this module, or None with a problem reported."""
        name = "/".join((*module[:-1], named.text))
        if not _BODY_FILE.fullmatch(named.text):
            self.diagnostics.add(
                named,
                "body-file",
                "`body_file` names a .json file in the folder of this file",
                "as orders.query.json",
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
                    "body-file",
                    f"there is no file `{named.text}` here",
                    did_you_mean(named.text, sorted(near)),
                )
                return None
            source = files.read(path, f"{self.shown}/{name}", self.diagnostics)
            self.files.append(path)
            if source:
                self.bodies[name] = json_reader.parse(source, self.diagnostics)
        return self.bodies[name]

    def check_bodies(self) -> None:
        """Reports JSON files that no example names."""
        for name in sorted(self.json_files - self.bodies.keys()):
            location = SourceLocation(printable(f"{self.shown}/{name}"), 1, 1)
            self.diagnostics.add_at(
                location,
                "stray-body",
                "no example names this file",
                "name it: body_file, or payload_file of an event",
            )


def read(path: Path, shown: str, diagnostics: DiagnosticCollector) -> SpecFolder:
    """Reads all files of the folder, in the order of their names, and checks the shape of each."""
    folder = SpecFolder(path, shown, diagnostics)
    if not path.is_dir():
        diagnostics.add_at(SourceLocation(shown, 1, 1), "no-folder", "there is no such folder")
        folder.complete = False
        return folder
    for parents, file in _walk(path, (), folder):
        _read_file(file, parents, folder)
    if not (path / "_api.yaml").is_file():
        diagnostics.add_at(
            SourceLocation(shown, 1, 1),
            "no-api",
            "the folder has no `_api.yaml`, which every spec begins with",
        )
        folder.complete = False
    return folder


def _walk(
    directory: Path, parents: tuple[str, ...], folder: SpecFolder
) -> Iterator[tuple[tuple[str, ...], Path]]:
    """The files below a directory with the names of the directories above them."""
    try:
        children = sorted(directory.iterdir(), key=lambda child: child.name)
    except OSError as error:
        folder.diagnostics.add_at(
            _location(parents, directory, folder),
            "unreadable",
            f"the folder cannot be read: {error.strerror or error}",
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
                "a symbolic link to a folder, or out of the spec's folder, is not followed",
            )
        elif not child.is_dir():
            yield parents, child
        elif len(parents) >= MAX_FOLDER_DEPTH:
            folder.diagnostics.add_at(
                location, "too-deep", f"more than {MAX_FOLDER_DEPTH} folders lie in one another"
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
        wanted = path.stem + (".yaml" if suffix.lower() == ".yml" else suffix.lower())
        diagnostics.add_at(
            location,
            "file-name",
            f"files of a spec end in .yaml, .md or .json, not {suffix}",
            f"call it {wanted}",
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
            location, "file-name", "`_api.yaml` stands in the first folder of a spec only"
        )
        return None
    return "resource" if _check_name(stem, location, diagnostics, top=not parents) else None


def _check_name(
    name: str, location: SourceLocation, diagnostics: DiagnosticCollector, top: bool = False
) -> bool:
    """Whether a file or folder may be called so: it becomes a module, an attribute and a page."""
    reason, hint = "", ""
    if name.startswith("_"):
        reason, hint = (
            "names that begin with `_` are the language's own: `_api.yaml` and `_types.yaml`",
            "",
        )
    elif not naming.is_snake(name):
        wanted = naming.snake(name)
        reason, hint = f"`{name}` cannot be the name of a resource", (
            f"call it {wanted}" if wanted else "lower case letters, digits and `_`"
        )
    elif name in WINDOWS_DEVICES:
        reason = f"`{name}` is the name of a device on Windows, where no file can be called so"
    elif len(name) > MAX_NAME_LENGTH:
        reason = f"the name has more than {MAX_NAME_LENGTH} characters"
    elif top and name in naming.RESERVED_ON_CLIENT:
        reason, hint = (
            f"`{name}` is a method of every client",
            f"its name is not sent: call it {name}_resource, or by what it is",
        )
    elif name in naming.RESERVED_RESOURCES:
        reason, hint = (
            f"`{name}` means something else in every client",
            f"its name is not sent: call it {name}_resource, or by what it is",
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
    shown = "/".join((folder.shown, *parents, path.name)) if path != folder.path else folder.shown
    return SourceLocation(printable(shown), 1, 1)


def _inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link that leads to itself
        return False
