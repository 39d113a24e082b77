"""What corresponds to what in two versions of a map or list: fields by name, endpoints by method and path, rows by their identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .data import is_map

_IDENTITIES = (("url",), ("status", "code"), ("name",), ("title",))
"""Keys that identify a row of a list, the first that it has."""
_SHORT = {"responses": "body", "hosts": "url"}
_FIELDS = frozenset(
    {"path", "query", "header", "cookie", "body", "form", "parts", "fields", "payload"}
)
"""Keys of maps of fields, in which `type` is the name of a field."""


def keys_by_id(content: Mapping[str, object]) -> dict[str, str]:
    """Return the keys of a map by name: `note` and `note?` are one field."""
    names = [key.removesuffix("?") for key in content]
    if len(set(names)) < len(names):
        return {key: key for key in content}
    return dict(zip(names, content, strict=True))


def renamed(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, str]:
    """Return the new names of endpoints by their old ones: method and path are the same, and stand once in each version."""
    before, after = _routes(old), _routes(new)
    return {
        name: after[route]
        for route, name in before.items()
        if route in after and after[route] != name and name not in new and after[route] not in old
    }


def _routes(endpoints: Mapping[str, object]) -> dict[str, str]:
    found = [
        (str(each["http"]), name)
        for name, each in endpoints.items()
        if is_map(each) and "http" in each
    ]
    counts = Counter(route for route, _ in found)
    return {route: name for route, name in found if counts[route] == 1}


def by_endpoint(
    base: Mapping[str, object], ours: Mapping[str, object], theirs: Mapping[str, object]
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return the names of endpoints in three versions, by the name that they have in the first version with them."""
    of_user = {new: old for old, new in renamed(base, ours).items()}
    upstream = {new: old for old, new in renamed(base, theirs).items()}
    added_twice = {
        new: mine
        for mine, new in renamed(ours, theirs).items()
        if mine not in base and mine not in of_user and new not in upstream
    }
    return (
        {name: name for name in base},
        {of_user.get(name, name): name for name in ours},
        {{**added_twice, **upstream}.get(name, name): name for name in theirs},
    )


def rows_by_id(rows: Sequence[object]) -> dict[str, object] | None:
    """Return the rows of a list by identity, equal ones numbered; None if a row has none."""
    seen: Counter[str] = Counter()
    result: dict[str, object] = {}
    for row in rows:
        identity = _identity(row)
        if identity is None:
            return None
        seen[identity] += 1
        result[f"{identity} #{seen[identity]}" if seen[identity] > 1 else identity] = row
    return result


def unique_rows(rows: Sequence[object]) -> dict[str, object] | None:
    """Return the rows of a list by identity; None if one has no identity, or that of another row."""
    identities = [identity for row in rows if (identity := _identity(row)) is not None]
    if len(set(identities)) < len(rows):
        return None
    return dict(zip(identities, rows, strict=True))


def _identity(row: object) -> str | None:
    if isinstance(row, list):
        return None
    if not is_map(row):
        return str(row)
    for keys in _IDENTITIES:
        values = [row.get(key) for key in keys]
        if any(value is not None for value in values):
            return " ".join(str(value) for value in values if value is not None)
    return None


def short_key(values: Sequence[object], languages: Sequence[str], path: Sequence[str]) -> str:
    """Return the key that a text stands for beside maps, or "": `string` is `{type: string}`, a text is one in the first language."""
    within = path[-2] if len(path) > 1 else ""
    maps = [value for value in values if is_map(value)]
    if maps and within in _SHORT:
        return _SHORT[within]
    if any("type" in each for each in maps) and path[-1] not in _FIELDS:
        return "type"
    is_text = bool(languages) and any(each and set(each) <= set(languages) for each in maps)
    return languages[0] if is_text else ""
