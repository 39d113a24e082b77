"""Comparison of error tables (of the API, of resources, of endpoints) and of their exception classes.

Rows are identified by status and code; several rows with the same code are several reasons of one error.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ..model import Api, Endpoint, ErrorCode, ErrorStatus
from .changes import RESPONSE, Changes
from .describing import comma_list, describe_both, expression
from .matching import Matching, error_rows
from .texts import TextComparison
from .types import TypeComparison

Key = tuple[ErrorStatus, str | None]
Table = dict[Key, list[ErrorCode]]
_BY_STATUS = "by status"


class ErrorComparison(Struct, frozen=True):
    """Compares the errors of two APIs."""

    matching: Matching
    changes: Changes
    texts: TextComparison

    def compare(self) -> None:
        old, new = self.matching.old, self.matching.new
        self._compare_classes()
        self._compare_table("every endpoint", old.errors, new.errors, self.matching.endpoints)
        resources = {resource.path: resource for resource in new.all_resources()}
        for resource in old.all_resources():
            new_path = self.matching.resources.get(resource.path, resource.path)
            new_resource = resources.pop(new_path, None)
            if new_resource is None:
                continue
            below = [
                pair
                for pair in self.matching.endpoints
                if pair[0].resource[: len(resource.path)] == resource.path
            ]
            self._compare_table(
                f"endpoints of {'.'.join(new_path)}", resource.errors, new_resource.errors, below
            )
        for resource in resources.values():
            below = [
                pair
                for pair in self.matching.endpoints
                if pair[1].resource[: len(resource.path)] == resource.path
            ]
            self._compare_table(
                f"endpoints of {'.'.join(resource.path)}", (), resource.errors, below
            )
        for before, after in self.matching.endpoints:
            self._compare_table(after.qualified, before.errors, after.errors, [(before, after)])
            self._compare_raised(before, after)

    def _compare_raised(self, before: Endpoint, after: Endpoint) -> None:
        """Report rows of an endpoint whose errors a more general row raised before, as another class."""
        old = self.matching.old.errors_of(before)
        new = self.matching.new.errors_of(after)
        old_keys = {_key(row) for row in old}
        remaining = {row.class_name for row in new}
        for row in _rows_by_key(new).values():
            general = _general_row(old, row[0])
            if (
                general is not None
                and _key(row[0]) not in old_keys
                and general.class_name != row[0].class_name
                and general.class_name in remaining
            ):
                self.changes.add(
                    "error-class-changed",
                    RESPONSE,
                    after.qualified,
                    f"error {_describe(row[0])}",
                    (f"errors.{general.class_name}", f"errors.{row[0].class_name}"),
                    row[0].location,
                )

    def _compare_classes(self) -> None:
        """Compare the exception classes; a class with the same code and another name was renamed."""
        before, after = _rows_by_class(self.matching.old), _rows_by_class(self.matching.new)
        renamed: dict[str, str] = {}
        by_key = {_key(row): row for row in error_rows(self.matching.new)}
        for name, rows in before.items():
            renamed_to = next(
                (by_key[_key(row)].class_name for row in rows if _key(row) in by_key), None
            )
            if name in after:
                self._body(name, rows, after[name])
            elif renamed_to is not None and renamed_to not in before:
                renamed[name] = renamed_to
                self.changes.add(
                    "error-renamed",
                    RESPONSE,
                    f"errors.{renamed_to}",
                    "",
                    (f"errors.{name}", f"errors.{renamed_to}"),
                    after[renamed_to][0].location,
                )
                self._body(renamed_to, rows, after[renamed_to])
            else:
                self.changes.add(
                    "error-removed",
                    RESPONSE,
                    f"errors.{name}",
                    "",
                    (_describe(rows[0]), None),
                    rows[0].location,
                )
        for name, rows in after.items():
            if name not in before and name not in renamed.values():
                self.changes.add(
                    "error-added",
                    RESPONSE,
                    f"errors.{name}",
                    "",
                    (None, _describe(rows[0])),
                    rows[0].location,
                )

    def _body(self, name: str, old: list[ErrorCode], new: list[ErrorCode]) -> None:
        """Compare the types of `error.body`; all rows of a class have the same."""
        before = next((row.body for row in old if row.body is not None), None)
        after = next((row.body for row in new if row.body is not None), None)
        subject, location = f"errors.{name}", new[0].location
        if before is not None and after is not None:
            for difference in TypeComparison(self.matching, "response", in_list=True).differences(
                before, after
            ):
                self.changes.add(
                    difference.rule,
                    RESPONSE,
                    subject,
                    difference.within("body"),
                    (difference.old, difference.new),
                    location,
                )
        elif before is not None:
            self.changes.add(
                "error-body-removed", RESPONSE, subject, "", (expression(before), None), location
            )
        elif after is not None:
            self.changes.add(
                "error-body-added", RESPONSE, subject, "", (None, expression(after)), location
            )

    def _compare_table(
        self,
        where: str,
        old: tuple[ErrorCode, ...],
        new: tuple[ErrorCode, ...],
        below: Iterable[tuple[Endpoint, Endpoint]],
    ) -> None:
        """Compare one table; `below` are the endpoints to which it applies."""
        before, after = _rows_by_key(old), _rows_by_key(new)
        pairs = _pair_keys(before, after)
        for key, rows in before.items():
            if key not in pairs:
                self._report_removed(where, rows[0], below)
        for old_key, new_key in pairs.items():
            self._compare_rows(where, before[old_key], after[new_key])
        old_order, new_order = [pairs[key] for key in before if key in pairs], [
            key for key in after if key in pairs.values()
        ]
        if old_order != new_order:
            values = describe_both(
                lambda keys: comma_list(_describe(after[key][0]) for key in keys),
                old_order,
                new_order,
            )
            self.changes.add(
                "order-changed", RESPONSE, where, "errors", values, after[new_order[0]][0].location
            )
        known = _rows_by_class(self.matching.old)
        for key, rows in after.items():
            if (
                key not in pairs.values()
                and rows[0].class_name in known
                and not self._had_row(rows[0], below)
            ):
                self.changes.add(
                    "error-row-added",
                    RESPONSE,
                    where,
                    f"errors.{rows[0].class_name}",
                    (None, _describe(rows[0])),
                    rows[0].location,
                )

    def _report_removed(
        self, where: str, row: ErrorCode, below: Iterable[tuple[Endpoint, Endpoint]]
    ) -> None:
        """Report a row that is no longer in a table, unless its class was removed, which is reported once."""
        lost = [
            new
            for _, new in below
            if _key(row) not in {_key(other) for other in self.matching.new.errors_of(new)}
        ]
        still = {
            other.class_name
            for other in error_rows(self.matching.new)
            if _key(other) == _key(row) or other.class_name == row.class_name
        }
        if still:
            rule = "error-row-removed" if lost else "error-moved"
            self.changes.add(
                rule,
                RESPONSE,
                where,
                f"errors.{row.class_name}",
                (_describe(row), None),
                row.location,
            )

    def _had_row(self, row: ErrorCode, below: Iterable[tuple[Endpoint, Endpoint]]) -> bool:
        """Return whether every endpoint already had the row, from another table."""
        return all(
            _key(row) in {_key(other) for other in self.matching.old.errors_of(old)}
            for old, _ in below
        )

    def _compare_rows(self, where: str, old: list[ErrorCode], new: list[ErrorCode]) -> None:
        part = f"errors.{new[0].class_name}"
        if old[0].status != new[0].status:
            statuses = describe_both(lambda row: str(row.status or "any status"), old[0], new[0])
            self.changes.add(
                "error-status-changed", RESPONSE, where, part, statuses, new[0].location
            )
        pairs = self._pair_rows(old, new)
        for before, after in pairs:
            if before.retry != after.retry:
                self.changes.add(
                    "error-retry-changed",
                    RESPONSE,
                    where,
                    part,
                    (before.retry or _BY_STATUS, after.retry or _BY_STATUS),
                    after.location,
                )
            outcomes = before.outcome_with(()), after.outcome_with(())
            if outcomes[0] != outcomes[1]:
                self.changes.add(
                    "error-outcome-changed",
                    RESPONSE,
                    where,
                    part,
                    (outcomes[0] or _BY_STATUS, outcomes[1] or _BY_STATUS),
                    after.location,
                )
            self.texts.compare(
                RESPONSE,
                where,
                part,
                before.reason,
                after.reason,
                after.location,
                "error-text-changed",
            )
            self.texts.compare(
                RESPONSE,
                where,
                part,
                before.remedy,
                after.remedy,
                after.location,
                "error-text-changed",
            )
        paired_old, paired_new = [before for before, _ in pairs], [after for _, after in pairs]
        for row in old:
            if row not in paired_old:
                self.changes.add(
                    "error-text-changed",
                    RESPONSE,
                    where,
                    part,
                    (row.reason.best(""), None),
                    row.location,
                )
        for row in new:
            if row not in paired_new:
                self.changes.add(
                    "error-text-changed",
                    RESPONSE,
                    where,
                    part,
                    (None, row.reason.best("")),
                    row.location,
                )
        old_order, new_order = [after for row in old for before, after in pairs if before is row], [
            row for row in new if row in paired_new
        ]
        if old_order != new_order:
            values = describe_both(
                lambda rows: "; ".join(row.reason.best("") for row in rows), old_order, new_order
            )
            self.changes.add(
                "order-changed",
                RESPONSE,
                where,
                f"reasons of {part}",
                values,
                new_order[0].location,
            )

    def _pair_rows(
        self, old: list[ErrorCode], new: list[ErrorCode]
    ) -> list[tuple[ErrorCode, ErrorCode]]:
        """Pair the rows of one error: by their texts, else by their reason, else in order."""
        difference: list[tuple[ErrorCode, ErrorCode]] = []
        old_order, new_order = list(old), list(new)
        for parts in (("reason", "remedy"), ("reason",), ()):
            for before in list(old_order):
                same = (
                    after
                    for after in new_order
                    if not any(
                        self.texts.difference(getattr(before, part), getattr(after, part))
                        for part in parts
                    )
                )
                if (after := next(same, None)) is not None:
                    difference.append((before, after))
                    old_order.remove(before)
                    new_order.remove(after)
        return difference


def _rows_by_class(api: Api) -> dict[str, list[ErrorCode]]:
    difference: dict[str, list[ErrorCode]] = {}
    for row in error_rows(api):
        difference.setdefault(row.class_name, []).append(row)
    return difference


def _rows_by_key(rows: Iterable[ErrorCode]) -> Table:
    difference: Table = {}
    for row in rows:
        difference.setdefault(_key(row), []).append(row)
    return difference


def _pair_keys(old: Table, new: Table) -> dict[Key, Key]:
    """Pair the keys of rows: equal ones, else those with the same class and code and another status."""
    difference = {key: key for key in old if key in new}
    for key, rows in old.items():
        for other, others in new.items():
            same = rows[0].class_name == others[0].class_name and key[1] == other[1]
            if (
                key not in difference
                and other not in old
                and other not in difference.values()
                and same
            ):
                difference[key] = other
    return difference


def _general_row(rows: Iterable[ErrorCode], row: ErrorCode) -> ErrorCode | None:
    """Return the row that raised an error before it had a row: the one of its status, of its range, or the default."""
    statuses: list[ErrorStatus] = ["default"]
    if isinstance(row.status, int):
        statuses = [row.status, "4XX" if row.status < 500 else "5XX", "default"]
    elif isinstance(row.status, str):
        statuses = [row.status, "default"]
    by_status = {each.status: each for each in rows if each.code is None}
    return next((by_status[status] for status in statuses if status in by_status), None)


def _key(row: ErrorCode) -> Key:
    return (row.status, row.code)


def _describe(row: ErrorCode) -> str:
    """Return the status and code of a row: `404 ORDER_NOT_FOUND`."""
    return " ".join(str(part) for part in (row.status, row.code) if part is not None)
