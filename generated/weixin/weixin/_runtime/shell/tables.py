"""Tables of the shell: rows for people, of JSON values."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..json_types import is_list, is_object

_GAP = "  "


def as_table(value: Any) -> Iterator[str]:
    """Yield the lines of a table: a row for each object of a list, else one for each field.

    A value that has only one list, such as a page, is that list and its other fields.
    """
    if is_list(value):
        yield from _rows(value)
        return
    if not is_object(value):
        yield _cell(value)
        return
    lists = [
        name
        for name, each in value.items()
        if is_list(each) and any(map(is_object, each))
    ]
    fields = {name: each for name, each in value.items() if name not in lists}
    width = max(map(_width, fields), default=0)
    for name, each in fields.items():
        yield f"{_padded(name, width)}{_GAP}{_cell(each)}"
    for name in lists:
        yield ""
        yield f"{name}:"
        yield from _rows(value[name])


def _rows(items: Sequence[Any]) -> Iterator[str]:
    objects: list[Mapping[str, Any]] = [
        item if is_object(item) else {"": item} for item in items
    ]
    names = list(dict.fromkeys(name for each in objects for name in each))
    cells = [names, *([_cell(each.get(name)) for name in names] for each in objects)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(names))]
    for row in cells:
        padded = (_padded(cell, width) for cell, width in zip(row, widths, strict=True))
        yield _GAP.join(padded).rstrip()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Return the columns of a text on a terminal, where Chinese characters have two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
