"""Named types: classes of models, enumerations, unions."""

from __future__ import annotations

from msgspec import Struct

from ..model import (
    Enumeration,
    EnumValue,
    NamedType,
    Object,
    TypeName,
    Union,
    UnionType,
    json_text,
    wire_text,
)
from .changes import Changes, Sides
from .describing import both, expression, names, python_name
from .fields import Fields, Subject
from .matching import Pairs
from .texts import Texts
from .types import UNKNOWN, Types


class NamedTypesComparison(Struct, frozen=True):
    """Compares the types that an API declares, and says what it finds."""

    pairs: Pairs
    changes: Changes
    texts: Texts
    fields: Fields

    def compare(self) -> None:
        pairs = self.pairs
        for name, named in pairs.old.types.items():
            if name in pairs.types:
                self._named(name, pairs.types[name])
            elif pairs.in_use(name):
                self.changes.add(
                    "type-removed",
                    pairs.sides(name),
                    self._old_name(name),
                    "",
                    (None, None),
                    named.location,
                )
        known = set(pairs.types.values())
        for name, named in pairs.new.types.items():
            if name not in known and pairs.in_new_use(name):
                self.changes.add(
                    "type-added",
                    ("request", "answer"),
                    self._new_name(name),
                    "",
                    (None, None),
                    named.location,
                )

    def _named(self, old_name: TypeName, new_name: TypeName) -> None:
        old, new = self.pairs.old.types[old_name], self.pairs.new.types[new_name]
        sides, subject = self.pairs.sides(old_name), self._new_name(new_name)
        self._name(old_name, new_name, sides, new)
        for part in ("title", "description"):
            self.texts.text(
                sides, subject, part, getattr(old, part), getattr(new, part), new.location
            )
        if old_name in self.pairs.flat:
            return
        match old, new:
            case Object(), Object():
                self._structure(subject, sides, old, new)
            case Enumeration(), Enumeration():
                self._enumeration(subject, sides, old, new)
            case UnionType(), UnionType():
                self._union(subject, sides, old, new)
            case _:
                self.changes.add(
                    "type-changed", sides, subject, "", (_kind(old), _kind(new)), new.location
                )

    def _name(self, old: TypeName, new: TypeName, sides: Sides, at: NamedType) -> None:
        """What programs import it by."""
        was, is_ = self._old_name(old), self._new_name(new)
        if old.name != new.name or (was != is_ and old.module != new.module):
            if old.name != new.name or not self._moved_with_resource(old, new):
                self.changes.add("type-renamed", sides, is_, "", (was, is_), at.location)
        elif was != is_ and new.name in self.pairs.new.ambiguous:
            self.changes.add("type-name-shared", sides, is_, "", (was, is_), at.location)
        elif old.module != new.module and not self._moved_with_resource(old, new):
            modules = both(lambda name: ".".join(("models", *name.module)), old, new)
            self.changes.add("type-moved", sides, is_, "", modules, at.location)

    def _moved_with_resource(self, old: TypeName, new: TypeName) -> bool:
        return any(
            (*now, *old.module[len(before) :]) == new.module and old.module[: len(before)] == before
            for before, now in self.pairs.resources.items()
        )

    def _structure(self, subject: str, sides: Sides, old: Object, new: Object) -> None:
        self.fields.of_structure(Subject(subject, "field", sides), old.fields, new.fields)

    def _enumeration(self, subject: str, sides: Sides, old: Enumeration, new: Enumeration) -> None:
        if _kind(old) != _kind(new):
            self.changes.add(
                "type-changed", sides, subject, "", (_kind(old), _kind(new)), new.location
            )
            return
        if old.closed != new.closed:
            state = ("open", "closed")
            rule = "enum-closed" if new.closed else "enum-opened"
            self.changes.add(
                rule, sides, subject, "", (state[old.closed], state[new.closed]), new.location
            )
        before, now = {value.value: value for value in old.values}, {
            value.value: value for value in new.values
        }
        for value in old.values:
            if value.value not in now:
                self.changes.add(
                    "enum-value-removed",
                    sides,
                    subject,
                    _value(value),
                    (json_text(value.value), None),
                    old.location,
                )
            else:
                self._enum_value(subject, sides, value, now[value.value], new)
        for value in new.values:
            if value.value not in before:
                rule = "closed-enum-value-added" if old.closed else "enum-value-added"
                self.changes.add(
                    rule,
                    sides,
                    subject,
                    _value(value),
                    (None, json_text(value.value)),
                    new.location,
                )
        ours, theirs = [one for one in before if one in now], [one for one in now if one in before]
        if ours != theirs:
            self.changes.add(
                "order-changed",
                sides,
                subject,
                "values",
                (names(map(wire_text, ours)), names(map(wire_text, theirs))),
                new.location,
            )

    def _enum_value(
        self, subject: str, sides: Sides, old: EnumValue, new: EnumValue, owner: Enumeration
    ) -> None:
        if old.name != new.name:
            self.changes.add(
                "enum-value-renamed",
                sides,
                subject,
                _value(new),
                (old.name, new.name),
                owner.location,
            )
        self.texts.text(
            sides, subject, f"text of {_value(new)}", old.text, new.text, owner.location
        )

    def _union(self, subject: str, sides: Sides, old: UnionType, new: UnionType) -> None:
        was, is_ = expression(Union(old.members)), expression(Union(new.members))
        if old.tag != new.tag:
            if old.tag is None or new.tag is None:
                rule = "member-added" if new.tag else "member-removed"
                unknown = (was, f"{is_} | {UNKNOWN}") if new.tag else (f"{was} | {UNKNOWN}", is_)
                self.changes.add(rule, sides, subject, "", unknown, new.location)
            else:
                self.changes.add(
                    "tag-changed", sides, subject, "", (old.tag, new.tag), new.location
                )
        for side in sorted(sides):
            for found in Types(self.pairs, side, lists=True).members(
                old.members, new.members, was=was, is_=is_
            ):
                self.changes.add(
                    found.rule, [side], subject, found.part, (found.old, found.new), new.location
                )

    def _old_name(self, name: TypeName) -> str:
        return python_name(name, self.pairs.old.ambiguous)

    def _new_name(self, name: TypeName) -> str:
        return python_name(name, self.pairs.new.ambiguous)


def _value(value: EnumValue) -> str:
    return f"value `{wire_text(value.value)}`"


def _kind(named: NamedType) -> str:
    match named:
        case Enumeration():
            return "an enumeration of " + (
                "texts" if isinstance(named.values[0].value, str) else "integers"
            )
        case UnionType():
            return "a union"
        case Object():
            return "an object"
