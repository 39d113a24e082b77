"""Three-way merge of data.

At each place, a change of one side is taken, as is the same change of both; two different changes are a conflict, with the name of the place.
A removal is a change, and so is a new name. A place is a key of a map or a row of a list:

- Keys correspond by name (`note` and `note?` are one), endpoints by name or else by method and path. Their order has no meaning; the user's stays.
- Rows correspond by identity, and their order is a value of its own. A list with two rows of one identity, or a row without one, is merged as a
  whole: an edit of such a row cannot be told from a move.

A short form corresponds to the long form that it stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

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


class _Entry(NamedTuple):
    """A key as it is written, and its value; a row of a list has its identity as key."""

    key: str
    value: object


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
        merged = MISSING if path[-1] in _WHOLE else self._inside(path, base, ours, theirs)
        return self.choose(path, ours, theirs) if merged is MISSING else merged

    def choose(self, path: tuple[str, ...], ours: object, theirs: object) -> object:
        """Return one side of a conflict; of an open one that of the user."""
        return theirs if self._side(path, ours, theirs) == "theirs" else ours

    def _side(self, path: tuple[str, ...], ours: object, theirs: object) -> Side:
        conflict = Conflict(path, ours, theirs)
        side = self.accept(conflict)
        if side is None:
            self.open.append(conflict)
        return side or "ours"

    def _inside(self, path: tuple[str, ...], base: object, ours: object, theirs: object) -> object:
        """Return two maps or two lists merged place by place; MISSING if they can only be merged as a whole."""
        if is_list(ours) and is_list(theirs):
            return self._list(path, base if is_list(base) else [], ours, theirs)
        short = matching.short_key([base, ours, theirs], self.languages, path)
        old, mine, new = (
            {short: each} if short and isinstance(each, str) else each
            for each in (base, ours, theirs)
        )
        if not is_map(mine) or not is_map(new):
            return MISSING
        merged = self._map(path, old if is_map(old) else {}, mine, new)
        is_short = isinstance(ours, str) and is_map(merged) and list(merged) == [short]
        return merged[short] if is_map(merged) and is_short else merged

    def _map(
        self,
        path: tuple[str, ...],
        base: Mapping[str, object],
        ours: Mapping[str, object],
        theirs: Mapping[str, object],
    ) -> object:
        versions = (base, ours, theirs)
        keys = (
            matching.by_endpoint(*versions)
            if path[1:] == ("endpoints",)
            else [matching.keys_by_id(each) for each in versions]
        )
        old, mine, new = (
            {id: _Entry(key, version[key]) for id, key in ids.items()}
            for ids, version in zip(keys, versions, strict=True)
        )
        merged = self._entries(path, _inserted(mine, new), old, mine, new)
        result = {entry.key: entry.value for entry in merged}
        # A new name of one side may be one that the other side gave to something else.
        return result if len(result) == len(merged) else MISSING

    def _list(
        self,
        path: tuple[str, ...],
        base: Sequence[object],
        ours: Sequence[object],
        theirs: Sequence[object],
    ) -> object:
        rows = [matching.unique_rows(each) for each in (base, ours, theirs)]
        versions = [
            {id: _Entry(id, row) for id, row in each.items()} for each in rows if each is not None
        ]
        if len(versions) < len(rows):
            return MISSING
        order = _merged_order(*map(list, versions))
        if order is None:
            return MISSING
        return [entry.value for entry in self._entries(path, order, *versions)]

    def _entries(
        self,
        path: tuple[str, ...],
        order: Iterable[str],
        base: Mapping[str, _Entry],
        ours: Mapping[str, _Entry],
        theirs: Mapping[str, _Entry],
    ) -> list[_Entry]:
        merged = [self._entry(path, id, base.get(id), ours.get(id), theirs.get(id)) for id in order]
        return [entry for entry in merged if entry is not None]

    def _entry(
        self,
        path: tuple[str, ...],
        id: str,
        base: _Entry | None,
        ours: _Entry | None,
        theirs: _Entry | None,
    ) -> _Entry | None:
        if _is_same(ours, theirs) or _is_same(base, theirs):
            return ours
        if _is_same(base, ours):
            return theirs
        if ours is None or theirs is None:
            mine, new = (each.value if each else MISSING for each in (ours, theirs))
            side = self._side((*path, _step(id, ours or theirs)), mine, new)
            return theirs if side == "theirs" else ours
        inner = (*path, _step(id, ours))
        old = base or _Entry("", MISSING)
        if theirs.key in (ours.key, old.key):
            key = ours.key
        else:
            key = (
                theirs.key if ours.key == old.key else str(self.choose(inner, ours.key, theirs.key))
            )
        return _Entry(key, self.value(inner, old.value, ours.value, theirs.value))


def _is_same(one: _Entry | None, other: _Entry | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.key == other.key and same(one.value, other.value)


def _step(id: str, entry: _Entry | None) -> str:
    """Return what the user calls a place: a field without its `?`, an endpoint by its new name."""
    return id if entry is None or entry.key.removesuffix("?") == id else entry.key


def _merged_order(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> list[str] | None:
    """Return all rows in the order of the side that changed it; None if both did."""
    shared = set(ours) & set(theirs)
    mine, new = ([id for id in side if id in shared] for side in (ours, theirs))
    old = [id for id in base if id in shared]
    if new in (mine, old):
        return _inserted(ours, theirs)
    return _inserted(theirs, ours) if mine == old else None


def _inserted(order: Iterable[str], other: Iterable[str]) -> list[str]:
    """Return keys in their order, with those of another version each after its predecessor there."""
    result = list(order)
    known = set(result)
    before = -1
    for id in other:
        if id in known:
            before = result.index(id)
        else:
            before += 1
            result.insert(before, id)
            known.add(id)
    return result
