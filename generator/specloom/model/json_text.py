"""JSON values as text: exact JSON, and a form for prose."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from .texts import Json

_INDENT = 2


def json_text(value: Json, indent: int | None = None) -> str:
    """Return JSON with exact numbers: on one line, or indented by two from column `indent`."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        rows = [
            f"{json.dumps(key, ensure_ascii=False)}: {json_text(item, _deeper(indent))}"
            for key, item in value.items()
        ]
        return _bracketed("{", rows, "}", indent)
    if isinstance(value, list):
        return _bracketed("[", [json_text(item, _deeper(indent)) for item in value], "]", indent)
    return json.dumps(value, ensure_ascii=False)


def wire_text(value: Json) -> str:
    """Return a value as documentation shows it: JSON, but strings without quotes.

    A string keeps its quotes if it is empty or has white space that prose would lose; such white space is escaped.
    """
    if isinstance(value, str) and value and value == " ".join(value.split()):
        return value
    return re.sub(r"(?<= ) |[^\S ]", lambda match: f"\\u{ord(match[0]):04x}", json_text(value))


def code_span(text: str) -> str:
    """Return a code span with as many backticks as the text needs (CommonMark 6.1)."""
    fence = "`" * (max(map(len, re.findall(r"`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _deeper(indent: int | None) -> int | None:
    return None if indent is None else indent + _INDENT


def _bracketed(start: str, rows: list[str], end: str, indent: int | None) -> str:
    if not rows or indent is None:
        return f"{start}{', '.join(rows)}{end}"
    inner = f",\n{' ' * (indent + _INDENT)}".join(rows)
    return f"{start}\n{' ' * (indent + _INDENT)}{inner}\n{' ' * indent}{end}"
