"""Parser of documents: JSON by the standard library, YAML from the events of libyaml.

YAML scalars are read by the core schema of YAML 1.2, but keys are always texts, and numbers with a fraction are exact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import cast

import yaml

MAX_DEPTH = 200
MAX_ALIASED = 500_000
_INTEGER = re.compile(r"[-+]?[0-9]{1,100}|0o[0-7]{1,100}|0x[0-9a-fA-F]{1,100}")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,4})?")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Unreadable(Exception):
    """A file that is neither JSON nor YAML, or too large or too deep; the message says why."""


def parse(text: str, name: str) -> tuple[object, list[str]]:
    """Return the value of a document and its duplicate keys, of which the last value counts; raises `Unreadable`."""
    start = text.lstrip()[:1]
    if start in "{[" and start:
        try:
            return _json(text)
        except RecursionError:
            raise Unreadable(f"{name} has more than {MAX_DEPTH} nested levels") from None
        except ValueError as error:
            reason = str(error)
            try:  # YAML in flow style looks like JSON
                return _Composer(text, name).compose()
            except Unreadable:
                raise Unreadable(f"{name} is not valid JSON: {reason}") from None
    return _Composer(text, name).compose()


def _json(text: str) -> tuple[object, list[str]]:
    duplicates: list[str] = []

    def pairs(entries: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(entries)
        if len(found) < len(entries):
            keys = [key for key, _ in entries]
            duplicates.extend(key for key in found if keys.count(key) > 1)
        return found

    value = json.loads(
        text,
        parse_float=_decimal,
        parse_int=_integer,
        parse_constant=lambda word: word,
        object_pairs_hook=pairs,
    )
    if _is_deep(value):
        raise RecursionError
    return value, duplicates


def _integer(text: str) -> object:
    return int(text) if len(text) < 100 else text


def _decimal(text: str) -> object:
    return Decimal(text) if len(text) < 100 and _NUMBER.fullmatch(text) else text


def _is_deep(root: object) -> bool:
    level: list[object] = [root]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return True
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                below += cast("dict[str, object]", value).values()
            elif isinstance(value, list):
                below += cast("list[object]", value)
        level = below
    return False


class _Composer:
    """Builds values from events, with a stack of open collections."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.open: list[tuple[dict[str, object] | list[object], str | None, int]] = []
        self.keys: list[str | None] = []
        self.anchors: dict[str, tuple[object, int]] = {}
        self.pending: set[str] = set()
        self.root: object = None
        self.count = 0
        self.aliased = 0
        self.duplicates: list[str] = []

    def compose(self) -> tuple[object, list[str]]:
        documents = 0
        try:
            for event in _events(self.text):
                match event:
                    case yaml.ScalarEvent():
                        self.count += 1
                        self._attach(_scalar(event), event.value)
                        if event.anchor:
                            self.anchors[event.anchor] = (_scalar(event), 1)
                    case yaml.MappingStartEvent():
                        self._begin({}, event.anchor)
                    case yaml.SequenceStartEvent():
                        self._begin([], event.anchor)
                    case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                        value, anchor, before = self.open.pop()
                        self.keys.pop()
                        if anchor:
                            self.pending.discard(anchor)
                            self.anchors[anchor] = (value, self.count - before)
                    case yaml.AliasEvent():
                        self._alias(event.anchor or "")
                    case yaml.DocumentStartEvent():
                        documents += 1
                        if documents > 1:
                            break  # further documents are none of the first
                    case _:
                        pass
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f", line {mark.line + 1}" if mark else ""
            reason = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
            raise Unreadable(f"{self.name}{where}: invalid YAML: {reason}") from None
        return self.root, self.duplicates

    def _begin(self, value: dict[str, object] | list[object], anchor: str | None) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise Unreadable(f"{self.name} has more than {MAX_DEPTH} nested levels")
        self._attach(value, "")
        self.count += 1
        self.open.append((value, anchor, self.count))
        self.keys.append(None)
        if anchor:
            self.pending.add(anchor)

    def _alias(self, name: str) -> None:
        if name in self.pending or name not in self.anchors:
            raise Unreadable(f"{self.name}: the alias *{name} is inside its own anchor or has none")
        value, weight = self.anchors[name]
        self.count += weight
        self.aliased += weight
        if self.aliased > MAX_ALIASED:
            raise Unreadable(f"{self.name}: aliases expand to more than {MAX_ALIASED:,} values")
        self._attach(value, value if isinstance(value, str) else "")

    def _attach(self, value: object, text: str) -> None:
        if not self.open:
            self.root = value
            return
        parent = self.open[-1][0]
        if isinstance(parent, list):
            parent.append(value)
        elif self.keys[-1] is None:
            if isinstance(value, dict | list):
                raise Unreadable(f"{self.name}: a key is a list or a map")
            self.keys[-1] = text
        else:
            key, self.keys[-1] = self.keys[-1], None
            if key == "<<" and isinstance(value, dict):
                for each, merged in cast("dict[str, object]", value).items():
                    parent.setdefault(each, merged)
                return
            if key in parent:
                self.duplicates.append(key)
            parent[key] = value


def _scalar(event: yaml.ScalarEvent) -> object:
    text: str = event.value
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if len(text) < 100 and _NUMBER.fullmatch(text):
        return Decimal(text)
    return text


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=yaml.CSafeLoader)  # pyright: ignore[reportUnknownMemberType]
