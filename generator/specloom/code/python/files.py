"""Whole files: put together, copied, or given to black."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ..base import Python
from .tokens import WIDTH, columns

_ALONE = re.compile(r'\s*([A-Za-z_]\w*=)?("([^"\\]|\\.)*"|\'([^\'\\]|\\.)*\'),?')


def lines(parts: Iterable[Python], *, blank: int = 0) -> Python:
    """The parts below each other, with blank lines between them."""
    return Python(("\n" * (blank + 1)).join(parts))


def nothing() -> Python:
    """An empty file."""
    return Python("")


def shipped(path: Path) -> Python:
    """One of our own files, as it is."""
    return Python(path.read_text("utf-8"))


def blackened(code: Python) -> Python:
    """The code as black writes it. black is only imported for code that may need it (`may_need_black`)."""
    import black
    from black.mode import TargetVersion

    mode = black.Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    return Python(black.format_str(code, mode=mode))


def may_need_black(code: Python) -> bool:
    """Whether a line is too wide that black could break: none of a docstring, and no string alone in its bracket."""
    if code.isascii() and max(map(len, code.split("\n"))) <= WIDTH:
        return False
    inside = False
    for line in code.split("\n"):
        text = inside
        inside ^= line.count('"""') % 2 == 1
        if len(line) > WIDTH // 2 and not text and '"""' not in line and columns(line) > WIDTH and not _ALONE.fullmatch(line):
            return True
    return False
