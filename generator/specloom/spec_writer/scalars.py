"""Scalars of YAML: plain where specloom's reader and readers of YAML 1.1 see the same value, else quoted, folded or literal."""

from __future__ import annotations

import re
from decimal import Decimal

from ..spec import charset

FOLD_WIDTH = 140
_OTHER_VALUE = re.compile(
    r"|~|null|true|false|yes|no|on|off|=|<<"
    r"|[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?"
    r"|[-+]?0[box]?[0-9a-f_]+|[-+]?\.(?:inf|nan)|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?",
    re.IGNORECASE,
)
"""Plain scalars that are no text to some reader. Dates are texts to specloom, and are written plain."""
_OTHER_KEY = re.compile(r"|~|null|true|false|yes|no|on|off|=|<<", re.IGNORECASE)
_SPECIAL_START = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`\s]|\.\.\.")
_SPECIAL_INSIDE = re.compile(r":(?:\s|$)|\s#|\s$|[\t\n]")
_SPECIAL_IN_FLOW = re.compile(r"[,\[\]{}]|:\?")
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f-\xa0]')
_LETTERS = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


class Plain(str):
    """A number as it stands in a file, such as `0123` or `1.10`: it is written without quotes, and its key decides what it is."""


def key(text: str, *, flow: bool) -> str:
    """Return a key. Keys are always texts, so a number needs no quotes."""
    if _is_plain(text, flow=False) and not _OTHER_KEY.fullmatch(text):
        return _quoted(text) if flow and _SPECIAL_IN_FLOW.search(text) else text
    return _quoted(text)


def scalar(value: object, *, flow: bool) -> str:
    """Return a value on one line."""
    match value:
        case Plain():
            return str(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() | Decimal():
            return _number(Decimal(str(value)))
        case _:
            text = str(value)
            plain = _is_plain(text, flow=flow) and not _OTHER_VALUE.fullmatch(text)
            return text if plain else _quoted(text)


def block(text: str, indent: int) -> list[str] | None:
    """Return a long text, or one of several lines, as a block: its header and its lines; None if it is better on one line."""
    if not text or not _is_visible(text):
        return None
    pad = " " * indent
    if "\n" not in text:
        if indent + len(text) <= FOLD_WIDTH or "  " in text or text != text.strip() or "\t" in text:
            return None
        lines = _folded(text, FOLD_WIDTH - indent)
        return [">-", *(pad + line for line in lines)] if len(lines) > 1 else None
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if not lines[0] or any(line != line.rstrip() for line in lines) or not lines[-1]:
        return None
    if lines[0][0].isspace() or "\t" in text:
        return None
    return ["|" if text.endswith("\n") else "|-", *(pad + line if line else "" for line in lines)]


def _folded(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError("infinity and NaN are not valid in a spec")
    text = format(value, "f") if -12 < value.adjusted() < 20 else f"{value:e}"
    if "e" not in text or "." in text:
        return text
    mantissa, exponent = text.split("e")  # YAML 1.1 needs a point before an exponent
    return f"{mantissa}.0e{exponent}"


def _is_plain(text: str, *, flow: bool) -> bool:
    return not (
        _SPECIAL_START.match(text)
        or _SPECIAL_INSIDE.search(text)
        or (flow and _SPECIAL_IN_FLOW.search(text))
        or not text
        or not _is_visible(text)
    )


def _is_visible(text: str) -> bool:
    return "\u00a0" not in text and charset.forbidden(text) is None


def _quoted(text: str) -> str:
    if ('"' in text or "\\" in text) and _is_visible(text) and not re.search(r"[\n\t]", text):
        return "'" + text.replace("'", "''") + "'"
    escaped = _ESCAPED.sub(_escape, text)
    while forbidden := charset.forbidden(escaped):
        escaped = escaped.replace(forbidden[0], _code_point(forbidden[0]))
    return f'"{escaped}"'


def _escape(match: re.Match[str]) -> str:
    return _LETTERS.get(match[0]) or _code_point(match[0])


def _code_point(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
