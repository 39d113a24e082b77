"""JSON and curl examples in the text of pages, also with numbered lines."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import parse_qsl, urlsplit

_FENCE = re.compile(r"\s*(```|~~~)")


def json_at(lines: Sequence[str], start: int) -> tuple[dict[str, object], int] | None:
    """Return the JSON object that begins on this line, counted from 1, and its last line; None if there is none."""
    first = re.sub(r"^\s*1(?=\s*\{)", "", lines[start - 1])
    if not first.lstrip().startswith("{"):
        return None
    is_numbered = first != lines[start - 1]
    text = ""
    for number in range(start, min(start + 2000, len(lines)) + 1):
        line = lines[number - 1]
        if is_numbered:
            line = re.sub(rf"^\s*{number - start + 1}", "", line, count=1)
        text += line + "\n"
        if not line.rstrip().endswith("}"):
            continue
        try:
            value = json.loads(text)
        except RecursionError:
            return None
        except ValueError:
            continue
        if isinstance(value, dict):
            return cast("dict[str, object]", value), number
    return None


def values_of_url(url: str, path: str) -> tuple[dict[str, object], dict[str, object]] | None:
    """Return the values of path variables and of the query in a URL of an example; None if it has another path."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    names = re.findall(r"\{(\w+)\}", path)
    pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(path))
    match = re.fullmatch(pattern, parts.path)
    if match is None:
        return None
    query: Mapping[str, str] = dict(parse_qsl(parts.query))
    return dict(zip(names, match.groups(), strict=True)), dict(query)


def json_of(text: str) -> object:
    """Return the JSON of an example, also with comments at the ends of lines; None if it is no object or list."""
    if not text.startswith(("{", "[")):
        return None
    for each in (text, re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*', lambda match: match[1] or "", text)):
        try:
            return cast(object, json.loads(re.sub(r",(\s*[}\]])", r"\1", each)))
        except (ValueError, RecursionError):
            continue
    return None
