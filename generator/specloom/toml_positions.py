"""Positions of the keys and values of a TOML document, which `tomllib` does not keep.

Only documents that `tomllib` has accepted are scanned, so nothing is validated here. A path is the sequence of keys from the root, with an
index for each array.
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
_KEY = re.compile(r'[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_SCALAR = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}'  # up to two quotes may precede the closing three
    r'|"(?:[^"\\]|\\.)*"|\'[^\']*\''
    r"|[^\s,\]}#]+(?: [0-9:.]+[^\s,\]}#]*)?",  # a number, a boolean or a time, which may contain a space
    re.DOTALL,
)


class TextRange(Struct, frozen=True):
    """Line and column, counted from 1 in code points, and the length on that line."""

    line: int
    column: int
    length: int


class TomlPositions(Struct):
    """Positions in a document. A table is at its own header, else where a header or key first names it."""

    keys: dict[Path, TextRange] = field(default_factory=dict[Path, TextRange])
    values: dict[Path, TextRange] = field(default_factory=dict[Path, TextRange])
    ends: dict[Path, int] = field(default_factory=dict[Path, int])
    """For each table with a header, the offset of the end of its content, without blank lines and comments after it."""

    def value_at(self, path: Path) -> TextRange:
        """Return the position of a value; of its key, if no value is written; else of the nearest parent that exists."""
        while path:
            if position := self.values.get(path) or self.keys.get(path):
                return position
            path = path[:-1]
        return TextRange(1, 1, 1)

    def key_at(self, path: Path) -> TextRange:
        """Return the position of a key; for an item of an array, that of the item."""
        return self.keys.get(path) or self.value_at(path)


def locate(text: str) -> TomlPositions:
    """Return the positions of all keys and values of a valid document."""
    return _Scanner(text).document()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.offset = 0
        self.positions = TomlPositions()
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._array_lengths: Counter[Path] = Counter()

    def document(self) -> TomlPositions:
        table: Path = ()
        self._skip_blanks()
        while self.offset < len(self.text):
            if self.text[self.offset] == "[":
                table = self._header()
            else:
                self._pair(table)
            for length in range(len(table) + 1):
                self.positions.ends[table[:length]] = self.offset
            self._skip_blanks()
        return self.positions

    def _header(self) -> Path:
        """Scan `[a.b]` or `[[a.b]]`; return the path of the table."""
        brackets = 2 if self.text.startswith("[[", self.offset) else 1
        self.offset += brackets
        path, position = self._key(())
        self.offset += brackets
        if brackets == 2:
            path = (*path, self._array_lengths[path])
            self._array_lengths[path[:-1]] += 1
        self.positions.keys[path] = position
        return path

    def _pair(self, table: Path) -> None:
        path, position = self._key(table)
        self.positions.keys[path] = position
        self.offset += 1  # =
        self._value(path)

    def _key(self, table: Path) -> tuple[Path, TextRange]:
        """Scan a dotted key; return its path and the position of its last part. The other parts are recorded if they are new."""
        path = table
        self._skip_blanks()
        while True:
            token = _text(_KEY.match(self.text, self.offset))
            path = (*self._last_item(path), _name(token))
            position = self._range(self.offset, self.offset + len(token))
            self.positions.keys.setdefault(path, position)
            self.offset += len(token)
            dot = _DOT.match(self.text, self.offset)
            if dot is None:
                break
            self.offset = dot.end()
        self._skip_blanks()
        return path, position

    def _last_item(self, path: Path) -> Path:
        """Return the path of the last table of an array of tables; any other path unchanged."""
        return (*path, self._array_lengths[path] - 1) if self._array_lengths.get(path) else path

    def _value(self, path: Path) -> None:
        self._skip_blanks()
        start = self.offset
        match self.text[self.offset]:
            case "[":
                self._items(path)
            case "{":
                self._inline(path)
            case _:
                self.offset += len(_text(_SCALAR.match(self.text, self.offset)))
        self.positions.values[path] = self._range(start, self.offset)

    def _items(self, path: Path) -> None:
        self.offset += 1
        index = 0
        while not self._at_closing_bracket("]"):
            self._value((*path, index))
            index += 1

    def _inline(self, path: Path) -> None:
        self.offset += 1
        while not self._at_closing_bracket("}"):
            self._pair(path)

    def _at_closing_bracket(self, bracket: str) -> bool:
        """Skip blanks, a comma and the closing bracket; return whether there was one."""
        self._skip_blanks()
        if self.text[self.offset] == ",":
            self.offset += 1
            self._skip_blanks()
        closed = self.text[self.offset] == bracket
        self.offset += closed
        return closed

    def _skip_blanks(self) -> None:
        self.offset = _end(_BLANK.match(self.text, self.offset))

    def _range(self, start: int, end: int) -> TextRange:
        line = bisect_right(self._starts, start)
        length = len(self.text[start:end].split("\n")[0].rstrip("\r"))
        return TextRange(line, start - self._starts[line - 1] + 1, max(1, length))


def _name(token: str) -> str:
    """Return the name of a bare or quoted key."""
    if token[0] in "\"'":
        parsed: Mapping[str, object] = tomllib.loads(f"{token} = 0")
        return next(iter(parsed))
    return token


def _text(match: re.Match[str] | None) -> str:
    assert match is not None, "only valid TOML is scanned"
    return match[0]


def _end(match: re.Match[str] | None) -> int:
    assert match is not None, "the pattern also matches the empty string"
    return match.end()
