"""Documents: JSON and YAML files as plain values, and references between them.

Only local files are read: the document and the files that relative references name, in its folder or below. References are followed on
demand, so cycles are safe; aliases of YAML share their value, and are counted, so that they cannot grow without limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias, cast
from urllib.parse import unquote

from ... import bounded
from ...diagnostics import display_path
from .parsing import Unreadable, parse
from .positions import Positions

MAX_BYTES = 64 * bounded.MEGABYTE
MAX_CHAIN = 50
MAX_FILES = 2_000

Step: TypeAlias = str | int
Pointer: TypeAlias = tuple[Step, ...]


class Document:
    """One file: its values, and where they are in its text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = display_path(path)
        try:
            content = bounded.read(path, MAX_BYTES)
        except OSError as error:
            raise Unreadable(f"cannot read {self.name}: {error.strerror or error}") from None
        self.text = _decoded(content)
        self.root, self.duplicates = parse(self.text, self.name)
        self.positions = Positions(self.text)


class At:
    """A value in a document: the value, its file, and the way to it."""

    __slots__ = ("document", "path", "value")

    def __init__(self, value: object, document: Document, path: Pointer = ()) -> None:
        self.value = value
        self.document = document
        self.path = path

    def get(self, key: str) -> At | None:
        """Return the value of a key, or None if this is no map or has no such key."""
        known = self.map
        return At(known[key], self.document, (*self.path, key)) if key in known else None

    def entries(self) -> Iterator[tuple[str, At]]:
        """Yield the keys and values of a map; none for anything else."""
        for key, value in self.map.items():
            yield key, At(value, self.document, (*self.path, key))

    def items(self) -> Iterator[At]:
        """Yield the items of a list; none for anything else."""
        listed = cast("list[object]", self.value) if self.is_list else []
        for index, value in enumerate(listed):
            yield At(value, self.document, (*self.path, index))

    def text(self, key: str) -> str:
        """Return a text; empty if it is absent or something else."""
        found = self.raw(key)
        return found if isinstance(found, str) else ""

    def flag(self, key: str) -> bool:
        return self.raw(key) is True

    def raw(self, key: str) -> object:
        """Return the plain value of a key, or None."""
        return self.map.get(key)

    @property
    def is_map(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    @property
    def map(self) -> dict[str, object]:
        """The value as a map; empty if it is something else."""
        return cast("dict[str, object]", self.value) if self.is_map else {}

    def replaced(self, value: object) -> At:
        """Return another value at the same position."""
        return At(value, self.document, self.path)

    @property
    def key(self) -> tuple[str, Pointer]:
        """Identity of the position."""
        return str(self.document.path), self.path

    @property
    def pointer(self) -> str:
        """JSON pointer (RFC 6901)."""
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in self.path)


class DocumentSet:
    """The document and the files that it refers to."""

    def __init__(self, path: Path) -> None:
        self.main = Document(path)
        self.folder = path.resolve().parent
        self._files: dict[Path, Document | None] = {path.resolve(): self.main}
        self._targets: dict[tuple[Path, str], At | None] = {}

    @property
    def root(self) -> At:
        return At(self.main.root, self.main)

    def documents(self) -> list[Document]:
        return [document for document in self._files.values() if document]

    def follow(self, at: At) -> At | None:
        """Return the value behind a chain of references; None if it leads nowhere or in a circle."""
        for _ in range(MAX_CHAIN):
            reference = at.raw("$ref")
            if not isinstance(reference, str):
                return at
            target = self.target(at, reference)
            if target is None:
                return None
            at = target
        return None

    def target(self, at: At, reference: str) -> At | None:
        """Return the value that a reference names, which may be a reference itself; None if there is none."""
        known = (at.document.path, reference)
        if known not in self._targets:
            self._targets[known] = self._find(at.document, reference)
        return self._targets[known]

    def _find(self, document: Document, reference: str) -> At | None:
        file, _, fragment = reference.partition("#")
        named = self._open(document, file) if file else document
        if named is None:
            return None
        if fragment and not fragment.startswith("/"):
            return self._anchored(named, fragment)
        at = At(named.root, named)
        for part in fragment.split("/")[1:]:
            found = _child(at, part)
            if found is None:
                return None
            at = found
        return at

    def _anchored(self, document: Document, name: str) -> At | None:
        """Return the schema with an `$anchor`, or a component of this name (a common slip)."""
        root = At(document.root, document)
        for keys in (("components", "schemas"), ("definitions",), ("$defs",)):
            at: At | None = root
            for key in keys:
                at = at and at.get(key)
            for key, schema in at.entries() if at else ():
                if schema.raw("$anchor") == name or key == name:
                    return schema
        return None

    def _open(self, document: Document, file: str) -> Document | None:
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", file):
            return None  # nothing is downloaded
        try:
            path = (document.path.parent / unquote(file)).resolve()
        except (OSError, ValueError):
            return None
        if path not in self._files:
            if not path.is_relative_to(self.folder) or len(self._files) >= MAX_FILES:
                return None
            try:
                self._files[path] = Document(path)
            except Unreadable:
                self._files[path] = None
        return self._files[path]


def _child(at: At, part: str) -> At | None:
    """Return the child that one part of a pointer names, with and without the escapes of URLs."""
    for text in dict.fromkeys((part, unquote(part))):
        name = text.replace("~1", "/").replace("~0", "~")
        found = at.get(name)
        if found is None and name.isdecimal() and at.is_list:
            found = next((item for i, item in enumerate(at.items()) if i == int(name[:9])), None)
        if found is not None:
            return found
    return None


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
