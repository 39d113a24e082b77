"""YAML text of spec files, from plain data in the order of its keys.

The style is that of specs written by hand: a map that fits on a line is one, longer ones are blocks, and texts of several lines are literal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

__all__ = ["write_spec"]

_WIDTH = 110
_PLAIN = re.compile(
    r"[A-Za-z0-9_./$(^~+<;\u00a1-\ud7ff\uf900-\ufdcf\ufdf0-\uffef-][^\x00-\x1f\x7f-\x9f\u2028\u2029]*"
)
_NOT_TEXT = re.compile(
    r"|~|null|true|false|yes|no|on|off|[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+|[-+]?\.(inf|nan)|[0-9]+(:[0-9.]+)+|<<|=|---.*|\.\.\..*",
    re.IGNORECASE,
)
_BLOCKS = {"endpoints", "types", "events", "examples", "errors"}
"""Keys whose values are blocks, also if they would fit on a line."""


def write_spec(files: Mapping[str, object]) -> dict[str, str]:
    """Return the text of each file: JSON if its name ends in `.json`, else YAML."""
    return {
        name: (
            _json(content)
            if name.endswith(".json")
            else "".join(f"{line}\n" for line in _root(content))
        )
        for name, content in files.items()
    }


def _json(content: object) -> str:
    return json.dumps(_floats(content), ensure_ascii=False, indent=2) + "\n"


def _floats(value: object) -> object:
    if isinstance(value, Decimal):
        return _whole_or_float(value)
    if isinstance(value, dict):
        return {
            str(key): _floats(each) for key, each in cast("dict[object, object]", value).items()
        }
    if isinstance(value, list):
        return [_floats(each) for each in cast("list[object]", value)]
    return value


def _whole_or_float(value: Decimal) -> object:
    return (
        int(value)
        if value == value.to_integral_value()
        and value.adjusted() < 20
        and value.as_tuple().exponent == 0
        else float(value)
    )


def _root(content: object) -> list[str]:
    assert isinstance(content, dict)
    lines: list[str] = []
    for key, value in cast("dict[object, object]", content).items():
        if key in _BLOCKS and isinstance(value, dict):
            lines.append(f"{_key(key)}:")
            for name, each in cast("dict[object, object]", value).items():
                if key == "endpoints" and isinstance(each, dict) and each:
                    lines += [f"  {_key(name)}:", *_block(cast("object", each), 4)]
                else:
                    lines += _entry(name, each, 2)
        else:
            lines += _entry(key, value, 0)
    return lines


def _entry(key: object, value: object, indent: int) -> list[str]:
    """Return the lines of a key with its value."""
    head = f"{' ' * indent}{_key(key)}:"
    if isinstance(value, str) and "\n" in value and _is_literal(value):
        body = [f"{' ' * (indent + 2)}{line}".rstrip() for line in value.split("\n")]
        return [f"{head} |-" if not value.endswith("\n") else f"{head} |", *body]
    if not isinstance(value, dict | list):
        return [f"{head} {_scalar(value, flow=False)}"]
    if not value or key not in _BLOCKS:
        flow = _flow(cast("object", value), _WIDTH - len(head) - 1)
        if flow is not None:
            return [f"{head} {flow}"]
    return [head, *_block(cast("object", value), indent + 2)]


def _block(value: object, indent: int) -> list[str]:
    lines: list[str] = []
    if isinstance(value, dict):
        for key, each in cast("dict[object, object]", value).items():
            lines += _entry(key, each, indent)
        return lines
    for item in cast("list[object]", value):
        flow = _flow(item, _WIDTH - indent - 2)
        if flow is not None:
            lines.append(f"{' ' * indent}- {flow}")
        elif isinstance(item, dict | list):
            inner = _block(cast("object", item), indent + 2)
            lines += [f"{' ' * indent}- {inner[0].lstrip()}", *inner[1:]]
        else:
            lines.append(f"{' ' * indent}- {_scalar(item, flow=False)}")
    return lines


def _flow(value: object, width: int) -> str | None:
    """Return a value on one line; None if it does not fit."""
    text = _inline(value, width)
    return text if text is not None and len(text) <= width else None


def _inline(value: object, width: int) -> str | None:
    if width < 0:
        return None
    if isinstance(value, dict):
        parts: list[str] = []
        left = width
        for key, each in cast("dict[object, object]", value).items():
            inner = _inline(each, left)
            if inner is None:
                return None
            part = f"{_key(key, flow=True)}: {inner}"
            left -= len(part) + 2
            parts.append(part)
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        items: list[str] = []
        left = width
        for each in cast("list[object]", value):
            inner = _inline(each, left)
            if inner is None:
                return None
            left -= len(inner) + 2
            items.append(inner)
        return f"[{', '.join(items)}]"
    if isinstance(value, str) and ("\n" in value or len(value) > width):
        return None
    return _scalar(value, flow=True)


def _key(key: object, *, flow: bool = False) -> str:
    text = str(key)
    if re.fullmatch(r"[A-Za-z0-9_$][A-Za-z0-9_$./+<>()-]*\??", text) and len(text) < 120:
        return text
    return _quoted(text)


def _scalar(value: object, *, flow: bool) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f") if -20 < value.adjusted() < 20 else str(value)
    text = str(value)
    is_plain = (
        _PLAIN.fullmatch(text) is not None
        and not _NOT_TEXT.fullmatch(text)
        and ": " not in text
        and " #" not in text
        and not text.endswith((":", " "))
        and not text.startswith(("- ", "? ", "---"))
        and text != "-"
        and not (flow and re.search(r"[\[\]{},]", text))
        and not (flow and ":" in text and re.search(r":($|[\[\]{},])", text))
    )
    return text if is_plain else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _is_literal(text: str) -> bool:
    """Return whether a literal block keeps a text as it is."""
    lines = text.split("\n")
    return (
        not text.startswith((" ", "\n", "\t"))
        and all(line == line.rstrip() for line in lines)
        and "\r" not in text
        and not text.endswith("\n")
        and all(c.isprintable() or c in "\n\t" for c in text)
    )
