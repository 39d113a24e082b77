"""Three-way merge of data: what one side changed is taken, what both changed differently is a conflict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from . import matching
from .data import MISSING, is_list, is_map, same

Side: TypeAlias = Literal["ours", "theirs"]
_WHOLE = frozenset({"example", "default", "request", "response", "payload"})
"""Keys whose values are data of the API, where order and repetition count."""


class Conflict(Struct, frozen=True):
    """A value that both sides changed. `path` leads to it from its file, whose name comes first."""

    path: tuple[str, ...]
    ours: object
    theirs: object


class Merge:
    """One merge; `accept` decides conflicts, or returns None to leave one open."""

    def __init__(self, languages: Sequence[str], accept: Callable[[Conflict], Side | None]) -> None:
        self.languages = languages
        self.accept = accept
        self.open: list[Conflict] = []

    def value(self, path: tuple[str, ...], base: object, ours: object, theirs: object) -> object:
        """Return the merged value; of an open conflict that of the user."""
        if same(ours, theirs) or same(base, theirs):
            return ours
        if same(base, ours):
            return theirs
        if path[-1] in _WHOLE:
            return self._conflict(path, ours, theirs)
        (old, mine, new), short = matching.lift(
            [base, ours, theirs], self.languages, path[-2] if len(path) > 1 else ""
        )
        if is_map(mine) and is_map(new):
            merged = self._map(path, old if is_map(old) else {}, mine, new)
            is_short = (
                bool(short) and isinstance(ours, str) and is_map(merged) and list(merged) == [short]
            )
            return merged[short] if is_map(merged) and is_short else merged
        if is_list(ours) and is_list(theirs):
            rows = [
                matching.rows_by_id(each if is_list(each) else []) for each in (base, ours, theirs)
            ]
            if all(each is not None for each in rows):
                old_rows, my_rows, new_rows = (each or {} for each in rows)
                return list(self._entries(path, old_rows, my_rows, new_rows).values())
        return self._conflict(path, ours, theirs)

    def _conflict(self, path: tuple[str, ...], ours: object, theirs: object) -> object:
        conflict = Conflict(path, ours, theirs)
        side = self.accept(conflict)
        if side is None:
            self.open.append(conflict)
        return theirs if side == "theirs" else ours

    def _map(
        self,
        path: tuple[str, ...],
        base: Mapping[str, object],
        ours: Mapping[str, object],
        theirs: Mapping[str, object],
    ) -> object:
        keys = [matching.keys_by_id(each) for each in (base, ours, theirs)]
        if path[1:] == ("endpoints",):
            by_user = matching.renamed(base, ours)
            upstream = matching.renamed(base, theirs)
            keys[1] = _with_old_names(keys[1], by_user)
            keys[2] = _with_old_names(keys[2], upstream)
        old_keys, my_keys, new_keys = keys
        values = self._entries(
            path,
            {id: base[key] for id, key in old_keys.items()},
            {id: ours[key] for id, key in my_keys.items()},
            {id: theirs[key] for id, key in new_keys.items()},
        )
        named = [
            (self._key(path, id, old_keys, my_keys, new_keys), value)
            for id, value in values.items()
        ]
        merged = dict(named)
        # A new name of the user may be one that upstream gave to something else.
        return merged if len(merged) == len(named) else self._conflict(path, ours, theirs)

    def _key(
        self,
        path: tuple[str, ...],
        id: str,
        base: Mapping[str, str],
        ours: Mapping[str, str],
        theirs: Mapping[str, str],
    ) -> str:
        mine, new = ours.get(id), theirs.get(id)
        if mine is None or new is None or mine == new or new == base.get(id):
            return mine or new or id
        if mine == base.get(id):
            return new
        return str(self._conflict((*path, mine), mine, new))

    def _entries(
        self,
        path: tuple[str, ...],
        base: Mapping[str, object],
        ours: Mapping[str, object],
        theirs: Mapping[str, object],
    ) -> dict[str, object]:
        values = {
            id: self.value(
                (*path, id), base.get(id, MISSING), ours.get(id, MISSING), theirs.get(id, MISSING)
            )
            for id in _in_order(ours, theirs)
        }
        return {id: value for id, value in values.items() if value is not MISSING}


def _with_old_names(keys: Mapping[str, str], renamed: Mapping[str, str]) -> dict[str, str]:
    old = {new: name for name, new in renamed.items()}
    return {old.get(key, id): key for id, key in keys.items()}


def _in_order(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Return all keys in the user's order; a new one follows its predecessor."""
    order = list(ours)
    known = set(order)
    before = -1
    for id in theirs:
        if id in known:
            before = order.index(id)
        else:
            before += 1
            order.insert(before, id)
            known.add(id)
    return order
