"""Positions of values in the text of a document, found when a report needs them.

The text is read once more, for all pointers at once: JSON is nearly YAML, so libyaml's marks serve for both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import yaml

from .parsing import MAX_DEPTH

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+', re.DOTALL)


class Positions:
    """Lines and columns by pointer, from 1."""

    def __init__(self, text: str) -> None:
        self._text = text

    def find(self, pointers: Iterable[tuple[str | int, ...]]) -> dict[tuple[str | int, ...], int]:
        """Return the line of each value, or of the nearest value around it."""
        wanted = {pointer[:depth] for pointer in pointers for depth in range(len(pointer) + 1)}
        try:
            lines = self._json(wanted) if self._text.lstrip()[:1] == "{" else self._yaml(wanted)
        except (yaml.YAMLError, ValueError):
            lines = {}
        return lines

    def _yaml(self, wanted: set[tuple[str | int, ...]]) -> dict[tuple[str | int, ...], int]:
        lines: dict[tuple[str | int, ...], int] = {}
        stack: list[tuple[tuple[str | int, ...], bool, list[str | int | None]]] = []

        def step(value: str | None, line: int) -> tuple[str | int, ...] | None:
            """Return the pointer of a value; None if it is a key."""
            if not stack:
                return ()
            pointer, is_map, state = stack[-1]
            if is_map:
                if state[0] is None:
                    state[0] = name = value or ""
                    if (*pointer, name) in wanted:
                        lines.setdefault((*pointer, name), line)
                    return None
                key, state[0] = state[0], None
                return (*pointer, key)
            index = state[0]
            assert isinstance(index, int)
            state[0] = index + 1
            return (*pointer, index)

        for event in yaml.parse(self._text, Loader=yaml.CSafeLoader):  # pyright: ignore
            line = event.start_mark.line + 1 if event.start_mark else 1
            match event:
                case yaml.ScalarEvent() | yaml.AliasEvent():
                    found = step(getattr(event, "value", ""), line)
                    if found is not None and found in wanted:
                        lines.setdefault(found, line)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    found = step(None, line) or ()
                    if found in wanted:
                        lines.setdefault(found, line)
                    is_map = isinstance(event, yaml.MappingStartEvent)
                    stack.append((found, is_map, [None if is_map else 0]))
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    stack.pop()
                case _:
                    pass
        return lines

    def _json(self, wanted: set[tuple[str | int, ...]]) -> dict[tuple[str | int, ...], int]:
        lines: dict[tuple[str | int, ...], int] = {}
        stack: list[tuple[bool, list[str | int]]] = []
        path: list[str | int] = []
        line, before = 1, 0
        expects_key = False
        for match in _TOKEN.finditer(self._text):
            token = match[0]
            first = token[0]
            if first in ":,":
                if first == "," and stack:
                    expects_key = stack[-1][0]
                    if not stack[-1][0]:
                        index = path[-1]
                        path[-1] = index + 1 if isinstance(index, int) else 0
                continue
            if first in "]}":
                if stack:
                    stack.pop()
                    path.pop()
                expects_key = False
                continue
            if expects_key and first == '"':
                path[-1] = json.loads(token)
                expects_key = False
                continue
            pointer = tuple(path)
            if pointer in wanted and pointer not in lines:
                line += self._text.count("\n", before, match.start())
                before = match.start()
                lines[pointer] = line
            if first in "{[":
                if len(stack) > MAX_DEPTH:
                    break
                stack.append((first == "{", []))
                path.append("" if first == "{" else 0)
                expects_key = first == "{"
        return lines
