"""Where the keys and values of a TOML document stand; `tomllib` reads what they are and forgets the place.

Only texts that `tomllib` has accepted are scanned, so nothing is checked here. A path is the keys from the root down, with the index for
what lies in an array.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct, field

Path: TypeAlias = "tuple[str | int, ...]"

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_WORD = re.compile(r'[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_SCALAR = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}'  # a quote may stand before the last three
    r'|"(?:[^"\\]|\\.)*"|\'[^\']*\''
    r"|[^\s,\]}#]+(?: [0-9:.]+[^\s,\]}#]*)?",  # a number, a boolean, or a time, which may have a blank in it
    re.DOTALL,
)


class TextRange(Struct, frozen=True):
    """Line and column from 1, in code points, and the length on that line."""

    line: int
    column: int
    length: int


class TomlPositions(Struct):
    """The places of a document. A table that several headers name stands where its own does, else where it is first named."""

    keys: dict[Path, TextRange] = field(default_factory=dict[Path, TextRange])
    values: dict[Path, TextRange] = field(default_factory=dict[Path, TextRange])
    ends: dict[Path, int] = field(default_factory=dict[Path, int])
    """For each table with a header: where what stands under it ends, without the blank lines and comments after it."""

    def of(self, path: Path) -> TextRange:
        """Where a value stands; for what has none written, its key; else that of what it would lie in."""
        while path:
            if found := self.values.get(path) or self.keys.get(path):
                return found
            path = path[:-1]
        return TextRange(1, 1, 1)

    def of_key(self, path: Path) -> TextRange:
        """Where a key stands; for an item of an array, the item."""
        return self.keys.get(path) or self.of(path)


def places(text: str) -> TomlPositions:
    """The places of everything in a valid document."""
    return _Scan(text).document()


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found = TomlPositions()
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._counted: Counter[Path] = Counter()

    def document(self) -> TomlPositions:
        table: Path = ()
        self._skip()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            for length in range(len(table) + 1):
                self.found.ends[table[:length]] = self.at
            self._skip()
        return self.found

    def _header(self) -> Path:
        """`[a.b]` or `[[a.b]]`; the path of the table that follows."""
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        path, spot = self._key(())
        self.at += brackets
        if brackets == 2:
            path = (*path, self._counted[path])
            self._counted[path[:-1]] += 1
        self.found.keys[path] = spot
        return path

    def _pair(self, table: Path) -> None:
        path, spot = self._key(table)
        self.found.keys[path] = spot
        self.at += 1  # =
        self._value(path)

    def _key(self, table: Path) -> tuple[Path, TextRange]:
        """A dotted key and where its last part stands; the others stand here if nowhere before."""
        path = table
        self._skip()
        while True:
            token = _found(_WORD.match(self.text, self.at))
            path = (*self._latest(path), _name(token))
            spot = self._spot(self.at, self.at + len(token))
            self.found.keys.setdefault(path, spot)
            self.at += len(token)
            dot = _DOT.match(self.text, self.at)
            if dot is None:
                break
            self.at = dot.end()
        self._skip()
        return path, spot

    def _latest(self, path: Path) -> Path:
        """A header below an array of tables means the last of them."""
        return (*path, self._counted[path] - 1) if self._counted.get(path) else path

    def _value(self, path: Path) -> None:
        self._skip()
        start = self.at
        match self.text[self.at]:
            case "[":
                self._items(path)
            case "{":
                self._inline(path)
            case _:
                self.at += len(_found(_SCALAR.match(self.text, self.at)))
        self.found.values[path] = self._spot(start, self.at)

    def _items(self, path: Path) -> None:
        self.at += 1
        index = 0
        while not self._closed("]"):
            self._value((*path, index))
            index += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while not self._closed("}"):
            self._pair(path)

    def _closed(self, bracket: str) -> bool:
        """Steps over blanks and a comma; whether the bracket came."""
        self._skip()
        if self.text[self.at] == ",":
            self.at += 1
            self._skip()
        closed = self.text[self.at] == bracket
        self.at += closed
        return closed

    def _skip(self) -> None:
        self.at = _found_end(_BLANK.match(self.text, self.at))

    def _spot(self, start: int, end: int) -> TextRange:
        line = bisect_right(self._starts, start)
        length = len(self.text[start:end].split("\n")[0].rstrip("\r"))
        return TextRange(line, start - self._starts[line - 1] + 1, max(1, length))


def _name(token: str) -> str:
    """The name that a bare or quoted key spells."""
    if token[0] in "\"'":
        parsed: Mapping[str, object] = tomllib.loads(f"{token} = 0")
        return next(iter(parsed))
    return token


def _found(match: re.Match[str] | None) -> str:
    assert match is not None, "only valid TOML is scanned"
    return match[0]


def _found_end(match: re.Match[str] | None) -> int:
    assert match is not None, "this pattern matches nothing, too"
    return match.end()
