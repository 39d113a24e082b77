"""JSON reader: example bodies into nodes with positions, strictly by RFC 8259 (no duplicate names, NaN or comments)."""

from __future__ import annotations

import json
import re

from ..model import SourceLocation
from . import charset, secret_scanner
from .collector import DiagnosticCollector
from .nodes import MAX_NUMBER_LENGTH, Entry, ListNode, MapNode, Node, Scalar, Source
from .yaml_reader import MAX_DEPTH, MAX_NODES

_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")|(?P<bare>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,4})?'
    r"(?![0-9A-Za-z.+-])|(?:true|false|null)(?![0-9A-Za-z]))|(?P<mark>[\[\]{}:,])|(?P<end>\Z))"
)


class _JsonSyntaxError(Exception):
    """A syntax error and its offset in the text."""

    def __init__(self, message: str, at: int) -> None:
        self.message = message
        self.at = at


def parse(source: Source, diagnostics: DiagnosticCollector) -> Node | None:
    """Return the root node of a JSON file, or None after reporting a problem."""
    if not charset.check(source, diagnostics):
        return None
    try:
        return _JsonReader(source, source.text).read()
    except _JsonSyntaxError as error:
        line = source.text.count("\n", 0, error.at) + 1
        column = error.at - (source.text.rfind("\n", 0, error.at) + 1) + 1
        diagnostics.add_at(
            SourceLocation(source.path, line, column),
            "invalid-json",
            f"invalid JSON: {error.message}",
        )
        return None


def parse_inside(scalar: Scalar, diagnostics: DiagnosticCollector) -> Node | None:
    """Return the node of a JSON text inside a scalar; all its parts have the scalar's location."""
    try:
        return _JsonReader(scalar.source, scalar.text, scalar).read()
    except _JsonSyntaxError as error:
        diagnostics.add(
            scalar,
            "invalid-json",
            f"text is not valid JSON: {error.message}",
            offset=error.at,
            length=1,
        )
        return None


class _JsonReader:
    """Iterative parser with a stack of open collections."""

    def __init__(self, source: Source, text: str, inside: Scalar | None = None) -> None:
        self.source = source
        self.text = text
        self.inside = inside
        self.at = 0
        self.line, self.line_start = 1, 0
        self.count = 0

    def read(self) -> Node:
        root, collection = self._value(*self._token())
        stack: list[tuple[ListNode | MapNode, Scalar | None]] = []
        if collection:
            stack.append((collection, None))
        while stack:
            parent, _ = stack[-1]
            kind, text = self._token()
            empty = not (parent.items if isinstance(parent, ListNode) else parent.entries)
            if (kind, text) == ("mark", "]" if isinstance(parent, ListNode) else "}"):
                stack.pop()
                continue
            if not empty:
                if (kind, text) != ("mark", ","):
                    raise _JsonSyntaxError(
                        "expected a comma or the end of the collection", self._start(text)
                    )
                kind, text = self._token()
            key: Scalar | None = None
            if isinstance(parent, MapNode):
                key = self._key(parent, kind, text)
                kind, text = self._token()
            node, collection = self._value(kind, text)
            if isinstance(parent, ListNode):
                parent.items.append(node)
            elif key is not None:
                parent.entries[key.text] = Entry(key, node)
            if collection:
                if len(stack) >= MAX_DEPTH:
                    raise _JsonSyntaxError(f"more than {MAX_DEPTH} nested levels", self.at - 1)
                stack.append((collection, key))
        kind, text = self._token()
        if kind != "end":
            raise _JsonSyntaxError("unexpected text after the value", self._start(text))
        return root

    def _token(self) -> tuple[str, str]:
        match = _TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup is None:
            blank = re.compile(r"[ \t\r\n]*").match(self.text, self.at)
            raise _JsonSyntaxError(
                "expected a value, a quote or a bracket", blank.end() if blank else self.at
            )
        self.at = match.end()
        return match.lastgroup, match[match.lastgroup]

    def _key(self, parent: MapNode, kind: str, text: str) -> Scalar:
        start = self._start(text)
        if kind != "string":
            raise _JsonSyntaxError("expected a name in double quotes", start)
        key = self._scalar(text, "quoted")
        if key.text in parent.entries:
            raise _JsonSyntaxError(f"duplicate name {text}", start)
        if self._token() != ("mark", ":"):
            raise _JsonSyntaxError("expected a colon after the name", self.at)
        return key

    def _value(self, kind: str, text: str) -> tuple[Node, ListNode | MapNode | None]:
        """Return the node that begins with a token, and the same node again if it is a collection with entries to read."""
        self.count += 1
        if self.count > MAX_NODES:
            raise _JsonSyntaxError(f"more than {MAX_NODES:,} nodes", self._start(text))
        if kind == "string":
            return self._scalar(text, "quoted"), None
        if kind == "bare":
            if len(text) > MAX_NUMBER_LENGTH:
                raise _JsonSyntaxError(
                    f"number has more than {MAX_NUMBER_LENGTH} characters", self._start(text)
                )
            return self._scalar(text, "json"), None
        if (kind, text) in {("mark", "["), ("mark", "{")}:
            line, column = self._position(self._start(text))
            node = (
                ListNode(self.source, line, column)
                if text == "["
                else MapNode(self.source, line, column)
            )
            return node, node
        raise _JsonSyntaxError("expected a value", self._start(text))

    def _scalar(self, token: str, style: str) -> Scalar:
        line, column = self._position(self._start(token))
        width = self.inside.width if self.inside else len(token)
        if style == "json":
            return Scalar(self.source, line, column, width, token, "json")
        try:
            value: str = json.loads(token)
        except ValueError:
            raise _JsonSyntaxError("invalid escape in the text", self._start(token)) from None
        forbidden = charset.forbidden(value)
        if forbidden:
            raise _JsonSyntaxError(
                f"invalid character {charset.describe(forbidden[0])}", self._start(token)
            )
        secret = secret_scanner.find_secret(value)
        # A secret that the file contains without escapes is reported by the check of the file.
        if secret and value[secret.at : secret.at + 20] not in self.text:
            raise _JsonSyntaxError(secret_scanner.secret_message(secret), self._start(token))
        return Scalar(self.source, line, column, width, value, "quoted")

    def _start(self, token: str) -> int:
        return self.at - len(token)

    def _position(self, at: int) -> tuple[int, int]:
        """Return line and column from 1. Offsets must increase, because lines are counted from the last position."""
        if self.inside:
            return self.inside.line, self.inside.column
        breaks = self.text.count("\n", self.line_start, at)
        if breaks:
            self.line += breaks
            self.line_start = self.text.rfind("\n", 0, at) + 1
        return self.line, at - self.line_start + 1
