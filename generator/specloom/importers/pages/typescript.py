"""Declarations of TypeScript as fields, with the lines of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from .facts import Field, Kind, Value

if TYPE_CHECKING:
    from tree_sitter import Node

_KINDS: Mapping[str, Kind] = {
    "string": "string",
    "number": "integer",
    "boolean": "boolean",
    "Date": "datetime",
    "ReadStream": "file",
    "Buffer": "file",
    "Blob": "file",
    "object": "json",
    "any": "json",
    "unknown": "json",
}
_TAGS = re.compile(r"^\s*@(\w+)\s*(.*)$")


class Interface(Struct):
    """An interface: its namespace and name, what it extends, and its members."""

    namespace: str
    name: str
    line: int
    extends: str
    fields: list[Field]
    methods: list[Method]
    not_read: list[tuple[int, str]]


class Method(Struct):
    """A method of an interface with the text and the links of its comment."""

    name: str
    line: int
    text: str
    links: list[tuple[str, int]]


class Source:
    """A piece of TypeScript that begins on this line of a page."""

    def __init__(self, code: str, line: int) -> None:
        import tree_sitter
        import tree_sitter_typescript

        language = tree_sitter.Language(tree_sitter_typescript.language_typescript())
        self.first_line = line
        self.root = tree_sitter.Parser(language).parse(code.encode("utf-8")).root_node

    def interfaces(self) -> Iterator[Interface]:
        """Return all interfaces in the order of the text."""
        yield from self._interfaces(self.root, "")

    def literals(self) -> Iterator[tuple[str, str]]:
        """Return the variables that are initialized with a literal, and those literals."""
        for node in _walk(self.root):
            if node.type == "variable_declarator":
                value = node.child_by_field_name("value")
                name = node.child_by_field_name("name")
                if value is not None and name is not None and value.type == "string":
                    yield _text(name), _text(value)[1:-1]

    def _interfaces(self, node: Node, namespace: str) -> Iterator[Interface]:
        if node.type == "internal_module":
            name = node.child_by_field_name("name")
            namespace = _text(name) if name is not None else namespace
        if node.type == "interface_declaration":
            yield self._interface(node, namespace)
            return
        for child in node.children:
            yield from self._interfaces(child, namespace)

    def _interface(self, node: Node, namespace: str) -> Interface:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        extends = next((_text(each) for each in node.children if "extends" in each.type), "")
        interface = Interface(
            namespace, _text(name) if name else "", self._line(node), extends, [], [], []
        )
        interface.fields = self._fields(body, interface.not_read) if body is not None else []
        for member in body.named_children if body is not None else []:
            if member.type == "method_signature":
                named = member.child_by_field_name("name")
                text, links = self._comment(member)
                interface.methods.append(
                    Method(_text(named) if named else "", self._line(member), text, links)
                )
        return interface

    def _fields(self, body: Node, not_read: list[tuple[int, str]]) -> list[Field]:
        fields: list[Field] = []
        for member in body.named_children:
            if member.type == "property_signature":
                fields.append(self._field(member, not_read))
            elif member.type not in {"comment", "method_signature", "call_signature"}:
                not_read.append((self._line(member), _text(member).split("\n")[0]))
        return fields

    def _field(self, member: Node, not_read: list[tuple[int, str]]) -> Field:
        named = member.child_by_field_name("name")
        name = _text(named) if named is not None else ""
        if named is not None and named.type == "string":
            name = name[1:-1]
        text, _ = self._comment(member)
        found = Field(name, self._line(member), title=text)
        found.required = not any(child.type == "?" for child in member.children)
        annotation = member.child_by_field_name("type")
        if annotation is not None and annotation.named_children:
            self.set_type(found, annotation.named_children[0], not_read)
        else:
            found.kind = "json"
        return found

    def set_type(self, found: Field, node: Node, not_read: list[tuple[int, str]]) -> None:
        """Set kind, values and fields of a field from its type."""
        match node.type:
            case "parenthesized_type":
                self.set_type(found, node.named_children[0], not_read)
            case "array_type":
                found.lists += 1
                self.set_type(found, node.named_children[0], not_read)
            case "tuple_type":
                found.lists += 1
                if node.named_children:
                    self.set_type(found, node.named_children[0], not_read)
                else:
                    found.kind = "json"
            case "object_type":
                found.kind = "object"
                found.fields = self._fields(node, not_read)
            case "literal_type" | "union_type":
                self._set_values(found, node)
            case "predefined_type" | "type_identifier":
                found.kind = _KINDS.get(_text(node), "json")
                if _text(node) not in _KINDS:
                    found.values = [Value(_text(node))]  # a name, for the caller to look up
            case "type_query" | "lookup_type":
                found.kind = "string"
            case _:
                found.kind = "json"
                not_read.append((self._line(node), _text(node).split("\n")[0]))

    def _set_values(self, found: Field, node: Node) -> None:
        members = [each for each in _walk(node) if each.type in {"literal_type", "predefined_type"}]
        literals = [each.named_children[0] for each in members if each.type == "literal_type"]
        kinds = {each.type for each in literals}
        if kinds <= {"string"} and kinds:
            found.kind = "string"
            if len(literals) == len(members):  # `'OK' | string` is any text
                found.values = [Value(_text(each)[1:-1]) for each in literals]
        elif kinds == {"number"}:
            found.kind = "integer"
            found.values = [Value(_text(each)) for each in literals]
        elif kinds <= {"true", "false"} and kinds:
            found.kind = "boolean"
        elif not kinds and len({_text(each) for each in members}) == 1:
            found.kind = _KINDS.get(_text(members[0]), "json")
        else:
            found.kind = "json"

    def _comment(self, member: Node) -> tuple[str, list[tuple[str, int]]]:
        """Return the text of the comment above a member, and its links with their lines."""
        comment = member.prev_named_sibling
        if comment is None or comment.type != "comment" or not _text(comment).startswith("/**"):
            return "", []
        lines = re.sub(r"^/\*\*|\*/$", "", _text(comment)).split("\n")
        texts: list[str] = []
        links: list[tuple[str, int]] = []
        for number, line in enumerate(lines, self._line(comment)):
            content = re.sub(r"^\s*\*?\s*", "", line).rstrip()
            tag = _TAGS.match(content)
            if tag and tag[1] in {"link", "see"}:
                links.append((tag[2], number))
            elif content and not tag:
                texts.append(content)
        return "\n".join(texts), links

    def _line(self, node: Node) -> int:
        return self.first_line + node.start_point.row


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8")
