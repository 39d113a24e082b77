"""Lines of the parts of a written spec."""

from __future__ import annotations

from ...spec.collector import DiagnosticCollector
from ...spec.nodes import ListNode, MapNode, Node, Source
from ...spec.yaml_reader import parse

Way = tuple[str, ...]


def lines_by_way(text: str) -> dict[Way, int]:
    """Return the line of each key and list item of a YAML file by the way to it."""
    root = parse(Source("spec", text, text.split("\n")), DiagnosticCollector())
    lines: dict[Way, int] = {}
    waiting: list[tuple[Node, Way]] = [(root, ())] if root is not None else []
    while waiting:
        node, way = waiting.pop()
        if isinstance(node, MapNode):
            for key, entry in node.entries.items():
                lines[*way, key] = entry.key.line
                waiting.append((entry.value, (*way, key)))
        elif isinstance(node, ListNode):
            for index, item in enumerate(node.items):
                lines[*way, str(index)] = item.line
                waiting.append((item, (*way, str(index))))
    return lines
