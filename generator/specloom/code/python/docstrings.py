"""Docstrings of generated Python code."""

from __future__ import annotations

import inspect
import re
from functools import lru_cache

from ..base import Python
from .tokens import ESCAPES, visible

WIDTH = 88
"""Columns of a line."""


_TOKEN = re.compile(
    r"\\?[^\x00-\x7f][，。、；：？！）》」』”),.;:!?\]]*|[\x00-\x08\x0e-\x1b!-\x7f]+|\s+"
)
"""A wide character with the punctuation after it, which must not begin a line; a word; or white space."""


@lru_cache(1024)
def docstring(text: str, indentation: int = 0) -> Python:
    """Return a docstring for code with this indentation in columns; `inspect.getdoc` returns the wrapped text.

    Line breaks of the text are kept. Long lines are wrapped, and their continuation has the same indentation or more.
    """
    max_width = WIDTH - indentation
    text = inspect.cleandoc("\n".join(text.strip().splitlines()))
    lines = [line.rstrip() for line in text.split("\n")]
    escaped = [_docstring_line(line) for line in lines]
    if len(escaped) == 1 and columns(escaped[0]) <= max_width - 6:
        return Python(f'"""{_guard(escaped[0])}"""')
    wrapped: list[str] = []
    for line in escaped:
        wrapped += wrap(line, max_width if wrapped else max_width - 3)
    if len(wrapped) == 1:
        wrapped = wrap(escaped[0], max_width - 6)
    body = "\n".join(wrapped)
    if len(wrapped) == 1:
        return Python(f'"""{_guard(body)}"""')
    return Python(f'"""{_guard(body)}\n"""')


def wrap(line: str, width: int) -> list[str]:
    """Break a line at spaces and between wide characters, with a hanging indent after a bullet or an indented row."""
    if columns(line) <= width:
        return [line.rstrip()]
    indentation = line[: len(line) - len(line.lstrip())]
    continuation = indentation + (
        "  " if line.startswith("- ", len(indentation)) else "    " if indentation else ""
    )
    lines: list[str] = []
    current = indentation
    width_so_far = columns(indentation)
    for token in _TOKEN.findall(line, len(indentation)):
        if width_so_far + columns(token.rstrip()) > width and current.strip():
            lines.append(current.rstrip())
            current, width_so_far = continuation, columns(continuation)
            token = token.lstrip()
        current += token
        width_so_far += columns(token)
    return [*lines, current.rstrip()]


def columns(text: str) -> int:
    """Return the width of a text in columns. A character outside ASCII counts as two, which is never less than black's own count."""
    return len(text) if text.isascii() else len(text) + sum(not c.isascii() for c in text)


def _docstring_line(line: str) -> str:
    if line.isprintable() and '"' not in line and "\\" not in line:
        return line
    return "".join(ESCAPES.get(c) or visible(c) for c in line).replace('"""', '\\"\\"\\"')


def _guard(body: str) -> str:
    """Escape a quote at the start or end, which would merge with the delimiter or make black add a space."""
    if body.startswith('"'):
        body = "\\" + body
    if not body.endswith('"'):
        return body
    is_escaped = (len(body[:-1]) - len(body[:-1].rstrip("\\"))) % 2
    return body[: -1 - is_escaped] + "\\x22"
