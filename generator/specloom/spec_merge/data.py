"""Spec files as data, and when two values are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from ..diagnostics import InvalidSpec
from ..model import SourceLocation
from ..spec import nodes, yaml_reader
from ..spec.collector import DiagnosticCollector
from ..spec.nodes import ListNode, MapNode, Node, Scalar
from ..spec_writer import Plain


class Missing:
    """The value of a key or file that is not there."""


MISSING = Missing()


def is_map(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list)


def parse(path: str, text: str) -> MapNode:
    """Return the root of a YAML file; raises `InvalidSpec`."""
    diagnostics = DiagnosticCollector()
    source = diagnostics.source(path, text.replace("\u00a0", " "))
    root = yaml_reader.parse(source, diagnostics)
    if not isinstance(root, MapNode):
        if not diagnostics.problems:
            diagnostics.add_at(
                nodes.location_of(root) if root else SourceLocation(path, 1, 1),
                "wrong-type",
                "expected a map",
            )
        raise InvalidSpec(diagnostics.problems, diagnostics.sources)
    return root


def as_data(node: Node) -> object:
    """Return a node as plain data; a number keeps its form, because a field may read it as a text."""
    match node:
        case Scalar():
            return _scalar(node)
        case ListNode():
            return [as_data(item) for item in node.items]
        case MapNode():
            return {key: as_data(entry.value) for key, entry in node.entries.items()}


def _scalar(node: Scalar) -> object:
    try:
        value = nodes.resolve(node)
    except ValueError:
        return Plain(node.text)
    is_number = not isinstance(value, str | bool) and value is not None
    return Plain(node.text) if is_number and str(value) != node.text else value


def same(one: object, other: object) -> bool:
    """Return whether two values are the same; the order of keys has no meaning."""
    if is_map(one) and is_map(other):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if is_list(one) and is_list(other):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)
