"""Errors: rows of the tables of the API, of resources and of endpoints, and the exception classes that they become.

A row is known by status and code; several rows of one code are several reasons of one error.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ..model import Api, Endpoint, ErrorCode
from .changes import ANSWER, Changes
from .describing import both, expression, names
from .matching import Pairs, error_rows
from .texts import Texts
from .types import Types

Key = tuple[int | None, str | None]
Table = dict[Key, list[ErrorCode]]


class Errors(Struct, frozen=True):
    """Compares error tables, and says what it finds."""

    pairs: Pairs
    changes: Changes
    texts: Texts

    def compare(self) -> None:
        old, new = self.pairs.old, self.pairs.new
        self._classes()
        self._table("every endpoint", old.errors, new.errors, self.pairs.endpoints)
        resources = {resource.path: resource for resource in new.all_resources()}
        for resource in old.all_resources():
            now = resources.pop(self.pairs.resources.get(resource.path, resource.path), None)
            if now is None:
                continue
            below = [
                pair
                for pair in self.pairs.endpoints
                if pair[0].resource[: len(resource.path)] == resource.path
            ]
            self._table(f"endpoints of {'.'.join(now.path)}", resource.errors, now.errors, below)
        for resource in resources.values():
            below = [
                pair
                for pair in self.pairs.endpoints
                if pair[1].resource[: len(resource.path)] == resource.path
            ]
            self._table(f"endpoints of {'.'.join(resource.path)}", (), resource.errors, below)
        for before, after in self.pairs.endpoints:
            self._table(after.qualified, before.errors, after.errors, [(before, after)])

    def _classes(self) -> None:
        """Which exception classes there are; one of the same code under another name is renamed."""
        before, now = _classes(self.pairs.old), _classes(self.pairs.new)
        renamed: dict[str, str] = {}
        by_key = {_key(row): row for row in error_rows(self.pairs.new)}
        for name, rows in before.items():
            after = next(
                (by_key[_key(row)].class_name for row in rows if _key(row) in by_key), None
            )
            if name in now:
                self._body(name, rows, now[name])
            elif after is not None and after not in before:
                renamed[name] = after
                self.changes.add(
                    "error-renamed",
                    ANSWER,
                    f"errors.{after}",
                    "",
                    (f"errors.{name}", f"errors.{after}"),
                    now[after][0].location,
                )
                self._body(after, rows, now[after])
            else:
                self.changes.add(
                    "error-removed",
                    ANSWER,
                    f"errors.{name}",
                    "",
                    (_told(rows[0]), None),
                    rows[0].location,
                )
        for name, rows in now.items():
            if name not in before and name not in renamed.values():
                self.changes.add(
                    "error-added",
                    ANSWER,
                    f"errors.{name}",
                    "",
                    (None, _told(rows[0])),
                    rows[0].location,
                )

    def _body(self, name: str, old: list[ErrorCode], new: list[ErrorCode]) -> None:
        """The type of `error.body`, one for all rows of a class."""
        before = next((row.body for row in old if row.body is not None), None)
        now = next((row.body for row in new if row.body is not None), None)
        subject, place = f"errors.{name}", new[0].location
        if before is not None and now is not None:
            for found in Types(self.pairs, "answer", lists=True).differences(before, now):
                self.changes.add(
                    found.rule, ANSWER, subject, found.of("body"), (found.old, found.new), place
                )
        elif before is not None:
            self.changes.add(
                "error-body-removed", ANSWER, subject, "", (expression(before), None), place
            )
        elif now is not None:
            self.changes.add(
                "error-body-added", ANSWER, subject, "", (None, expression(now)), place
            )

    def _table(
        self,
        where: str,
        old: tuple[ErrorCode, ...],
        new: tuple[ErrorCode, ...],
        below: Iterable[tuple[Endpoint, Endpoint]],
    ) -> None:
        """One table; `below` are the endpoints that it applies to."""
        before, now = _by_key(old), _by_key(new)
        pairs = _paired(before, now)
        for key, rows in before.items():
            if key not in pairs:
                self._gone(where, rows[0], below)
        for was, is_ in pairs.items():
            self._rows(where, before[was], now[is_])
        ours, theirs = [pairs[key] for key in before if key in pairs], [
            key for key in now if key in pairs.values()
        ]
        if ours != theirs:
            values = both(lambda keys: names(_told(now[key][0]) for key in keys), ours, theirs)
            self.changes.add(
                "order-changed", ANSWER, where, "errors", values, now[theirs[0]][0].location
            )
        known = _classes(self.pairs.old)
        for key, rows in now.items():
            if (
                key not in pairs.values()
                and rows[0].class_name in known
                and not self._held(rows[0], below)
            ):
                self.changes.add(
                    "error-row-added",
                    ANSWER,
                    where,
                    f"errors.{rows[0].class_name}",
                    (None, _told(rows[0])),
                    rows[0].location,
                )

    def _gone(self, where: str, row: ErrorCode, below: Iterable[tuple[Endpoint, Endpoint]]) -> None:
        """A row that is no longer here: it matters where it does not apply any more and its class is still there."""
        lost = [
            new
            for _, new in below
            if _key(row) not in {_key(other) for other in self.pairs.new.errors_of(new)}
        ]
        still = {
            other.class_name
            for other in error_rows(self.pairs.new)
            if _key(other) == _key(row) or other.class_name == row.class_name
        }
        if still:
            rule = "error-row-removed" if lost else "error-moved"
            self.changes.add(
                rule, ANSWER, where, f"errors.{row.class_name}", (_told(row), None), row.location
            )

    def _held(self, row: ErrorCode, below: Iterable[tuple[Endpoint, Endpoint]]) -> bool:
        """Whether every endpoint had the row already, from another table."""
        return all(
            _key(row) in {_key(other) for other in self.pairs.old.errors_of(old)}
            for old, _ in below
        )

    def _rows(self, where: str, old: list[ErrorCode], new: list[ErrorCode]) -> None:
        what = f"errors.{new[0].class_name}"
        if old[0].status != new[0].status:
            statuses = both(lambda row: str(row.status or "any status"), old[0], new[0])
            self.changes.add("error-status-changed", ANSWER, where, what, statuses, new[0].location)
        pairs = self._reasons(old, new)
        for before, now in pairs:
            if before.retry != now.retry:
                self.changes.add(
                    "error-retry-changed",
                    ANSWER,
                    where,
                    what,
                    (before.retry, now.retry),
                    now.location,
                )
            outcomes = before.outcome_with(()), now.outcome_with(())
            if outcomes[0] != outcomes[1]:
                self.changes.add(
                    "error-outcome-changed", ANSWER, where, what, outcomes, now.location
                )
            self.texts.text(
                ANSWER, where, what, before.reason, now.reason, now.location, "error-text-changed"
            )
            self.texts.text(
                ANSWER, where, what, before.remedy, now.remedy, now.location, "error-text-changed"
            )
        gone, here = [before for before, _ in pairs], [now for _, now in pairs]
        for row in old:
            if row not in gone:
                self.changes.add(
                    "error-text-changed",
                    ANSWER,
                    where,
                    what,
                    (row.reason.best(""), None),
                    row.location,
                )
        for row in new:
            if row not in here:
                self.changes.add(
                    "error-text-changed",
                    ANSWER,
                    where,
                    what,
                    (None, row.reason.best("")),
                    row.location,
                )
        ours, theirs = [now for row in old for before, now in pairs if before is row], [
            row for row in new if row in here
        ]
        if ours != theirs:
            values = both(lambda rows: "; ".join(row.reason.best("") for row in rows), ours, theirs)
            self.changes.add(
                "order-changed", ANSWER, where, f"reasons of {what}", values, theirs[0].location
            )

    def _reasons(
        self, old: list[ErrorCode], new: list[ErrorCode]
    ) -> list[tuple[ErrorCode, ErrorCode]]:
        """Rows of one error that are one row: of the same texts, else of the same reason, else in their order."""
        found: list[tuple[ErrorCode, ErrorCode]] = []
        ours, theirs = list(old), list(new)
        for parts in (("reason", "remedy"), ("reason",), ()):
            for before in list(ours):
                same = (
                    now
                    for now in theirs
                    if not any(
                        self.texts.difference(getattr(before, part), getattr(now, part))
                        for part in parts
                    )
                )
                if (now := next(same, None)) is not None:
                    found.append((before, now))
                    ours.remove(before)
                    theirs.remove(now)
        return found


def _classes(api: Api) -> dict[str, list[ErrorCode]]:
    found: dict[str, list[ErrorCode]] = {}
    for row in error_rows(api):
        found.setdefault(row.class_name, []).append(row)
    return found


def _by_key(rows: Iterable[ErrorCode]) -> Table:
    found: Table = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return found


def _paired(old: Table, new: Table) -> dict[Key, Key]:
    """Keys of rows that are one: the same, or of one class and code with another status."""
    found = {key: key for key in old if key in new}
    for key, rows in old.items():
        for other, others in new.items():
            same = rows[0].class_name == others[0].class_name and key[1] == other[1]
            if key not in found and other not in old and other not in found.values() and same:
                found[key] = other
    return found


def _key(row: ErrorCode) -> Key:
    return (row.status, row.code)


def _told(row: ErrorCode) -> str:
    """`404 ORDER_NOT_FOUND`."""
    return " ".join(str(part) for part in (row.status, row.code) if part is not None)
