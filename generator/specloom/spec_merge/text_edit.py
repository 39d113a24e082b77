"""Edits of a YAML file at the positions of its nodes: lines that do not change keep their comments and their layout.

A changed key of a block is written anew. So is a block whose change has no lines of its own: a part of `{…}`, or the first key of a row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..diagnostics import InvalidSpec
from ..spec.nodes import ListNode, MapNode, Node
from ..spec_writer import entry_lines, item_lines
from . import matching
from .data import as_data, is_list, is_map, parse, same

_SECTIONS = ("endpoints", "types", "events")


class TextEdit:
    """The edits of one file."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.edits: list[tuple[int, int, list[str]]] = []
        """First line, the line after the last one, and the new lines; lines count from 0."""

    def lost_comments(self) -> list[str]:
        """Return the comments on lines of their own that are inside blocks written anew."""
        return [
            line.strip()
            for start, end, new in self.edits
            if new
            for line in self.lines[start:end]
            if line.lstrip().startswith("#") and line.strip() not in (each.strip() for each in new)
        ]

    def text(self) -> str:
        lines = list(self.lines)
        for start, end, new in sorted(self.edits, key=lambda edit: edit[:2])[::-1]:
            if (
                not new
                and end < len(lines)
                and not lines[end].strip()
                and (not start or not lines[start - 1].strip())
            ):
                end += 1  # one blank line remains between the neighbours
            lines[start:end] = new
        return "\n".join(lines)

    def map(
        self, path: tuple[str, ...], node: MapNode, merged: Mapping[str, object], stop: int
    ) -> bool:
        """Turn a block into the merged map; `stop` is the line after it. Return False, without an edit, if only its parent can be written."""
        old = {key: as_data(entry.value) for key, entry in node.entries.items()}
        old_ids, new_ids = matching.keys_by_id(old), matching.keys_by_id(merged)
        if path == ("endpoints",):
            renamed = matching.renamed(old, merged)
            new_ids = {
                next((name for name, new in renamed.items() if new == key), id): key
                for id, key in new_ids.items()
            }
        rows = [entry.key.line - 1 for entry in node.entries.values()]
        stops = [*rows[1:], stop]
        indent = node.column - 1
        starts_row = bool(self.lines[rows[0]][:indent].strip()) if rows else True
        first_stays = (
            bool(rows) and next(iter(old_ids)) in new_ids and next(iter(new_ids)) in old_ids
        )
        if node.flow or rows != sorted(set(rows)) or not merged or (starts_row and not first_stays):
            return False
        ends = {
            id: self._end(row, after, indent)
            for id, row, after in zip(old_ids, rows, stops, strict=True)
        }
        start_of = dict(zip(old_ids, rows, strict=True))
        stop_of = dict(zip(old_ids, stops, strict=True))
        for id in old_ids.keys() - new_ids.keys():
            self.edits.append((start_of[id], ends[id], []))
        at = rows[0]
        for id, key in new_ids.items():
            inner = (*path, key)
            if id not in old_ids:
                spaced = (len(inner) == 2 and path[0] in _SECTIONS) or (
                    len(inner) == 1 and key in _SECTIONS
                )
                lines = "\n".join(entry_lines(inner, merged[key], indent)).split("\n")
                before_all = at == rows[0]
                self.edits.append(
                    (
                        at,
                        at,
                        (
                            [*lines, ""]
                            if spaced and before_all
                            else ["", *lines] if spaced else lines
                        ),
                    )
                )
                continue
            at = ends[id]
            entry = node.entries[old_ids[id]]
            if key != old_ids[id]:
                row = start_of[id]
                line = self.lines[row]
                self.lines[row] = (
                    line[:indent]
                    + entry_lines((*path, key), None, 0)[0].removesuffix(": null")
                    + line[indent + entry.key.width :]
                )
            if same(old[old_ids[id]], merged[key]):
                continue
            if not self._inside(inner, entry.value, merged[key], start_of[id], stop_of[id]):
                lines = "\n".join(entry_lines(inner, merged[key], indent)).split("\n")
                lines[0] = self.lines[start_of[id]][:indent] + lines[0][indent:]
                if len(lines) == 1 and ends[id] == start_of[id] + 1:
                    lines[0] += self._comment(start_of[id], indent)
                self.edits.append((start_of[id], ends[id], lines))
        return True

    def _inside(
        self, path: tuple[str, ...], node: Node, merged: object, row: int, stop: int
    ) -> bool:
        if isinstance(node, MapNode) and is_map(merged) and node.line - 1 > row:
            return self.map(path, node, merged, stop)
        if isinstance(node, ListNode) and is_list(merged) and node.line - 1 > row:
            return self._list(path, node, merged, stop)
        return False

    def _list(
        self, path: tuple[str, ...], node: ListNode, merged: Sequence[object], stop: int
    ) -> bool:
        old = matching.rows_by_id([as_data(item) for item in node.items])
        new = matching.rows_by_id(merged)
        indent = node.column - 1
        if (
            old is None
            or new is None
            or not new
            or [id for id in new if id in old] != [id for id in old if id in new]
        ):
            return False
        rows = [item.line - 1 for item in node.items]
        if rows != sorted(set(rows)) or any(
            self.lines[row][: indent + 1] != " " * indent + "-" for row in rows
        ):
            return False
        nodes = dict(zip(old, node.items, strict=True))
        start_of = dict(zip(old, rows, strict=True))
        stop_of = dict(zip(old, [*rows[1:], stop], strict=True))
        ends = {id: self._end(start_of[id], stop_of[id], indent) for id in old}
        for id in old.keys() - new.keys():
            self.edits.append((start_of[id], ends[id], []))
        at = rows[0]
        for id, value in new.items():
            if id not in old:
                self.edits.append((at, at, item_lines(value, indent)))
                continue
            at = ends[id]
            each = nodes[id]
            if same(old[id], value):
                continue
            is_edited = (
                isinstance(each, MapNode)
                and is_map(value)
                and self.map((*path, id), each, value, stop_of[id])
            )
            if not is_edited:
                self.edits.append((start_of[id], ends[id], item_lines(value, indent)))
        return True

    def _comment(self, row: int, indent: int) -> str:
        """Return the comment at the end of a line, with the spaces before it."""
        line = self.lines[row][indent:]
        for match in re.finditer(r"\s+#", line):
            try:
                if same(as_data(parse("", line[: match.start()])), as_data(parse("", line))):
                    return line[match.start() :]
            except InvalidSpec:
                continue
        return ""

    def _end(self, row: int, stop: int, indent: int) -> int:
        """Return the line after a key or row: blank lines and comments before the next one are not part of it."""
        end = min(stop, len(self.lines))
        while end > row + 1:
            line = self.lines[end - 1]
            is_outside = line.lstrip().startswith("#") and len(line) - len(line.lstrip()) <= indent
            if line.strip() and not is_outside:
                break
            end -= 1
        return end
