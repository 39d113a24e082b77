"""Whole files: sections of a spec file apart from each other, and JSON files of examples."""

from __future__ import annotations

import json
from decimal import Decimal

from .layout import entry, is_list, is_map, split_comment

_SECTIONS = ("endpoints", "types", "events")
_ALWAYS_BLOCKS = frozenset({"responses", "errors", "examples", "hosts"})
_FIELDS = frozenset(
    {"path", "query", "header", "cookie", "body", "form", "parts", "fields", "payload"}
)
_MOST_INLINE_FIELDS = 2
"""Maps with more fields have a line for each."""


def yaml_text(content: object) -> str:
    """Return a spec file as YAML."""
    content, comment = split_comment(content)
    if not is_map(content) or not content:
        raise ValueError("a spec file is a map with at least one key")
    lines = list(comment)
    for name, value in content.items():
        if name in _SECTIONS and is_map(split_comment(value)[0]):
            lines += [*([""] if lines else []), *_section(str(name), value)]
        else:
            lines += _member(str(name), value, 0)
    return "\n".join(lines) + "\n"


def _section(name: str, value: object) -> list[str]:
    """Return `endpoints`, `types` or `events`: long entries have a blank line between them."""
    value, comment = split_comment(value)
    if not is_map(value) or not value:
        return [*comment, *entry(name, value, 0)]
    lines = [*comment, f"{name}:"]
    before = 0
    for key, each in value.items():
        part = _definition(key, each)
        if before and (before > 1 or len(part) > 1):
            lines.append("")
        lines += part
        before = len(part)
    return lines


def _definition(name: object, value: object) -> list[str]:
    inner, comment = split_comment(value)
    if not is_map(inner) or not inner:
        return entry(name, value, 2)
    members = inner
    if "http" not in members and "fields" not in members:
        return entry(name, value, 2)
    head = entry(name, None, 2)[0].removesuffix(" null")
    rest = [line for key, each in members.items() for line in _member(str(key), each, 4)]
    return [*(f"  {line}" for line in comment), head, *rest]


def _member(name: str, value: object, indent: int) -> list[str]:
    inner = split_comment(value)[0]
    fields = len(inner) if name in _FIELDS and is_map(inner) else 0
    return entry(
        name, value, indent, expanded=name in _ALWAYS_BLOCKS or fields > _MOST_INLINE_FIELDS
    )


def entry_lines(path: tuple[str, ...], value: object, indent: int) -> list[str]:
    """Return the lines of one key, to put into a file. `path` leads to it from the root of the file, `indent` is that of its line."""
    name, is_section = path[-1], path[0] in _SECTIONS
    if len(path) == 1 and is_section:
        return _section(name, value)
    if len(path) == 2 and is_section:
        lines = _definition(name, value)
        return [" " * indent + line[2:] if line else "" for line in lines]
    if len(path) == 1 or (len(path) == 3 and is_section):
        return _member(name, value, indent)
    return entry(name, value, indent)


def json_text(content: object) -> str:
    """Return a JSON file; a `Decimal` keeps its digits."""
    return _json(content, "") + "\n"


def _json(value: object, pad: str) -> str:
    inner = pad + "  "
    if is_map(value) and value:
        rows = [
            f"{inner}{json.dumps(str(key), ensure_ascii=False)}: {_json(each, inner)}"
            for key, each in value.items()
        ]
        return "{\n" + ",\n".join(rows) + f"\n{pad}}}"
    if is_list(value) and value:
        items = [f"{inner}{_json(each, inner)}" for each in value]
        return "[\n" + ",\n".join(items) + f"\n{pad}]"
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("infinity and NaN are not valid in a spec")
        return str(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
