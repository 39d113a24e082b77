"""Merge of whole folders, file by file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from ..diagnostics import Diagnostic, InvalidSpec
from ..spec.nodes import ListNode, MapNode, Node, location_of
from ..spec_writer import write_spec
from . import data, matching
from .data import MISSING, as_data, is_list, is_map, same
from .text_edit import TextEdit
from .three_way import Conflict, Merge, Side

_LONGEST = 100


class Merged(Struct, frozen=True):
    """The files of a merge by their paths in the folder; those that are not in `texts` are removed."""

    texts: Mapping[str, str]
    conflicts: tuple[Diagnostic, ...]
    """Conflicts that nobody has decided. While there are any, `texts` must not be written."""
    lost: Mapping[str, str]
    """What could not be kept of the comments and layout of a file."""


def merge(
    base: Mapping[str, str],
    ours: Mapping[str, str],
    theirs: Mapping[str, str],
    accept: Callable[[Conflict], Side | None],
    display_path: str,
) -> Merged:
    """Merge three versions of a folder, each a map of texts; raises `InvalidSpec` if a file of the user is no YAML."""
    roots = {
        name: data.parse(f"{display_path}/{name}", text)
        for name, text in ours.items()
        if name.endswith(".yaml")
    }
    merging = Merge(_languages(roots.get("_api.yaml")), accept)
    texts: dict[str, str] = {}
    losses: dict[str, str] = {}
    for name in sorted({*ours, *theirs}):
        old, mine, new = (version.get(name, MISSING) for version in (base, ours, theirs))
        if not name.endswith(".yaml") or mine in (old, MISSING) or new in (old, mine, MISSING):
            text = merging.value((name,), old, mine, new)
        else:
            text, lost = _file(name, str(mine), roots[name], base.get(name), str(new), merging)
            if lost:
                losses[name] = lost
        if isinstance(text, str):
            texts[name] = text
    conflicts = [_diagnostic(conflict, roots, display_path) for conflict in merging.open]
    return Merged(texts, tuple(conflicts), losses)


def _file(
    name: str, text: str, root: MapNode, base: str | None, theirs: str, merging: Merge
) -> tuple[str, str]:
    """Return the text of a file that both sides changed, and what could not be kept of its comments and layout."""
    old = as_data(data.parse(f"{name} of the last import", base)) if base is not None else MISSING
    mine = as_data(root)
    merged = merging.value(
        (name,), old, mine, as_data(data.parse(f"{name} of this import", theirs))
    )
    if not merged:  # each side removed what the other one kept, and a file has at least one key
        merged = merging.choose((name,), mine, as_data(data.parse(name, theirs)))
    if same(merged, mine) or not is_map(merged):
        return text, ""
    edit = TextEdit(text)
    if edit.map((), root, merged, len(edit.lines)):
        edited = edit.text()
        if _holds(edited, merged):
            lost = edit.lost_comments()
            return edited, f"without the comments {'; '.join(lost)}" if lost else ""
    return write_spec({name: merged})[name], "written anew, without its comments and layout"


def _holds(text: str, merged: Mapping[str, object]) -> bool:
    try:
        return same(as_data(data.parse("", text)), merged)
    except InvalidSpec:
        return False


def _languages(root: MapNode | None) -> Sequence[str]:
    languages = (
        as_data(root.entries["languages"].value) if root and "languages" in root.entries else None
    )
    return [str(each) for each in languages] if is_list(languages) else []


def _diagnostic(conflict: Conflict, roots: Mapping[str, MapNode], display_path: str) -> Diagnostic:
    name, *inner = conflict.path
    node = _nearest(roots[name], inner) if name in roots else None
    location = location_of(node) if node else None
    return Diagnostic(
        location.path if location else f"{display_path}/{name}",
        location.line if location else 1,
        location.column if location else 1,
        "import-conflict",
        f"{name_of(conflict)} {_change('was edited here', 'was removed here', conflict.ours)} and {_change('has changed upstream', 'was removed upstream', conflict.theirs)}",
        f"run again with --accept ours:{name_of(conflict)} or --accept theirs:{name_of(conflict)}, or write the new value here",
    )


def name_of(conflict: Conflict) -> str:
    """Return the name of a conflict on the command line: `orders.yaml` or `orders.yaml:endpoints.create.title`."""
    name, *inner = conflict.path
    return ":".join([name, ".".join(inner)] if inner else [name])


def _nearest(node: Node, path: Sequence[str]) -> Node:
    """Return the node at a path, else the nearest one above it."""
    for step in path:
        if isinstance(node, MapNode):
            ids = matching.keys_by_id(dict.fromkeys(node.entries))
            entry = node.entries.get(ids.get(step, step))
            if entry is None:
                return node
            node = entry.value
        elif isinstance(node, ListNode):
            rows = matching.rows_by_id([as_data(item) for item in node.items]) or {}
            if step not in rows:
                return node
            node = node.items[list(rows).index(step)]
    return node


def _change(edited: str, removed: str, value: object) -> str:
    return removed if value is MISSING else f"{edited} ({_shown(value)})"


def _shown(value: object) -> str:
    if is_map(value) or is_list(value):
        text = " ".join(write_spec({"a.yaml": {"a": value}})["a.yaml"].split())[3:]
    else:
        text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
