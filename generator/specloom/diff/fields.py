"""Fields: arguments of endpoints and attributes of models, one old and one new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..model import Field, Nullable, SourceLocation, json_text
from ..targets.client_interface import constant
from .changes import BOTH, Changes, Direction, Sides
from .describing import both, entry, expression, names, value
from .matching import Pairs
from .texts import Texts
from .types import Types

_NONE, _UNSET = "None", "UNSET"


class Subject(Struct, frozen=True):
    """Whose fields they are, and how programs meet them."""

    name: str
    noun: str
    """`argument` or `field`."""
    sides: Sides

    @property
    def is_call(self) -> bool:
        return self.noun == "argument"


class Fields(Struct, frozen=True):
    """Compares fields, and says what it finds."""

    pairs: Pairs
    changes: Changes
    texts: Texts

    def of_structure(self, subject: Subject, old: Sequence[Field], new: Sequence[Field]) -> None:
        """The fields of a class: paired by their name on the wire, the rest by their name in Python."""
        pairs = paired(old, new)
        for before, now in pairs:
            self.of_pair(subject, before, now)
        gone = {before.wire for before, _ in pairs}
        for field in old:
            if field.wire not in gone:
                self.removed(subject, field)
        here = {now.wire for _, now in pairs}
        for field in new:
            if field.wire not in here:
                self.added(subject, field)
        self.order(subject, pairs, old, new)

    def added(self, subject: Subject, field: Field) -> None:
        fixed = constant(field) is not None
        for side in subject.sides:
            rule = (
                "required-field-added"
                if side == "request" and field.required and not fixed
                else "field-added"
            )
            rule = "constant-changed" if fixed and subject.is_call else rule
            self.changes.add(
                rule,
                [side],
                subject.name,
                _named(subject, field),
                (None, entry(field)),
                field.location,
            )

    def removed(self, subject: Subject, field: Field) -> None:
        rule = (
            "constant-changed"
            if constant(field) is not None and subject.is_call
            else "field-removed"
        )
        self.changes.add(
            rule,
            subject.sides,
            subject.name,
            _named(subject, field),
            (entry(field), None),
            field.location,
        )

    def of_pair(self, subject: Subject, old: Field, new: Field) -> None:
        """Everything about two fields that are one field."""
        what = _named(subject, new)
        if old.name != new.name:
            self.changes.add(
                "field-renamed",
                subject.sides,
                subject.name,
                what,
                (old.name, new.name),
                new.location,
            )
        if old.wire != new.wire:
            self.changes.add(
                "wire-name-changed",
                subject.sides,
                subject.name,
                what,
                (old.wire, new.wire),
                new.location,
            )
        for side in sorted(subject.sides):
            self._values(subject, old, new, side)
        self._meaning(subject, old, new)
        self._documentation(subject, old, new)

    def order(
        self,
        subject: Subject,
        pairs: Sequence[tuple[Field, Field]],
        old: Sequence[Field],
        new: Sequence[Field],
    ) -> None:
        """Those in both versions stand in another order."""
        became = {before.wire: now for before, now in pairs}
        ours = [
            became[field.wire].wire for field in old if field in (before for before, _ in pairs)
        ]
        theirs = [field for field in new if field in (now for _, now in pairs)]
        if ours != [field.wire for field in theirs]:
            values = (names(ours), names(field.wire for field in theirs))
            self.changes.add(
                "order-changed",
                subject.sides,
                subject.name,
                f"{subject.noun}s",
                values,
                theirs[0].location,
            )

    def _values(self, subject: Subject, old: Field, new: Field, side: Direction) -> None:
        """What may be passed, or what may be read."""
        what = _named(subject, new)
        was, is_ = constant(old), constant(new)
        if (
            side == "request"
            and (was is not None or is_ is not None)
            and self._constants(subject, old, new)
        ):
            return
        for rule in _presence(old, new, side):
            self.changes.add(rule, [side], subject.name, what, both(entry, old, new), new.location)
        bare_old = old.type.type if isinstance(old.type, Nullable) else old.type
        bare_new = new.type.type if isinstance(new.type, Nullable) else new.type
        for found in Types(self.pairs, side, lists=False).differences(bare_old, bare_new):
            self.changes.add(
                found.rule,
                [side],
                subject.name,
                found.of(what),
                (found.old, found.new),
                new.location,
            )

    def _constants(self, subject: Subject, old: Field, new: Field) -> bool:
        """What is sent by itself, before or now; whether there is nothing more to say."""
        was, is_, what = constant(old), constant(new), _named(subject, new)
        values = both(lambda each: None if each is None else json_text(each), was, is_)
        if was is not None and is_ is None and new.required:
            self.changes.add(
                "no-longer-constant",
                ["request"],
                subject.name,
                what,
                (values[0], expression(new.type)),
                new.location,
            )
            return subject.is_call
        if not subject.is_call:
            return False
        if was is None:
            self.changes.add(
                "became-constant",
                ["request"],
                subject.name,
                what,
                (expression(old.type), values[1]),
                new.location,
            )
        elif is_ is None:
            self.changes.add(
                "became-optional",
                ["request"],
                subject.name,
                what,
                (values[0], entry(new)),
                new.location,
            )
        elif was != is_:
            self.changes.add(
                "constant-changed", ["request"], subject.name, what, values, new.location
            )
        return True

    def _meaning(self, subject: Subject, old: Field, new: Field) -> None:
        """What a value means, and what the client does with it."""
        what, place = _named(subject, new), new.location
        if (units := self.texts.difference(old.unit, new.unit)) is not None:
            rule = "unit-changed" if all(units) else "text-changed"
            shown = what if rule == "unit-changed" else f"unit of {what}"
            self.changes.add(rule, subject.sides, subject.name, shown, units, place)
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
                what,
                both(value, old.default, new.default),
                place,
            )
        for rule, was, is_, word in (
            ("encryption-changed", old.encrypted, new.encrypted, "encrypted"),
            ("secrecy-changed", old.secret, new.secret, "secret"),
        ):
            if was != is_:
                values = (word, f"not {word}") if was else (f"not {word}", word)
                self.changes.add(rule, subject.sides, subject.name, what, values, place)
        if old.style != new.style and "request" in subject.sides:
            self.changes.add(
                "style-changed", ["request"], subject.name, what, (old.style, new.style), place
            )

    def _documentation(self, subject: Subject, old: Field, new: Field) -> None:
        what, place = _named(subject, new), new.location
        self.texts.deprecation(
            subject.sides, subject.name, what, old.deprecated, new.deprecated, place
        )
        for part in ("title", "description", "when", "since"):
            self.texts.text(
                subject.sides,
                subject.name,
                f"{part} of {what}",
                getattr(old, part),
                getattr(new, part),
                place,
            )
        if old.example != new.example:
            self.changes.add(
                "example-changed",
                subject.sides,
                subject.name,
                what,
                (value(old.example), value(new.example)),
                place,
            )


def paired(old: Sequence[Field], new: Sequence[Field]) -> list[tuple[Field, Field]]:
    """Fields that are one field: of one name on the wire, else of one name in Python."""
    by_wire = {field.wire: field for field in old}
    here = {field.wire for field in new}
    by_name = {field.name: field for field in old if field.wire not in here}
    found: list[tuple[Field, Field]] = []
    for field in new:
        before = by_wire.get(field.wire) or by_name.get(field.name)
        if before is not None:
            found.append((before, field))
    return found


def headers(
    changes: Changes,
    subject: str,
    old: Sequence[Field],
    new: Sequence[Field],
    place: SourceLocation,
) -> None:
    """Headers of answers, which are texts in Python."""
    before, now = {field.wire.lower(): field for field in old}, {
        field.wire.lower(): field for field in new
    }
    for wire, field in before.items():
        what = f"answer header `{field.wire}`"
        if wire not in now:
            changes.add(
                "answer-header-removed",
                ["answer"],
                subject,
                what,
                (entry(field), None),
                field.location,
            )
        elif not _alike(field, now[wire]):
            changes.add(
                "answer-header-changed",
                ["answer"],
                subject,
                what,
                both(entry, field, now[wire]) if entry(field) != entry(now[wire]) else (None, None),
                now[wire].location,
            )
    for wire, field in now.items():
        if wire not in before:
            changes.add(
                "answer-header-added",
                ["answer"],
                subject,
                f"answer header `{field.wire}`",
                (None, entry(field)),
                field.location,
            )
    order = [wire for wire in before if wire in now]
    if order != [wire for wire in now if wire in before]:
        changes.add(
            "order-changed", BOTH, subject, "answer headers", (names(before), names(now)), place
        )


def _alike(old: Field, new: Field) -> bool:
    return replace(old, location=new.location) == new


def _named(subject: Subject, field: Field) -> str:
    return f"{subject.noun} `{field.name if subject.is_call else field.wire}`"


def _presence(old: Field, new: Field, side: Direction) -> Iterator[str]:
    if side == "answer":
        yield from _presence_read(old, new)
        return
    nulls = isinstance(old.type, Nullable), isinstance(new.type, Nullable)
    if old.required != new.required:
        yield "became-required" if new.required else "became-optional"
    if nulls == (False, True):
        yield "none-changed" if not old.required and not new.required else "became-nullable"
    elif nulls == (True, False):
        yield "none-changed" if old.required and not new.required else "no-longer-nullable"


def _presence_read(old: Field, new: Field) -> Iterator[str]:
    """What can be read instead of a value, all else being the same: None, and UNSET where null is something else than nothing."""
    before, now = _instead(old), _instead(new)
    if now - before:
        yield "became-optional" if old.required and not new.required else "became-nullable"
    elif before - now:
        yield "became-required" if new.required and not old.required else "no-longer-nullable"
    elif (old.required, isinstance(old.type, Nullable)) != (
        new.required,
        isinstance(new.type, Nullable),
    ):
        yield "absence-changed"


def _instead(field: Field) -> frozenset[str]:
    null = isinstance(field.type, Nullable)
    found = {_NONE} if null or not field.required else set[str]()
    return frozenset(found | {_UNSET} if null and not field.required else found)
