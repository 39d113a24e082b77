"""Changes between two specs, each with its location and values, and the report of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from ..model import SourceLocation
from .rules import CLASSES, RULES, Class, Rule
from .versions import Bump, bump_for, bumped_version, is_at_least

Direction: TypeAlias = Literal["request", "response"]
Sides: TypeAlias = frozenset[Direction]
Values: TypeAlias = "tuple[str | None, str | None]"
"""The old value and the new one in the notation of the spec; None where there is none to show."""

REQUEST: Sides = frozenset(["request"])
RESPONSE: Sides = frozenset(["response"])
BOTH: Sides = REQUEST | RESPONSE

_RANK = {id: rank for rank, id in enumerate(RULES)}


class Change(Struct, frozen=True):
    """One change. `subject` is the name in programs (`orders.create`, `models.Order`), `part` the changed part; '' for the whole."""

    rule: Rule
    sides: Sides
    subject: str
    part: str
    values: Values
    location: SourceLocation
    """In the new spec; in the old one for a removed part."""

    @property
    def class_(self) -> Class:
        """The worst class of the affected sides."""
        classes = {
            self.rule.request if side == "request" else self.rule.response for side in self.sides
        }
        return next(class_ for class_ in CLASSES if class_ in classes)

    @property
    def message(self) -> str:
        """A sentence without the values: `orders.create: argument `note` is required now`."""
        return (
            f"{self.subject}: {self.part} {self.sentence}"
            if self.part
            else f"{self.subject} {self.sentence}"
        )

    @property
    def sentence(self) -> str:
        return (
            self.rule.request_sentence
            if self.rule.request_sentence and self.sides == REQUEST
            else self.rule.sentence
        )


class Report(Struct, frozen=True):
    """All changes between two versions of a spec, the most important first."""

    changes: tuple[Change, ...]
    old_version: str
    new_version: str

    def of(self, class_: Class) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.class_ == class_)

    @property
    def worst(self) -> Class | None:
        return self.changes[0].class_ if self.changes else None

    @property
    def bump(self) -> Bump | None:
        """The part of the version that must be increased; None if nothing but the version has changed."""
        others = [change for change in self.changes if change.rule.id != "version-changed"]
        return bump_for(others[0].class_, self.old_version) if others else None

    @property
    def next_version(self) -> str | None:
        """The lowest sufficient version; None if no bump is needed, or the old version is not numeric."""
        return bumped_version(self.old_version, self.bump) if self.bump else None

    @property
    def is_bumped(self) -> bool:
        """True if the `version` of the new spec is sufficient."""
        return self.next_version is not None and is_at_least(self.new_version, self.next_version)


class Changes:
    """Collector of changes; the same change of requests and of responses is one change."""

    def __init__(self) -> None:
        self._changes: dict[tuple[object, ...], Change] = {}

    def add(
        self,
        rule: str,
        sides: Iterable[Direction],
        subject: str,
        part: str,
        values: Values,
        location: SourceLocation,
    ) -> None:
        row = RULES[rule]
        concerned: Sides = frozenset(
            side
            for side in sides
            if (row.request if side == "request" else row.response) is not None
        )
        if not concerned:
            raise ValueError(f"rule {rule} does not apply to {sorted(sides)}")
        change = Change(row, concerned, subject, part, values, location)
        key = (rule, subject, part, values, location)
        known = self._changes.get(key)
        self._changes[key] = replace(known, sides=known.sides | concerned) if known else change

    def report(self, old_version: str, new_version: str) -> Report:
        return Report(
            tuple(sorted(self._changes.values(), key=_importance)), old_version, new_version
        )


def _importance(change: Change) -> tuple[int, int, str, int, tuple[str, int, int], str, str, str]:
    """Return the sort key of a change: its class; then client, endpoints, errors, types; then the subject."""
    old, new = (value or "" for value in change.values)
    return (
        CLASSES.index(change.class_),
        _group(change),
        change.subject,
        _RANK[change.rule.id],
        (change.location.path, change.location.line, change.location.column),
        change.part,
        old,
        new,
    )


def _group(change: Change) -> int:
    match change.subject.partition("."):
        case ("models", ".", _):
            return 3
        case ("errors" | "events", ".", _):
            return 2
        case _:
            return 0 if change.location.path.endswith("/_api.yaml") else 1
