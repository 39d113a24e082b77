"""Anchors of fields and error codes: `#field-amount.total`, `#error-INVALID_REQUEST`.

They are the same in all languages. If a page has a name twice, as a field of the request and of the response, the second anchor ends in `-2`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from . import tables


def error_anchor(code: str) -> str:
    return f"error-{_safe(code)}"


def with_anchors(lines: Iterable[str]) -> Iterator[str]:
    """Add an anchor, and a link to it, to the first line of each row that describes a field or an error."""
    used: Counter[str] = Counter()
    parents: list[str] = []
    for line in lines:
        values = tables.cells(line)
        if error := tables.error_of(values):
            values[1] = _anchored(values[1], error_anchor(error.code), used)
            line = tables.row(values)
        elif field := tables.field_of(values):
            depth, name = field
            parents = [*parents[:depth], name]
            values[0] = _anchored(values[0], f"field-{_safe('.'.join(parents))}", used)
            line = tables.row(values)
        yield line


def _anchored(cell: str, name: str, used: Counter[str]) -> str:
    used[name] += 1
    anchor = name if used[name] == 1 else f"{name}-{used[name]}"
    first, *others = cell.split("<br>")
    mark = f'<span id="{anchor}" class="anchor"></span>'
    link = f'<a class="anchor-link" href="#{anchor}" title="#{anchor}"></a>'
    return "<br>".join([f"{mark}{first}{link}", *others])


def _safe(name: str) -> str:
    """Return a name without characters that HTML or Markdown give a meaning to."""
    return re.sub(r"[^\w.-]+", "-", name)
