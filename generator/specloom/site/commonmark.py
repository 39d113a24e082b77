"""GitHub Markdown rewritten for Python-Markdown, so that both show the same page.

Python-Markdown escapes fewer characters, keeps backslashes in code spans of tables, and needs a blank line before a list or table, and four spaces for
what is inside an item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_CODE_OR_ESCAPE = re.compile(
    r"(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)|\\(?P<escaped>[!-/:-@\[-`{-~])"
)
_FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})")
_ITEM = re.compile(r"(?P<indent> *)(?P<marker>[-*+]|\d{1,9}[.)])(?P<space> +)(?=\S)")


def for_python_markdown(lines: Iterable[str]) -> Iterator[str]:
    offsets: list[int] = []  # columns of the text of the list items that are open
    fence, previous = "", ""
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        if fence:
            if line.strip() == fence:
                fence = ""
            yield _inside(line, offsets)
            continue
        if indent >= 4 and not offsets and (not previous or previous.startswith("    ")):
            yield line  # indented code
            previous = line
            continue
        item = _ITEM.match(line)
        if line and (item or not previous or indent == 0):
            while offsets and indent < offsets[-1] and (item or not previous):
                offsets.pop()
        if item:
            if previous and not offsets and not _ITEM.match(previous):
                yield ""
            marker = item["marker"].replace(")", ".")
            yield f"{'    ' * len(offsets)}{marker} {_inline(line[item.end():])}"
            offsets.append(item.end())
        else:
            if opening := _FENCE.match(line):
                fence = opening["fence"]
                yield _inside(line, offsets)
            else:
                if line.startswith("|") and previous and not previous.startswith("|"):
                    yield ""
                yield _inside(_inline(line), offsets)
        previous = line


def _inside(line: str, offsets: list[int]) -> str:
    """Return a line of an item with four spaces for each open item."""
    if not line or not offsets:
        return line
    own = len(line) - len(line.lstrip(" "))
    return "    " * len(offsets) + line[min(own, offsets[-1]) :]


def _inline(line: str) -> str:
    """Write escaped characters as entities, and bars in code spans of a table as they are."""
    in_table = line.startswith("|")

    def replace(match: re.Match[str]) -> str:
        if match["escaped"]:
            return f"&#{ord(match['escaped'])};"
        return match[0].replace("\\|", "|") if in_table else match[0]

    return _CODE_OR_ESCAPE.sub(replace, line)
