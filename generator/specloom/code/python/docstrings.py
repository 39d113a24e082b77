"""Texts for readers: docstrings and comments."""

from __future__ import annotations

import inspect
import re
from functools import lru_cache

from ..base import Python
from .tokens import ESCAPES, WIDTH, columns, visible


def comment(text: str) -> Python:
    """A comment of one line."""
    return Python("# " + "".join(visible(c) for c in " ".join(text.split())))


_TOKEN = re.compile(
    r"\\?[^\x00-\x7f][，。、；：？！）》」』”),.;:!?\]]*|[\x00-\x08\x0e-\x1b!-\x7f]+|\s+"
)
"""A wide character with the stops that may not begin a line, a word, or white space."""


@lru_cache(1024)
def docstring(text: str, indentation: int = 0) -> Python:
    """A docstring for a place that is indented so many columns; `inspect.getdoc` gives back the text, wrapped.

    The lines of the text stay lines, longer ones are wrapped with the indentation that they have.
    """
    room = WIDTH - indentation
    text = inspect.cleandoc("\n".join(text.strip().splitlines()))
    lines = [line.rstrip() for line in text.split("\n")]
    escaped = [_docstring_line(line) for line in lines]
    if len(escaped) == 1 and columns(escaped[0]) <= room - 6:
        return Python(f'"""{_guard(escaped[0])}"""')
    wrapped: list[str] = []
    for line in escaped:
        wrapped += wrap(line, room if wrapped else room - 3)
    if len(wrapped) == 1:
        wrapped = wrap(escaped[0], room - 6)
    body = "\n".join(wrapped)
    if len(wrapped) == 1:
        return Python(f'"""{_guard(body)}"""')
    return Python(f'"""{_guard(body)}\n"""')


def wrap(line: str, width: int) -> list[str]:
    """A line broken at spaces and between wide characters; the lines after the first hang under a bullet or an indented row."""
    if columns(line) <= width:
        return [line.rstrip()]
    lead = line[: len(line) - len(line.lstrip())]
    hang = lead + ("  " if line.startswith("- ", len(lead)) else "    " if lead else "")
    lines: list[str] = []
    current = lead
    taken = columns(lead)
    for token in _TOKEN.findall(line, len(lead)):
        if taken + columns(token.rstrip()) > width and current.strip():
            lines.append(current.rstrip())
            current, taken = hang, columns(hang)
            token = token.lstrip()
        current += token
        taken += columns(token)
    return [*lines, current.rstrip()]


def _docstring_line(line: str) -> str:
    if line.isprintable() and '"' not in line and "\\" not in line:
        return line
    return "".join(ESCAPES.get(c) or visible(c) for c in line).replace('"""', '\\"\\"\\"')


def _guard(body: str) -> str:
    """No bare quote at either end, where it would join the delimiter or make black add a space."""
    if body.startswith('"'):
        body = "\\" + body
    if not body.endswith('"'):
        return body
    escaped = (len(body[:-1]) - len(body[:-1].rstrip("\\"))) % 2
    return body[: -1 - escaped] + "\\x22"
