"""Changes: what was found, each with its place and the two values, and all of them as a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from ..model import SourceLocation
from .rules import CLASSES, RULES, Class, Rule
from .versions import Step, advised, is_made, step_for

Direction: TypeAlias = Literal["request", "answer"]
Sides: TypeAlias = frozenset[Direction]
Values: TypeAlias = "tuple[str | None, str | None]"
"""The old value and the new one, as a reader of the spec knows them; None where there is none to show."""

REQUEST: Sides = frozenset(["request"])
ANSWER: Sides = frozenset(["answer"])
BOTH: Sides = REQUEST | ANSWER

_RANK = {id: rank for rank, id in enumerate(RULES)}


class Change(Struct, frozen=True):
    """One change. `subject` is what a program calls the thing (`orders.create`, `models.Order`), `what` the part of it; '' is all of it."""

    rule: Rule
    sides: Sides
    subject: str
    what: str
    values: Values
    place: SourceLocation
    """In the new spec; in the old one for what was removed."""

    @property
    def class_(self) -> Class:
        """The worst of the sides that it concerns."""
        found = {
            self.rule.request if side == "request" else self.rule.answer for side in self.sides
        }
        return next(each for each in CLASSES if each in found)

    @property
    def message(self) -> str:
        """A sentence without its values: `orders.create: argument `note` must be given now`."""
        return (
            f"{self.subject}: {self.what} {self.says}"
            if self.what
            else f"{self.subject} {self.says}"
        )

    @property
    def says(self) -> str:
        return self.rule.asks if self.rule.asks and self.sides == REQUEST else self.rule.says


class Report(Struct, frozen=True):
    """All changes, the most important first, between two versions of a spec."""

    changes: tuple[Change, ...]
    old_version: str
    new_version: str

    def of(self, class_: Class) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.class_ == class_)

    @property
    def worst(self) -> Class | None:
        return self.changes[0].class_ if self.changes else None

    @property
    def step(self) -> Step | None:
        """The part of the version that has to move; a change of nothing but the version asks for none."""
        asking = [change for change in self.changes if change.rule.id != "version-changed"]
        return step_for(asking[0].class_, self.old_version) if asking else None

    @property
    def next_version(self) -> str | None:
        """The least version that says what has changed; None if none is needed, or the old one is not made of numbers."""
        return advised(self.old_version, self.step) if self.step else None

    @property
    def made(self) -> bool:
        """Whether the new spec's `version` says enough already."""
        return self.next_version is not None and is_made(self.new_version, self.next_version)


class Changes:
    """Collects changes; one that concerns requests and answers alike is one change."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Change] = {}

    def add(
        self,
        rule: str,
        sides: Iterable[Direction],
        subject: str,
        what: str,
        values: Values,
        place: SourceLocation,
    ) -> None:
        row = RULES[rule]
        concerned: Sides = frozenset(
            side for side in sides if (row.request if side == "request" else row.answer) is not None
        )
        if not concerned:
            raise ValueError(f"{rule} does not concern {sorted(sides)}")
        change = Change(row, concerned, subject, what, values, place)
        key = (rule, subject, what, values, place)
        known = self._found.get(key)
        self._found[key] = replace(known, sides=known.sides | concerned) if known else change

    def report(self, old_version: str, new_version: str) -> Report:
        return Report(
            tuple(sorted(self._found.values(), key=_importance)), old_version, new_version
        )


def _importance(change: Change) -> tuple[int, int, str, int, tuple[str, int, int], str, str, str]:
    """By class; then the client, its endpoints, errors and types; then what belongs together."""
    old, new = (value or "" for value in change.values)
    return (
        CLASSES.index(change.class_),
        _group(change),
        change.subject,
        _RANK[change.rule.id],
        (change.place.path, change.place.line, change.place.column),
        change.what,
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
            return 0 if change.place.path.endswith("/_api.yaml") else 1
