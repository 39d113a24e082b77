"""Comparison of named types: objects, enumerations, unions."""

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
from .describing import comma_list, describe_both, expression, python_name
from .fields import FieldComparison, Subject
from .matching import Matching
from .texts import TextComparison
from .types import UNKNOWN, TypeComparison


class NamedTypeComparison(Struct, frozen=True):
    """Compares the named types of two APIs."""

    matching: Matching
    changes: Changes
    texts: TextComparison
    fields: FieldComparison

    def compare(self) -> None:
        matching = self.matching
        for name, named in matching.old.types.items():
            if name in matching.types:
                self._label(name, matching.types[name])
            elif matching.is_in_use(name):
                self.changes.add(
                    "type-removed",
                    matching.sides(name),
                    self._old_name(name),
                    "",
                    (None, None),
                    named.location,
                )
        known = set(matching.types.values())
        for name, named in matching.new.types.items():
            if name not in known and matching.is_new_in_use(name):
                self.changes.add(
                    "type-added",
                    ("request", "response"),
                    self._new_name(name),
                    "",
                    (None, None),
                    named.location,
                )

    def _label(self, old_name: TypeName, new_name: TypeName) -> None:
        old, new = self.matching.old.types[old_name], self.matching.new.types[new_name]
        sides, subject = self.matching.sides(old_name), self._new_name(new_name)
        self._name(old_name, new_name, sides, new)
        for attribute in ("title", "description"):
            self.texts.compare(
                sides,
                subject,
                attribute,
                getattr(old, attribute),
                getattr(new, attribute),
                new.location,
            )
        if old_name in self.matching.flattened:
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

    def _name(self, old: TypeName, new: TypeName, sides: Sides, named: NamedType) -> None:
        """Compare the names by which programs import a type."""
        old_text, new_text = self._old_name(old), self._new_name(new)
        if old.name != new.name or (old_text != new_text and old.module != new.module):
            if old.name != new.name or not self._moved_with_resource(old, new):
                self.changes.add(
                    "type-renamed", sides, new_text, "", (old_text, new_text), named.location
                )
        elif old_text != new_text and new.name in self.matching.new.ambiguous:
            self.changes.add(
                "type-name-shared", sides, new_text, "", (old_text, new_text), named.location
            )
        elif old.module != new.module and not self._moved_with_resource(old, new):
            modules = describe_both(lambda name: ".".join(("models", *name.module)), old, new)
            self.changes.add("type-moved", sides, new_text, "", modules, named.location)

    def _moved_with_resource(self, old: TypeName, new: TypeName) -> bool:
        return any(
            (*after, *old.module[len(before) :]) == new.module
            and old.module[: len(before)] == before
            for before, after in self.matching.resources.items()
        )

    def _structure(self, subject: str, sides: Sides, old: Object, new: Object) -> None:
        self.fields.compare_all(Subject(subject, "field", sides), old.all_fields, new.all_fields)

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
        before, after = {value.value: value for value in old.values}, {
            value.value: value for value in new.values
        }
        for value in old.values:
            if value.value not in after:
                self.changes.add(
                    "enum-value-removed",
                    sides,
                    subject,
                    _value(value),
                    (json_text(value.value), None),
                    old.location,
                )
            else:
                self._enum_value(subject, sides, value, after[value.value], new)
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
        old_order, new_order = [listed for listed in before if listed in after], [
            listed for listed in after if listed in before
        ]
        if old_order != new_order:
            self.changes.add(
                "order-changed",
                sides,
                subject,
                "values",
                (comma_list(map(wire_text, old_order)), comma_list(map(wire_text, new_order))),
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
        self.texts.compare(
            sides, subject, f"text of {_value(new)}", old.text, new.text, owner.location
        )

    def _union(self, subject: str, sides: Sides, old: UnionType, new: UnionType) -> None:
        old_text, new_text = expression(Union(old.members)), expression(Union(new.members))
        if old.tag != new.tag:
            if old.tag is None or new.tag is None:
                rule = "union-member-added" if new.tag else "union-member-removed"
                unknown = (
                    (old_text, f"{new_text} | {UNKNOWN}")
                    if new.tag
                    else (f"{old_text} | {UNKNOWN}", new_text)
                )
                self.changes.add(rule, sides, subject, "", unknown, new.location)
            else:
                self.changes.add(
                    "tag-changed", sides, subject, "", (old.tag, new.tag), new.location
                )
        for side in sorted(sides):
            for found in TypeComparison(self.matching, side, in_list=True).compare_members(
                old.members, new.members, old_text=old_text, new_text=new_text
            ):
                self.changes.add(
                    found.rule, [side], subject, found.part, (found.old, found.new), new.location
                )

    def _old_name(self, name: TypeName) -> str:
        return python_name(name, self.matching.old.ambiguous)

    def _new_name(self, name: TypeName) -> str:
        return python_name(name, self.matching.new.ambiguous)


def _value(value: EnumValue) -> str:
    return f"value `{wire_text(value.value)}`"


def _kind(named: NamedType) -> str:
    match named:
        case Enumeration():
            return "an enumeration of " + (
                "strings" if isinstance(named.values[0].value, str) else "integers"
            )
        case UnionType():
            return "a union"
        case Object():
            return "an object"
