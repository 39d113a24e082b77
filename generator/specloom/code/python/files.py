"""Makers of whole files: joined, or formatted with black."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..base import Python
from .docstrings import WIDTH, columns

_STRING = r'("([^"\\]|\\.)*"|\'([^\'\\]|\\.)*\')'
_ALONE = re.compile(
    rf"\s*(([A-Za-z_]\w*=)?{_STRING}|{_STRING}: {_STRING}|[\w.]+),?|\s*\w+(: |=)[\w.]+,|\s*(from [\w.]+ import |class \w+)\("
)
"""A line that black cannot break: a string or a name, as an item, an argument, the row of a dict or a declaration; or the start of an import or a class."""
_NESTED = re.compile(r"\w[(\[]\w+\[$")
"""The start of a type over several lines within another one, which black indents."""
_DEFINITION = re.compile(r"(    (?=def |async def |@))?(?:class |def |async def |@|\w+(: .*)? = )")
"""The first line of a definition, also of a method, whose indentation is the group."""


def lines(parts: Iterable[Python], *, blank: int = 0) -> Python:
    """Return the parts one below the other, with so many blank lines between them."""
    return Python(("\n" * (blank + 1)).join(parts))


def empty_file() -> Python:
    """Return an empty file."""
    return Python("")


def format_black(code: Python) -> Python:
    """Format code with black, whose import is slow."""
    import black
    from black.mode import TargetVersion

    mode = black.Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    return Python(black.format_str(code, mode=mode))


def format_wide_parts(code: Python) -> Python:
    """Format with black each definition that has a line which black could break; the others are as black would leave them."""
    lines = code.split("\n")
    parts = _parts_to_format(lines)
    for start, end, indented in reversed(parts):
        part = "\n".join(lines[start:end]).rstrip("\n")
        formatted = format_black(Python(f"class _:\n{part}\n" if indented else f"{part}\n"))
        text = formatted.removeprefix("class _:\n") if indented else formatted
        blank = end - start - part.count("\n") - 1
        lines[start:end] = [*text.rstrip("\n").split("\n"), *[""] * blank]
    return Python("\n".join(lines)) if parts else code


def _parts_to_format(lines: list[str]) -> list[tuple[int, int, bool]]:
    """Return the first line and the end of each definition with a line that black could break, and whether it is a method.

    Black's time grows with the text, so a class is formatted method by method.
    """
    parts: list[tuple[int, int, bool]] = []
    start, is_wide, indented, in_docstring = 0, False, False, False
    for number, line in enumerate(lines):
        if not in_docstring and number and not lines[number - 1]:
            begin = _DEFINITION.match(line)
            if begin and (not begin[1] or indented or lines[start].startswith("class ")):
                if is_wide:
                    parts.append((start, number, indented))
                start, is_wide, indented = number, False, bool(begin[1])
        if not is_wide and not in_docstring and '"""' not in line:
            is_wide = _may_break(line)
        in_docstring ^= line.count('"""') % 2 == 1
    if is_wide:
        parts.append((start, len(lines), indented))
    return parts


def _may_break(line: str) -> bool:
    """Return whether black may change a line outside docstrings."""
    if len(line) > WIDTH // 2 and columns(line) > WIDTH:
        return _ALONE.fullmatch(line) is None
    return line.lstrip().startswith("] |") or _NESTED.search(line) is not None
