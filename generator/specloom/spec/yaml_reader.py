"""Strict YAML reader: composes nodes from libyaml's events.

The subset has maps with text keys, lists, scalars, comments and a limited number of aliases. Everything else (tags, merge keys, duplicate
or structured keys, several documents) is a problem. Nodes are composed iteratively and counted, so neither depth nor aliases can exhaust
memory.

libyaml is required: PyYAML's scanner in Python reads some lines differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import yaml

from ..diagnostics import UsageError
from ..model import SourceLocation
from . import charset, secret_scanner
from .collector import DiagnosticCollector
from .nodes import Entry, ListNode, MapNode, Node, Scalar, Source, is_empty, location_of

MAX_DEPTH = 100
TOO_DEEP = f"more than {MAX_DEPTH} nested levels"
MAX_NODES = 250_000
_COMMENT = re.compile(r" +#\S")
MAX_ALIASED_NODES = 20_000
"""Nodes that aliases may add to a file."""


class _Refused(Exception):
    """The rest of the file cannot be read. The reason has been reported."""


def parse(source: Source, diagnostics: DiagnosticCollector) -> Node | None:
    """Return the root node, or None after reporting a problem."""
    if not yaml.__with_libyaml__:
        raise UsageError(
            "PyYAML is installed without libyaml, which specloom needs; install PyYAML from a wheel"
        )
    if not charset.check(source, diagnostics):
        return None
    before = len(diagnostics.problems)
    try:
        root = _Composer(source, diagnostics).compose()
    except _Refused:
        return None
    except yaml.MarkedYAMLError as error:
        _report(error, source, diagnostics)
        return None
    except yaml.YAMLError as error:  # of the reader; the check of characters leaves none
        diagnostics.add_at(
            SourceLocation(source.path, 1, 1),
            "invalid-yaml",
            f"invalid YAML: {error}".split("\n")[0],
        )
        return None
    if root is None:
        diagnostics.add_at(
            SourceLocation(source.path, 1, 1),
            "empty-file",
            "file is empty",
            "write its keys, or delete it",
        )
    return root if len(diagnostics.problems) == before else None


class _Composer:
    """Builds nodes from events, with a stack of open collections."""

    def __init__(self, source: Source, diagnostics: DiagnosticCollector) -> None:
        self.source = source
        self.diagnostics = diagnostics
        self.open: list[tuple[ListNode | MapNode, str | None, int]] = []
        """Open collections: the node, its anchor, and the number of nodes before it."""
        self.keys: list[Scalar | None] = []
        """Pending key of each open map."""
        self.anchors: dict[str, tuple[Node | None, int]] = {}
        """Nodes by anchor, with their number of nodes; None while a node is open."""
        self.root: Node | None = None
        self.count = 0
        self.aliased = 0

    def compose(self) -> Node | None:
        documents = 0
        for event in _events(self.source.text):
            match event:
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._begin(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._end()
                case yaml.AliasEvent():
                    self._alias(event)
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self._refuse(
                            event,
                            "multiple-documents",
                            "second YAML document in the file",
                            "keep one document per file",
                        )
                case _:
                    pass
        return self.root

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        start, end = event.start_mark, event.end_mark
        assert start is not None
        assert end is not None
        if event.tag is not None:
            self._problem(
                event,
                "yaml-tag",
                f"YAML tag {event.tag} is not supported",
                "remove it; the key decides the type of a value",
            )
        text: str = event.value
        if event.style == '"':
            forbidden = charset.forbidden(text)
            if forbidden:
                self._problem(
                    event,
                    "invalid-character",
                    f"invalid character {charset.describe(forbidden[0])}",
                    "remove the escape",
                )
            text = text.replace("\u00a0", " ")
            secret = secret_scanner.find_secret(text)
            if (
                secret and text[secret.at : secret.at + 20] not in self.source.text
            ):  # otherwise reported where it is in the file
                self._problem(
                    event,
                    "secret",
                    secret_scanner.secret_message(secret),
                    secret_scanner.SECRET_HINT,
                )
        row: int = start.line
        column: int = start.column
        last: int = end.line
        width = int(end.column) - column if last == row else max(1, len(self._line(row)) - column)
        style: Literal["plain", "quoted", "block"] = (
            "plain" if not event.style else "quoted" if event.style in "'\"" else "block"
        )
        cut = False
        if style == "plain" and text:
            line, stop = self._line(last), int(end.column)
            cut = line.startswith(" #", stop) or _COMMENT.match(line, stop) is not None
        node = Scalar(self.source, row + 1, column + 1, width, text, style, cut)
        self.count += 1
        self._attach(node)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1)
        if self.count > MAX_NODES:
            self._refuse(
                event,
                "too-large",
                f"file has more than {MAX_NODES:,} nodes",
                "split it into several resources",
            )

    def _line(self, row: int) -> str:
        return self.source.lines[row] if row < len(self.source.lines) else ""

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if event.tag is not None:
            self._problem(
                event,
                "yaml-tag",
                f"YAML tag {event.tag} is not supported",
                "remove it; the key decides the type of a value",
            )
        mark = event.start_mark
        assert mark is not None
        node: ListNode | MapNode
        if isinstance(event, yaml.MappingStartEvent):
            node = MapNode(self.source, mark.line + 1, mark.column + 1, flow=bool(event.flow_style))
        else:
            node = ListNode(self.source, mark.line + 1, mark.column + 1)
        if len(self.open) >= MAX_DEPTH:
            self._refuse(event, "too-deep", TOO_DEEP)
        self._attach(node)
        self.open.append((node, event.anchor, self.count))
        self.keys.append(None)
        self.count += 1
        if event.anchor:
            self.anchors[event.anchor] = (None, 0)

    def _end(self) -> None:
        node, anchor, count = self.open.pop()
        self.keys.pop()
        if anchor:
            self.anchors[anchor] = (node, self.count - count)

    def _alias(self, event: yaml.AliasEvent) -> None:
        anchored = self.anchors.get(event.anchor or "")
        if anchored is None:
            self._refuse(
                event,
                "unknown-anchor",
                f"unknown anchor `&{event.anchor}`",
                "define the anchor before its alias",
            )
            return
        node, weight = anchored
        if node is None:
            self._refuse(
                event,
                "recursive-alias",
                f"`*{event.anchor}` is inside its own anchor",
                "write the value out",
            )
            return
        self.count += weight
        self.aliased += weight
        if self.aliased > MAX_ALIASED_NODES:
            self._refuse(
                event,
                "too-many-aliases",
                f"aliases expand to more than {MAX_ALIASED_NODES:,} nodes",
                "use named types instead",
            )
        self._attach(node, event)

    def _attach(self, node: Node, alias: yaml.AliasEvent | None = None) -> None:
        """Attach a node at the current position: as root, list entry, key or value."""
        if not self.open:
            self.root = node
            return
        parent = self.open[-1][0]
        if isinstance(parent, ListNode):
            parent.items.append(node)
            return
        key = self.keys[-1]
        if key is None:
            if not isinstance(node, Scalar) or alias is not None:
                self._refuse_key(node)
                return
            self.keys[-1] = node
            return
        self.keys[-1] = None
        self._entry(parent, key, node)

    def _entry(self, parent: MapNode, key: Scalar, node: Node) -> None:
        first = parent.entries.get(key.text)
        if first is not None:
            self.diagnostics.add(
                key,
                "duplicate-key",
                f"duplicate key `{key.text}`; the first is in line {first.key.line}",
                "remove one of them",
            )
        elif key.text == "<<" and key.style == "plain":
            self.diagnostics.add(
                key,
                "merge-key",
                "merge keys (`<<`) are not supported",
                "write the entries out, or use a named type",
            )
        elif parent.flow and is_empty(node):
            self.diagnostics.add(
                key,
                "unquoted-comma",
                f"`{key.text}` has no value",
                'add the value; if this is part of a text with a comma, quote the text: {en: "one, two"}',
            )
        else:
            parent.entries[key.text] = Entry(key, node)

    def _refuse_key(self, node: Node) -> None:
        self.diagnostics.add_at(
            location_of(node),
            "invalid-key",
            "a key cannot be a list, a map or an alias",
            "write a plain text",
        )
        raise _Refused

    def _problem(self, event: yaml.Event, rule: str, message: str, hint: str = "") -> None:
        mark = event.start_mark
        assert mark is not None
        self.diagnostics.add_at(
            SourceLocation(self.source.path, mark.line + 1, mark.column + 1), rule, message, hint
        )

    def _refuse(self, event: yaml.Event, rule: str, message: str, hint: str = "") -> None:
        self._problem(event, rule, message, hint)
        raise _Refused


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=yaml.CSafeLoader)  # pyright: ignore[reportUnknownMemberType]


def _report(error: yaml.MarkedYAMLError, source: Source, diagnostics: DiagnosticCollector) -> None:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(source.lines):
        line, column = len(source.lines) - 1, len(source.lines[-1])
    if "nesting depth" in (
        error.problem or ""
    ):  # libyaml's own limit, which its scanner may meet before we see an event
        diagnostics.add_at(SourceLocation(source.path, line + 1, column + 1), "too-deep", TOO_DEEP)
        return
    reason = error.problem or "unreadable"
    if error.context:
        context = error.context_mark
        reason += f" ({error.context}" + (
            f" that begins in line {context.line + 1})" if context else ")"
        )
    diagnostics.add_at(
        SourceLocation(source.path, line + 1, column + 1),
        "invalid-yaml",
        f"invalid YAML: {reason}",
        _hint(error.problem or "", source.lines[max(0, line - 1) : line + 1], column),
    )


def _hint(reason: str, lines: list[str], column: int) -> str:
    """Return a hint at the likely cause, from the lines around the error."""
    last = lines[-1] if lines else ""
    text = "\n".join(lines)
    if re.search(r"'[^'\n]*'\s*\|", text):
        return "write several values as string('A' | 'B')"
    if re.search(r"[{\[][^#\n]* #", text):
        return "` #` starts a comment; quote a text that contains it"
    if "\t" in last[: column + 1]:
        return "indent with spaces; tabs are allowed only inside a text"
    if "mapping values are not allowed" in reason:
        return "quote a text that contains `: `"
    if "cannot start any token" in reason:
        return "quote a text that starts with this character"
    if "alphabetic or numeric" in reason:
        return "quote a text that starts with `*` or `&`"
    if re.search(r"\w\[[0-9]", text):
        return "quote a text that contains `[`"
    if re.search(r"\[\]", text):
        return "write a list as list<T>"
    return ""
