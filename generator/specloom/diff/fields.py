"""Comparison of fields: arguments of endpoints and attributes of models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..model import Field, Nullable, SourceLocation, json_text
from ..targets.client_interface import constant
from .changes import BOTH, Changes, Direction, Sides
from .describing import comma_list, describe_both, describe_field, describe_value, expression
from .matching import Matching
from .texts import TextComparison
from .types import TypeComparison

_NONE, _UNSET = "None", "UNSET"


class Subject(Struct, frozen=True):
    """Owner of fields, and the use of the fields in programs."""

    name: str
    noun: str
    """`argument` or `field`."""
    sides: Sides

    @property
    def is_call(self) -> bool:
        return self.noun == "argument"


class FieldComparison(Struct, frozen=True):
    """Compares the fields of matched endpoints and types."""

    matching: Matching
    changes: Changes
    texts: TextComparison

    def compare_all(self, subject: Subject, old: Sequence[Field], new: Sequence[Field]) -> None:
        """Compare all fields of an owner."""
        pairs = pair_fields(old, new)
        for before, after in pairs:
            self.compare(subject, before, after)
        paired_old = {before.wire for before, _ in pairs}
        for field in old:
            if field.wire not in paired_old:
                self.report_removed(subject, field)
        paired_new = {after.wire for _, after in pairs}
        for field in new:
            if field.wire not in paired_new:
                self.report_added(subject, field)
        self.compare_order(subject, pairs, old, new)

    def report_added(self, subject: Subject, field: Field) -> None:
        fixed = constant(field) is not None
        for side in subject.sides:
            rule = (
                "required-field-added"
                if side == "request" and field.required and not fixed and not field.fill
                else "field-added"
            )
            rule = "constant-changed" if fixed and subject.is_call else rule
            self.changes.add(
                rule,
                [side],
                subject.name,
                _label(subject, field),
                (None, describe_field(field)),
                field.location,
            )

    def report_removed(self, subject: Subject, field: Field) -> None:
        rule = (
            "constant-changed"
            if constant(field) is not None and subject.is_call
            else "field-removed"
        )
        self.changes.add(
            rule,
            subject.sides,
            subject.name,
            _label(subject, field),
            (describe_field(field), None),
            field.location,
        )

    def compare(self, subject: Subject, old: Field, new: Field) -> None:
        """Compare two matched fields."""
        part = _label(subject, new)
        if old.name != new.name:
            self.changes.add(
                "field-renamed",
                subject.sides,
                subject.name,
                part,
                (old.name, new.name),
                new.location,
            )
        if old.wire != new.wire:
            self.changes.add(
                "wire-name-changed",
                subject.sides,
                subject.name,
                part,
                (old.wire, new.wire),
                new.location,
            )
        for side in sorted(subject.sides):
            self._values(subject, old, new, side)
        self._meaning(subject, old, new)
        self._documentation(subject, old, new)

    def compare_order(
        self,
        subject: Subject,
        pairs: Sequence[tuple[Field, Field]],
        old: Sequence[Field],
        new: Sequence[Field],
    ) -> None:
        """Compare the order of the fields that are in both versions."""
        new_fields = {before.wire: after for before, after in pairs}
        old_order = [
            new_fields[field.wire].wire for field in old if field in (before for before, _ in pairs)
        ]
        new_order = [field for field in new if field in (after for _, after in pairs)]
        if old_order != [field.wire for field in new_order]:
            values = (comma_list(old_order), comma_list(field.wire for field in new_order))
            self.changes.add(
                "order-changed",
                subject.sides,
                subject.name,
                f"{subject.noun}s",
                values,
                new_order[0].location,
            )

    def _values(self, subject: Subject, old: Field, new: Field, side: Direction) -> None:
        """Compare the values that may be passed, or read."""
        part = _label(subject, new)
        old_value, new_value = constant(old), constant(new)
        if (
            side == "request"
            and (old_value is not None or new_value is not None)
            and self._constants(subject, old, new)
        ):
            return
        for rule in _presence(old, new, side):
            self.changes.add(
                rule,
                [side],
                subject.name,
                part,
                describe_both(describe_field, old, new),
                new.location,
            )
        bare_old = old.type.type if isinstance(old.type, Nullable) else old.type
        bare_new = new.type.type if isinstance(new.type, Nullable) else new.type
        for difference in TypeComparison(self.matching, side, in_list=False).differences(
            bare_old, bare_new
        ):
            self.changes.add(
                difference.rule,
                [side],
                subject.name,
                difference.within(part),
                (difference.old, difference.new),
                new.location,
            )

    def _constants(self, subject: Subject, old: Field, new: Field) -> bool:
        """Compare constants; return whether the comparison of the two fields is complete."""
        old_value, new_value, part = constant(old), constant(new), _label(subject, new)
        values = describe_both(
            lambda each: None if each is None else json_text(each), old_value, new_value
        )
        if old_value is not None and new_value is None and new.required:
            self.changes.add(
                "no-longer-constant",
                ["request"],
                subject.name,
                part,
                (values[0], expression(new.type)),
                new.location,
            )
            return subject.is_call
        if not subject.is_call:
            return False
        if old_value is None:
            self.changes.add(
                "became-constant",
                ["request"],
                subject.name,
                part,
                (expression(old.type), values[1]),
                new.location,
            )
        elif new_value is None:
            self.changes.add(
                "became-optional",
                ["request"],
                subject.name,
                part,
                (values[0], describe_field(new)),
                new.location,
            )
        elif old_value != new_value:
            self.changes.add(
                "constant-changed", ["request"], subject.name, part, values, new.location
            )
        return True

    def _meaning(self, subject: Subject, old: Field, new: Field) -> None:
        """Compare unit, default, encryption, secrecy and style."""
        part, location = _label(subject, new), new.location
        if (units := self.texts.difference(old.unit, new.unit)) is not None:
            rule = "unit-changed" if all(units) else "text-changed"
            changed = part if rule == "unit-changed" else f"unit of {part}"
            self.changes.add(rule, subject.sides, subject.name, changed, units, location)
        if old.default != new.default:
            rule = (
                "default-added"
                if old.default is None
                else "default-removed" if new.default is None else "default-changed"
            )
            self.changes.add(
                rule,
                subject.sides,
                subject.name,
                part,
                describe_both(describe_value, old.default, new.default),
                location,
            )
        for rule, old_value, new_value, word in (
            ("encryption-changed", old.encrypted, new.encrypted, "encrypted"),
            ("secret-changed", old.secret, new.secret, "secret"),
        ):
            if old_value != new_value:
                values = (word, f"not {word}") if old_value else (f"not {word}", word)
                self.changes.add(rule, subject.sides, subject.name, part, values, location)
        if old.fill != new.fill:
            values = old.fill or "not filled", new.fill or "not filled"
            self.changes.add("fill-changed", ["request"], subject.name, part, values, location)
        if old.style != new.style and "request" in subject.sides:
            self.changes.add(
                "style-changed", ["request"], subject.name, part, (old.style, new.style), location
            )

    def _documentation(self, subject: Subject, old: Field, new: Field) -> None:
        part, location = _label(subject, new), new.location
        self.texts.compare_deprecation(
            subject.sides, subject.name, part, old.deprecated, new.deprecated, location
        )
        for attribute in ("title", "description", "when", "since"):
            self.texts.compare(
                subject.sides,
                subject.name,
                f"{attribute} of {part}",
                getattr(old, attribute),
                getattr(new, attribute),
                location,
            )
        if old.example != new.example:
            self.changes.add(
                "example-changed",
                subject.sides,
                subject.name,
                part,
                (describe_value(old.example), describe_value(new.example)),
                location,
            )


def pair_fields(old: Sequence[Field], new: Sequence[Field]) -> list[tuple[Field, Field]]:
    """Pair fields by their wire name, else by their Python name."""
    by_wire = {field.wire: field for field in old}
    paired_new = {field.wire for field in new}
    by_name = {field.name: field for field in old if field.wire not in paired_new}
    difference: list[tuple[Field, Field]] = []
    for field in new:
        before = by_wire.get(field.wire) or by_name.get(field.name)
        if before is not None:
            difference.append((before, field))
    return difference


def headers(
    changes: Changes,
    subject: str,
    old: Sequence[Field],
    new: Sequence[Field],
    location: SourceLocation,
) -> None:
    """Compare the headers of responses, which are strings in Python."""
    before, after = {field.wire.lower(): field for field in old}, {
        field.wire.lower(): field for field in new
    }
    for wire, field in before.items():
        part = f"response header `{field.wire}`"
        if wire not in after:
            changes.add(
                "response-header-removed",
                ["response"],
                subject,
                part,
                (describe_field(field), None),
                field.location,
            )
        elif not _is_same(field, after[wire]):
            changes.add(
                "response-header-changed",
                ["response"],
                subject,
                part,
                (
                    describe_both(describe_field, field, after[wire])
                    if describe_field(field) != describe_field(after[wire])
                    else (None, None)
                ),
                after[wire].location,
            )
    for wire, field in after.items():
        if wire not in before:
            changes.add(
                "response-header-added",
                ["response"],
                subject,
                f"response header `{field.wire}`",
                (None, describe_field(field)),
                field.location,
            )
    order = [wire for wire in before if wire in after]
    if order != [wire for wire in after if wire in before]:
        changes.add(
            "order-changed",
            BOTH,
            subject,
            "response headers",
            (comma_list(before), comma_list(after)),
            location,
        )


def _is_same(old: Field, new: Field) -> bool:
    return replace(old, location=new.location) == new


def _label(subject: Subject, field: Field) -> str:
    return f"{subject.noun} `{field.name if subject.is_call else field.wire or field.name}`"


def _presence(old: Field, new: Field, side: Direction) -> Iterator[str]:
    if side == "response":
        yield from _presence_read(old, new)
        return
    nulls = isinstance(old.type, Nullable), isinstance(new.type, Nullable)
    must_pass = old.required and not old.fill, new.required and not new.fill
    if must_pass[0] != must_pass[1]:
        yield "became-required" if must_pass[1] else "became-optional"
    if nulls == (False, True):
        yield "none-meaning-changed" if not old.required and not new.required else "became-nullable"
    elif nulls == (True, False):
        yield "none-meaning-changed" if old.required and not new.required else "no-longer-nullable"


def _presence_read(old: Field, new: Field) -> Iterator[str]:
    """Compare what may be read instead of a value: None, and UNSET where null and absence are distinguished."""
    before, after = _substitutes(old), _substitutes(new)
    if after - before:
        yield "became-optional" if old.required and not new.required else "became-nullable"
    elif before - after:
        yield "became-required" if new.required and not old.required else "no-longer-nullable"
    elif (old.required, isinstance(old.type, Nullable)) != (
        new.required,
        isinstance(new.type, Nullable),
    ):
        yield "absence-changed"


def _substitutes(field: Field) -> frozenset[str]:
    null = isinstance(field.type, Nullable)
    difference = {_NONE} if null or not field.required else set[str]()
    return frozenset(difference | {_UNSET} if null and not field.required else difference)
