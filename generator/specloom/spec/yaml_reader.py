"""Strict YAML: a text into nodes, from libyaml's events.

The subset is what people need in a spec: maps with text keys, lists, scalars, comments, and anchors within reason. Everything else
(tags, merge keys, duplicate or structured keys, several documents) is a problem. The composing of nodes is iterative and counted,
so neither depth nor aliases can exhaust anything.

libyaml is required: the scanner in Python reads some lines differently.
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
TOO_DEEP = f"more than {MAX_DEPTH} levels lie in one another"
MAX_NODES = 250_000
_COMMENT = re.compile(r" +#\S")
MAX_ALIASED_NODES = 20_000
"""Nodes that aliases may add to a file."""


class _Refused(Exception):
    """The rest of the file cannot be read; the reason has been reported."""


def parse(source: Source, diagnostics: DiagnosticCollector) -> Node | None:
    """The root node, or None with a problem reported."""
    if not yaml.__with_libyaml__:
        raise UsageError(
            "PyYAML is installed without libyaml, which specloom reads YAML with; install PyYAML from a wheel"
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
    except (
        yaml.YAMLError
    ) as error:  # the reader's, which the check of characters leaves nothing to do
        diagnostics.add_at(
            SourceLocation(source.path, 1, 1), "yaml", f"this is not YAML: {error}".split("\n")[0]
        )
        return None
    if root is None:
        diagnostics.add_at(
            SourceLocation(source.path, 1, 1), "empty-file", "the file holds nothing"
        )
    return root if len(diagnostics.problems) == before else None


class _Composer:
    def __init__(self, source: Source, diagnostics: DiagnosticCollector) -> None:
        self.source = source
        self.diagnostics = diagnostics
        self.open: list[tuple[ListNode | MapNode, str | None, int]] = []
        """Collections being read: the node, its anchor, and the count of nodes when it began."""
        self.keys: list[Scalar | None] = []
        """For each open map the key that waits for its value."""
        self.anchors: dict[str, tuple[Node | None, int]] = {}
        """Finished nodes by anchor, with how many nodes each stands for; None while it is being read."""
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
                            "several-documents",
                            "a second YAML document begins; a file holds one",
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
                "tag",
                f"a tag ({event.tag}) may not stand in a spec",
                "what a value means follows from its place",
            )
        text: str = event.value
        if event.style == '"':
            found = charset.forbidden(text)
            if found:
                self._problem(
                    event, "character", f"{charset.describe(found[0])} may not stand in a spec"
                )
            text = text.replace("\u00a0", " ")
            secret = secret_scanner.find_secret(text)
            if (
                secret and text[secret.at : secret.at + 20] not in self.source.text
            ):  # else it has been reported where it stands
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
                f"the file has more than {MAX_NODES:,} nodes",
                "split it into several resources",
            )

    def _line(self, row: int) -> str:
        return self.source.lines[row] if row < len(self.source.lines) else ""

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if event.tag is not None:
            self._problem(
                event,
                "tag",
                f"a tag ({event.tag}) may not stand in a spec",
                "what a value means follows from its place",
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
        found = self.anchors.get(event.anchor or "")
        if found is None:
            self._refuse(event, "alias", f"no anchor `&{event.anchor}` stands before this alias")
            return
        node, weight = found
        if node is None:
            self._refuse(
                event, "alias-cycle", f"`*{event.anchor}` stands inside the node that it means"
            )
            return
        self.count += weight
        self.aliased += weight
        if self.aliased > MAX_ALIASED_NODES:
            self._refuse(
                event, "alias-bomb", f"aliases stand for more than {MAX_ALIASED_NODES:,} nodes"
            )
        self._attach(node, event)

    def _attach(self, node: Node, alias: yaml.AliasEvent | None = None) -> None:
        """Puts a node where the reading stands: the root, a list, a key or the value of one."""
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
                f"`{key.text}` stands here a second time; the first is in line {first.key.line}",
            )
        elif key.text == "<<" and key.style == "plain":
            self.diagnostics.add(
                key,
                "merge-key",
                "merge keys (`<<`) are not read",
                "write the entries out, or make a named type of them",
            )
        elif parent.flow and is_empty(node):
            self.diagnostics.add(
                key,
                "unquoted-comma",
                f"`{key.text}` has no value",
                'a comma ends an unquoted text inside braces: write {en: "one, two"}; if a value was forgotten, add it',
            )
        else:
            parent.entries[key.text] = Entry(key, node)

    def _refuse_key(self, node: Node) -> None:
        self.diagnostics.add_at(
            location_of(node), "key", "a key is a plain text, not a list, a map or an alias"
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
    reason = error.problem or "it cannot be read"
    if error.context:
        context = error.context_mark
        reason += f" ({error.context}" + (
            f" that begins in line {context.line + 1})" if context else ")"
        )
    diagnostics.add_at(
        SourceLocation(source.path, line + 1, column + 1),
        "yaml",
        f"this is not YAML: {reason}",
        _hint(error.problem or "", source.lines[max(0, line - 1) : line + 1], column),
    )


def _hint(reason: str, lines: list[str], column: int) -> str:
    """What most likely went wrong, from the lines around the place."""
    last = lines[-1] if lines else ""
    text = "\n".join(lines)
    if re.search(r"'[^'\n]*'\s*\|", text):
        return "several texts are written string('A' | 'B')"
    if re.search(r"[{\[][^#\n]* #", text):
        return "` #` begins a comment; quote a text that holds it"
    if "\t" in last[: column + 1]:
        return "indent with spaces; a tab may stand in a text only"
    if "mapping values are not allowed" in reason:
        return "quote a text that holds `: `"
    if "cannot start any token" in reason:
        return "quote a text that begins with this character"
    if "alphabetic or numeric" in reason:
        return "quote a text that begins with `*` or `&`"
    if re.search(r"\w\[[0-9]", text):
        return "quote a text that holds `[`"
    if re.search(r"\[\]", text):
        return "a list is written list<T>"
    return ""
