"""Makers of whole files: joined, or formatted with black."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..base import Python
from .docstrings import WIDTH, columns

_STRING = r'("([^"\\]|\\.)*"|\'([^\'\\]|\\.)*\')'
_ALONE = re.compile(
    rf"\s*(([A-Za-z_]\w*=)?{_STRING}|{_STRING}: {_STRING}|(\w+: )?[\w.]+),?|\s*(from [\w.]+ import |class \w+)\("
)
"""A line that black cannot break: a string or a name, as an item, an argument, the row of a dict or a declaration; or the start of an import or a class."""


def lines(parts: Iterable[Python], *, blank: int = 0) -> Python:
    """Return the parts one below the other, with so many blank lines between them."""
    return Python(("\n" * (blank + 1)).join(parts))


def empty_file() -> Python:
    """Return an empty file."""
    return Python("")


def format_black(code: Python) -> Python:
    """Format code with black. Importing black is slow, so call this only if `may_need_black`."""
    import black
    from black.mode import TargetVersion

    mode = black.Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    return Python(black.format_str(code, mode=mode))


def may_need_black(code: Python) -> bool:
    """Return whether black could break a line that is too wide: docstrings, and strings alone on their line, stay as they are."""
    if code.isascii() and max(map(len, code.split("\n"))) <= WIDTH:
        return False
    in_docstring = False
    for line in code.split("\n"):
        starts_in_docstring = in_docstring
        in_docstring ^= line.count('"""') % 2 == 1
        if (
            len(line) > WIDTH // 2
            and not starts_in_docstring
            and '"""' not in line
            and columns(line) > WIDTH
            and not _ALONE.fullmatch(line)
        ):
            return True
    return False
