"""State of one import: the documents, the findings so far, and which operation or type uses which type."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Mapping
from contextlib import contextmanager

from ..report import Outcome
from .documents import At, DocumentSet
from .report import Finding

API: Hashable = "api"
"""Owner of what belongs to the whole API."""


class Context:
    """Collects findings and uses; `owner` is the operation or the named type that is being converted."""

    def __init__(self, documents: DocumentSet) -> None:
        self.documents = documents
        self.findings: list[Finding] = []
        self.owner: Hashable = API
        self.uses: dict[Hashable, set[Hashable]] = {}
        """Named types that an owner refers to."""

    def note(self, at: At, outcome: Outcome, construct: str, message: str) -> None:
        self.findings.append(Finding(at, outcome, construct, message, self.owner))

    def use(self, type_key: Hashable) -> None:
        self.uses.setdefault(self.owner, set()).add(type_key)

    @contextmanager
    def owned_by(self, owner: Hashable) -> Generator[None, None, None]:
        before, self.owner = self.owner, owner
        try:
            yield
        finally:
            self.owner = before

    def reached(self, owners: Iterable[Hashable]) -> dict[Hashable, frozenset[Hashable]]:
        """Return the owners among these that lead to each type."""
        found: dict[Hashable, set[Hashable]] = {}
        for owner in owners:
            waiting, seen = [owner], {owner}
            while waiting:
                for used in self.uses.get(waiting.pop(), ()):
                    if used not in seen:
                        seen.add(used)
                        waiting.append(used)
            for each in seen:
                found.setdefault(each, set()).add(owner)
        return {key: frozenset(value) for key, value in found.items()}


def operations_of(
    reached: Mapping[Hashable, frozenset[Hashable]], names: Mapping[Hashable, str]
) -> dict[object, frozenset[str]]:
    """Return the names of the operations that lead to each owner."""
    return {
        owner: frozenset(names[each] for each in operations if each in names)
        for owner, operations in reached.items()
    }
