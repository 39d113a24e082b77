"""What corresponds to what in two versions of a map or list: fields by name, endpoints by method and path, rows by their identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .data import is_map

_IDENTITIES = (("url",), ("status", "code"), ("name",), ("title",))
"""Keys that identify a row of a list, the first that it has."""


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


def lift(
    values: Sequence[object], languages: Sequence[str], within: str
) -> tuple[list[object], str]:
    """Return values in one form, and the key that a short form stands for; `within` is the key above: `string` is `{type: string}`, a text is one in the first language."""
    maps = [value for value in values if is_map(value)]
    texts = [value for value in values if isinstance(value, str)]
    if not maps or not texts:
        return list(values), ""
    if all("type" in each for each in maps):
        key = "type"
    elif languages and all(set(each) <= set(languages) for each in maps):
        key = languages[0]
    else:
        key = {"responses": "body", "hosts": "url"}.get(within, "")
    return [{key: value} if key and isinstance(value, str) else value for value in values], key
