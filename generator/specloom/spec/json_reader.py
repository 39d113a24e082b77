"""JSON texts (example bodies) into nodes with their places, strictly by RFC 8259: no duplicate names, no NaN, no comments."""

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
    def __init__(self, message: str, at: int) -> None:
        self.message = message
        self.at = at


def parse(source: Source, diagnostics: DiagnosticCollector) -> Node | None:
    """The root node of a JSON file, or None with a problem reported."""
    if not charset.check(source, diagnostics):
        return None
    try:
        return _JsonReader(source, source.text).read()
    except _JsonSyntaxError as wrong:
        line = source.text.count("\n", 0, wrong.at) + 1
        column = wrong.at - (source.text.rfind("\n", 0, wrong.at) + 1) + 1
        diagnostics.add_at(
            SourceLocation(source.path, line, column), "json", f"this is not JSON: {wrong.message}"
        )
        return None


def parse_inside(scalar: Scalar, diagnostics: DiagnosticCollector) -> Node | None:
    """The node of a JSON text that stands in a scalar; its parts all lie at the scalar's place."""
    try:
        return _JsonReader(scalar.source, scalar.text, scalar).read()
    except _JsonSyntaxError as wrong:
        diagnostics.add(
            scalar, "json", f"this text is not JSON: {wrong.message}", offset=wrong.at, length=1
        )
        return None


class _JsonReader:
    """Reads tokens in a loop, with the open collections on a stack."""

    def __init__(self, source: Source, text: str, inside: Scalar | None = None) -> None:
        self.source = source
        self.text = text
        self.inside = inside
        self.at = 0
        self.line, self.line_start = 1, 0
        self.count = 0

    def read(self) -> Node:
        root, token = self._value(*self._token())
        stack: list[tuple[ListNode | MapNode, Scalar | None]] = []
        if token:
            stack.append((token, None))
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
                        "a comma or the end of the collection is missing", self._start(text)
                    )
                kind, text = self._token()
            key: Scalar | None = None
            if isinstance(parent, MapNode):
                key = self._key(parent, kind, text)
                kind, text = self._token()
            node, token = self._value(kind, text)
            if isinstance(parent, ListNode):
                parent.items.append(node)
            elif key is not None:
                parent.entries[key.text] = Entry(key, node)
            if token:
                if len(stack) >= MAX_DEPTH:
                    raise _JsonSyntaxError(
                        f"more than {MAX_DEPTH} levels lie in one another", self.at - 1
                    )
                stack.append((token, key))
        kind, text = self._token()
        if kind != "end":
            raise _JsonSyntaxError("more text follows the value", self._start(text))
        return root

    def _token(self) -> tuple[str, str]:
        match = _TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup is None:
            blank = re.compile(r"[ \t\r\n]*").match(self.text, self.at)
            raise _JsonSyntaxError(
                "a value, a quote or a bracket is expected here", blank.end() if blank else self.at
            )
        self.at = match.end()
        return match.lastgroup, match[match.lastgroup]

    def _key(self, parent: MapNode, kind: str, text: str) -> Scalar:
        start = self._start(text)
        if kind != "string":
            raise _JsonSyntaxError("a name in quotes is expected here", start)
        key = self._scalar(text, "quoted")
        if key.text in parent.entries:
            raise _JsonSyntaxError(f"the name {text} stands here a second time", start)
        if self._token() != ("mark", ":"):
            raise _JsonSyntaxError("a colon is missing after the name", self.at)
        return key

    def _value(self, kind: str, text: str) -> tuple[Node, ListNode | MapNode | None]:
        """The node that begins with a token, and the same if it is a collection that is open now."""
        self.count += 1
        if self.count > MAX_NODES:
            raise _JsonSyntaxError(f"there are more than {MAX_NODES:,} nodes", self._start(text))
        if kind == "string":
            return self._scalar(text, "quoted"), None
        if kind == "bare":
            if len(text) > MAX_NUMBER_LENGTH:
                raise _JsonSyntaxError(
                    f"a number of more than {MAX_NUMBER_LENGTH} characters", self._start(text)
                )
            return self._scalar(text, "json"), None
        if (kind, text) in {("mark", "["), ("mark", "{")}:
            line, column = self._location(self._start(text))
            node = (
                ListNode(self.source, line, column)
                if text == "["
                else MapNode(self.source, line, column)
            )
            return node, node
        raise _JsonSyntaxError("a value is expected here", self._start(text))

    def _scalar(self, token: str, style: str) -> Scalar:
        line, column = self._location(self._start(token))
        width = self.inside.width if self.inside else len(token)
        if style == "json":
            return Scalar(self.source, line, column, width, token, "json")
        try:
            value: str = json.loads(token)
        except ValueError:
            raise _JsonSyntaxError(
                "an escape in this text is not one of JSON", self._start(token)
            ) from None
        found = charset.forbidden(value)
        if found:
            raise _JsonSyntaxError(
                f"{charset.describe(found[0])} may not stand in a spec", self._start(token)
            )
        secret = secret_scanner.find_secret(value)
        if (
            secret and value[secret.at : secret.at + 20] not in self.text
        ):  # else it has been reported where it stands
            raise _JsonSyntaxError(secret_scanner.secret_message(secret), self._start(token))
        return Scalar(self.source, line, column, width, value, "quoted")

    def _start(self, token: str) -> int:
        return self.at - len(token)

    def _location(self, at: int) -> tuple[int, int]:
        """Line and column from 1; asked in rising order, so the whole file is counted once."""
        if self.inside:
            return self.inside.line, self.inside.column
        breaks = self.text.count("\n", self.line_start, at)
        if breaks:
            self.line += breaks
            self.line_start = self.text.rfind("\n", 0, at) + 1
        return self.line, at - self.line_start + 1
