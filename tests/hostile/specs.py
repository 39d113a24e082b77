"""Specs with replaceable texts: every scalar, key, note, JSON text and file name is a slot."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

import yaml

from .fragments import SEEN

_PROSE = frozenset({"title", "description", "reason", "remedy", "when", "since", "deprecated"})
_ROWS = frozenset({"units", "values", "enum"})
_NAMES = frozenset(
    {"path", "query", "header", "cookie", "body", "form", "parts", "fields", "payload", "headers"}
)
_LANGUAGES = frozenset({"en", "zh"})
_PLAIN = re.compile(r"[A-Za-z0-9_.+-]+|~")


class Slot(NamedTuple):
    """A replaceable text: the n-th scalar of a file, its whole content, or its name."""

    file: str
    kind: Literal["value", "key", "note", "name"]
    number: int
    about: tuple[str, ...]

    @property
    def is_prose(self) -> bool:
        """True if only people read it."""
        about = self.about[:-1] if self.about[-1:] and self.about[-1] in _LANGUAGES else self.about
        if self.kind != "value" or about[-1:] == ("as",) or not _NAMES.isdisjoint(about[-2:-1]):
            return False
        return not _PROSE.isdisjoint(about[-1:]) or not _ROWS.isdisjoint(about[-2:-1])


@dataclass(frozen=True)
class Spec:
    """The files of a spec: YAML and JSON as trees, notes as texts."""

    trees: Mapping[str, yaml.Node]
    notes: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path) -> Spec:
        trees: dict[str, yaml.Node] = {}
        notes: dict[str, str] = {}
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            name, text = file.relative_to(folder).as_posix(), file.read_text("utf-8")
            if file.suffix == ".md":
                notes[name] = text
            else:
                node = yaml.compose(text, Loader=yaml.CSafeLoader)
                assert node is not None
                trees[name] = node
        return cls(trees, notes)

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        all_slots = [
            Slot(file, kind, number, about)
            for file, tree in self.trees.items()
            for number, (kind, about, _) in enumerate(_scalars(tree, ()))
        ]
        all_slots += [Slot(file, "note", 0, ()) for file in self.notes]
        return (*all_slots, *(Slot(file, "name", 0, ()) for file in (*self.trees, *self.notes)))

    def text(self, slot: Slot) -> str:
        """Return the text of a slot."""
        if slot.kind == "note":
            return self.notes[slot.file]
        if slot.kind == "name":
            return slot.file
        return str(
            next(
                node.value
                for number, (_, _, node) in enumerate(_scalars(self.trees[slot.file], ()))
                if number == slot.number
            )
        )

    def files(self, texts: Mapping[Slot, str]) -> dict[str, str]:
        """Return the files with these texts in their slots."""
        contents: dict[str, str] = {}
        for file, tree in self.trees.items():
            new = {
                slot.number: text
                for slot, text in texts.items()
                if slot.file == file and slot.kind in ("key", "value")
            }
            nodes = (
                {
                    id(node): new[number]
                    for number, (_, _, node) in enumerate(_scalars(tree, ()))
                    if number in new
                }
                if new
                else {}
            )
            contents[file] = _written(tree, nodes, json_only=file.endswith(".json")) + "\n"
        for file, note in self.notes.items():
            contents[file] = texts.get(Slot(file, "note", 0, ()), note)
        for slot, text in texts.items():
            if slot.kind == "name":
                contents[_file_name(text, slot.file)] = contents.pop(slot.file)
        return contents


def attacks(spec: Spec, seed: int) -> dict[Slot, str]:
    """Return the texts of attack number `seed`: half of the time one text, else all prose at once, or a few texts anywhere."""
    chance = random.Random(seed)
    prose = [slot for slot in spec.slots if slot.is_prose or slot.kind == "note"]
    values = [slot for slot in spec.slots if slot.kind == "value"]
    way = chance.randrange(8)
    if way < 4:
        slots = [chance.choice(values if way < 3 else spec.slots)]
    elif way < 6:
        slots = [slot for slot in prose if chance.random() < 0.7]
    else:
        slots = chance.sample(spec.slots, chance.randint(2, 5))
    return {
        slot: _put(chance.choice(SEEN), spec.text(slot), chance, whole=len(slots) > 5)
        for slot in slots
    }


def write(files: Mapping[str, str], folder: Path) -> None:
    """Write a spec folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))


def _put(fragment: str, text: str, chance: random.Random, *, whole: bool) -> str:
    if whole:  # an empty text would be a problem, and the rest would not be tried
        return f"x{fragment}" if not fragment.strip() or fragment in ("~", "null") else fragment
    return chance.choice(
        [fragment, fragment, text + fragment, fragment + text, text + "\n", text + " " + fragment]
    )


def _scalars(
    node: yaml.Node, about: tuple[str, ...]
) -> Iterator[tuple[Literal["key", "value"], tuple[str, ...], yaml.ScalarNode]]:
    """Yield all scalars in order, with the keys that lead to them."""
    match node:
        case yaml.ScalarNode():
            yield "value", about, node
        case yaml.SequenceNode():
            for item in node.value:
                yield from _scalars(item, about)
        case yaml.MappingNode():
            for key, value in node.value:
                yield "key", about, key
                yield from _scalars(value, (*about, str(key.value)))


def _written(node: yaml.Node, new: Mapping[int, str], *, json_only: bool) -> str:
    """Return the tree in flow style; new texts are quoted, so that they reach their slots whole."""
    match node:
        case yaml.ScalarNode():
            if id(node) in new:
                return _quoted(new[id(node)], json_only=json_only)
            text = str(node.value)
            return (
                text
                if not node.style and _PLAIN.fullmatch(text)
                else _quoted(text, json_only=json_only)
            )
        case yaml.SequenceNode():
            return (
                "["
                + ", ".join(_written(item, new, json_only=json_only) for item in node.value)
                + "]"
            )
        case yaml.MappingNode():
            rows = (
                (_written(key, new, json_only=json_only), _written(value, new, json_only=json_only))
                for key, value in node.value
            )
            return (
                "{"
                + ",\n".join(
                    f"{'? ' if len(key) > 1000 else ''}{key}: {value}" for key, value in rows
                )
                + "}"
            )
        case _:
            raise TypeError(node)


def _quoted(text: str, *, json_only: bool) -> str:
    if json_only:
        return json.dumps(text)
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _file_name(text: str, old: str) -> str:
    """Return a valid file name with the suffix of the old one."""
    stem = re.sub(r"[/\0]", "_", text).encode()[:200].decode("utf-8", "ignore")
    name = stem if stem.endswith(Path(old).suffix) else stem + Path(old).suffix
    return (Path(old).parent / name.lstrip(".")).as_posix() if name.strip(".") else old
