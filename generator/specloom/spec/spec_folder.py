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
from .collector import Findings, did_you_mean
from .nodes import MapNode, Node, Scalar

LONGEST_NAME = 100
DEEPEST = 10
DEVICES = frozenset(
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
    place: SourceLocation


class Folder(Struct):
    path: Path
    shown: str
    findings: Findings
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
            self.findings.add(
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
                self.findings.add(
                    named,
                    "body-file",
                    f"there is no file `{named.text}` here",
                    did_you_mean(named.text, sorted(near)),
                )
                return None
            source = files.read(path, f"{self.shown}/{name}", self.findings)
            self.files.append(path)
            if source:
                self.bodies[name] = json_reader.parse(source, self.findings)
        return self.bodies[name]

    def check_bodies(self) -> None:
        """Reports JSON files that no example names."""
        for name in sorted(self.json_files - self.bodies.keys()):
            place = SourceLocation(printable(f"{self.shown}/{name}"), 1, 1)
            self.findings.add_at(
                place,
                "stray-body",
                "no example names this file",
                "name it: body_file, or payload_file of an event",
            )


def read(path: Path, shown: str, findings: Findings) -> Folder:
    """Reads all files of the folder, in the order of their names, and checks the shape of each."""
    folder = Folder(path, shown, findings)
    if not path.is_dir():
        findings.add_at(SourceLocation(shown, 1, 1), "no-folder", "there is no such folder")
        folder.complete = False
        return folder
    for parents, file in _walk(path, (), folder):
        _read_file(file, parents, folder)
    if not (path / "_api.yaml").is_file():
        findings.add_at(
            SourceLocation(shown, 1, 1),
            "no-api",
            "the folder has no `_api.yaml`, which every spec begins with",
        )
        folder.complete = False
    return folder


def _walk(
    directory: Path, parents: tuple[str, ...], folder: Folder
) -> Iterator[tuple[tuple[str, ...], Path]]:
    """The files below a directory with the names of the directories above them."""
    try:
        children = sorted(directory.iterdir(), key=lambda child: child.name)
    except OSError as error:
        folder.findings.add_at(
            _place(parents, directory, folder),
            "unreadable",
            f"the folder cannot be read: {error.strerror or error}",
        )
        return
    for child in children:
        if child.name.startswith("."):
            continue
        place = _place(parents, child, folder)
        if child.is_symlink() and (child.is_dir() or not _inside(child, folder.path)):
            folder.findings.add_at(
                place,
                "symlink",
                "a symbolic link to a folder, or out of the spec's folder, is not followed",
            )
        elif not child.is_dir():
            yield parents, child
        elif len(parents) >= DEEPEST:
            folder.findings.add_at(
                place, "too-deep", f"more than {DEEPEST} folders lie in one another"
            )
        elif _check_name(child.name, place, folder.findings):
            yield from _walk(child, (*parents, child.name), folder)


def _read_file(path: Path, parents: tuple[str, ...], folder: Folder) -> None:
    findings, place = folder.findings, _place(parents, path, folder)
    suffix = path.suffix
    if suffix == ".json":
        folder.json_files.add("/".join((*parents, path.name)))
    elif suffix == ".md":
        _read_note(path, parents, folder)
    elif suffix == ".yaml":
        kind = _kind(path.stem, parents, place, findings)
        if kind is None:
            return
        module = () if kind == "api" else (*parents, path.stem)
        if kind == "resource":
            folder.resources.add(module)
        folder.files.append(path)
        source = files.read(path, place.path, findings)
        root = yaml_reader.parse(source, findings) if source else None
        if root is None:
            folder.complete = False
            return
        validation.check(root, kind, findings)
        if isinstance(root, MapNode):
            folder.documents.append(Document(kind, module, root, "/".join((*parents, path.name))))
    elif suffix.lower() in {".yml", ".yaml", ".json", ".md"}:
        wanted = path.stem + (".yaml" if suffix.lower() == ".yml" else suffix.lower())
        findings.add_at(
            place,
            "file-name",
            f"files of a spec end in .yaml, .md or .json, not {suffix}",
            f"call it {wanted}",
        )


def _kind(
    stem: str, parents: tuple[str, ...], place: SourceLocation, findings: Findings
) -> validation.Kind | None:
    if stem == "_types":
        return "types"
    if stem == "_api" and not parents:
        return "api"
    if stem == "_api":
        findings.add_at(place, "file-name", "`_api.yaml` stands in the first folder of a spec only")
        return None
    return "resource" if _check_name(stem, place, findings, top=not parents) else None


def _check_name(name: str, place: SourceLocation, findings: Findings, top: bool = False) -> bool:
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
    elif name in DEVICES:
        reason = f"`{name}` is the name of a device on Windows, where no file can be called so"
    elif len(name) > LONGEST_NAME:
        reason = f"the name has more than {LONGEST_NAME} characters"
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
        findings.add_at(place, "file-name", reason, hint)
    return not reason


def _read_note(path: Path, parents: tuple[str, ...], folder: Folder) -> None:
    place = _place(parents, path, folder)
    source = files.read(path, place.path, folder.findings)
    folder.files.append(path)
    if source and charset.check(source, folder.findings):
        folder.notes.append(
            MarkdownNote(parents, tuple(path.stem.split(".")), source.text.strip(), place)
        )


def _place(parents: tuple[str, ...], path: Path, folder: Folder) -> SourceLocation:
    shown = "/".join((folder.shown, *parents, path.name)) if path != folder.path else folder.shown
    return SourceLocation(printable(shown), 1, 1)


def _inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link that leads to itself
        return False
