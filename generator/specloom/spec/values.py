"""Value reader: reads examples and defaults of a spec by their documented types, and reports mismatches.

A plain scalar is a string if the type is one (`0123` is four characters); otherwise the YAML core schema resolves it. JSON files follow
JSON. Each mismatch is reported at its own location.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from decimal import Decimal

from msgspec.structs import replace

from .. import model
from ..model import (
    Field,
    Json,
    LengthRange,
    NamedType,
    NumberRange,
    Object,
    Type,
    TypeName,
    Value,
    wire_text,
)
from . import datetime_formats, json_reader, secret_scanner
from .collector import DiagnosticCollector, did_you_mean
from .directions import Unlisted
from .localized import check_truncated
from .nodes import ListNode, MapNode, Node, Scalar, is_null, resolve
from .patterns import is_cheap_to_match
from .unions import kinds, object_members

_SINGULAR = {"characters": "character", "bytes": "byte", "entries": "entry"}


class ValueReader:
    """Reads values by types of the model."""

    def __init__(
        self,
        types: Mapping[TypeName, NamedType],
        diagnostics: DiagnosticCollector,
        unlisted: Unlisted,
    ) -> None:
        self.types = types
        self.diagnostics = diagnostics
        self.unlisted = unlisted

    def read(
        self,
        node: Node | None,
        type_: Type,
        rule: str = "invalid-example",
        encrypted: bool = False,
        received: bool = False,
        both_directions: bool = False,
    ) -> Value | None:
        """Return the value of a node, or None without a node.

        An encrypted field may have any text, because its example is ciphertext. A `received` value may have union members that are not
        listed. A value for `both_directions` may have fields that only the other direction has, which the result lacks.
        """
        if node is None:
            return None
        if (
            encrypted
            and isinstance(node, Scalar)
            and node.style != "json"
            and kinds(type_, self.types) == frozenset({"a string"})
        ):
            return Value(node.text)
        reader = _TypedReader(
            self.types, self.diagnostics, rule, received, self.unlisted, both_directions
        )
        return Value(reader.value(node, type_))


def check_secret(node: Node | None, field: Field, diagnostics: DiagnosticCollector) -> None:
    """Report an example that looks like a real secret; the example of an encrypted field is ciphertext."""
    if (
        isinstance(node, Scalar)
        and not field.encrypted
        and secret_scanner.looks_like_secret(field.name, field.secret, node)
    ):
        diagnostics.add(
            node,
            "secret",
            f"example of `{field.wire}` looks like a real secret",
            "write a placeholder such as EXAMPLE…, and revoke the secret if it is real",
        )


class _TypedReader:
    """Reads one value; `rule` is the rule id of its problems."""

    def __init__(
        self,
        types: Mapping[TypeName, NamedType],
        diagnostics: DiagnosticCollector,
        rule: str,
        received: bool,
        unlisted: Unlisted,
        both_directions: bool,
    ) -> None:
        self.types = types
        self.diagnostics = diagnostics
        self.rule = rule
        self.received = received
        self.unlisted = unlisted
        self.both_directions = both_directions

    def _report(self, node: Node, message: str, hint: str = "") -> None:
        self.diagnostics.add(node, self.rule, message, hint)

    def value(self, node: Node, type_: Type) -> Json:
        match type_:
            case model.Nullable():
                return None if is_null(node) else self.value(node, type_.type)
            case model.AnyJson():
                return self.anything(node)
            case model.ListOf() | model.MapOf():
                return self.collection(node, type_)
            case model.Union():
                return self.one_of(node, type_.members)
            case model.Named():
                return self.named(node, type_.to)
            case model.Integer() | model.Number() | model.Boolean():
                return self.number(node, type_)
            case model.DateTime(format="unix" | "unix-ms") | model.Duration(unit="s" | "ms"):
                return self.number(node, model.Integer())
            case _:
                return self.text(node, type_)

    def anything(self, node: Node) -> Json:
        match node:
            case Scalar():
                return self.resolved(node)
            case ListNode():
                return [self.anything(item) for item in node.items]
            case MapNode():
                return {key: self.anything(entry.value) for key, entry in node.entries.items()}

    def resolved(self, node: Scalar) -> Json:
        try:
            return resolve(node)
        except ValueError as error:
            self._report(node, f"{error}")
            return None

    def collection(self, node: Node, type_: model.ListOf | model.MapOf) -> Json:
        if isinstance(type_, model.ListOf):
            if not isinstance(node, ListNode):
                self._report(node, "expected a list")
                return None
            self.check_length(node, len(node.items), type_.length, "entries")
            return [self.value(item, type_.item) for item in node.items]
        if not isinstance(node, MapNode):
            self._report(node, "expected a map")
            return None
        self.check_length(node, len(node.entries), type_.length, "entries")
        return {key: self.value(entry.value, type_.value) for key, entry in node.entries.items()}

    def one_of(self, node: Node, members: tuple[Type, ...]) -> Json:
        if isinstance(node, MapNode):
            objects = object_members(members, self.types)
            if len(objects) > 1:
                return self.value(node, min(objects, key=lambda each: self.distance(node, each)))
        kind = self.kind_of(node)
        matching = [member for member in members if kind in kinds(member, self.types)]
        if (
            not matching and isinstance(node, Scalar) and node.style == "plain"
        ):  # any plain scalar may be a string
            matching = [member for member in members if "a string" in kinds(member, self.types)]
        if matching:
            return self.value(node, matching[0])
        self._report(node, f"no member of the union is {kind}")
        return None

    def distance(self, node: MapNode, member: Type) -> tuple[int, int]:
        """Return how many fields contradict a member of a union, and how many it does not list, as clients distinguish objects."""
        named = self.types.get(member.to) if isinstance(member, model.Named) else None
        if isinstance(named, model.UnionType):
            wrong, unlisted = min(self.distance(node, each) for each in named.members)
            return wrong + (named.tag not in node.entries), unlisted
        if not isinstance(named, Object):
            return 0, 0
        fields = {field.wire: field for field in named.fields}
        missing = [
            field
            for field in named.fields
            if field.required
            and field.wire not in node.entries
            and not model.is_constant(field.type)
        ]
        present = [(entry.value, fields.get(wire)) for wire, entry in node.entries.items()]
        other = [field for value, field in present if field and not self.suits(value, field.type)]
        return len(missing) + len(other), sum(field is None for _, field in present)

    def suits(self, node: Node, type_: Type) -> bool:
        """Return whether a value has the kind, or is one of the constants, of a type."""
        match type_:
            case model.Nullable(type=inner):
                return is_null(node) or self.suits(node, inner)
            case model.String(literals=literals) if literals:
                return isinstance(node, Scalar) and node.text in literals
            case model.Integer(literals=literals) if literals:
                return isinstance(node, Scalar) and node.text in map(str, literals)
            case model.Boolean(literal=bool(literal)):
                return isinstance(node, Scalar) and node.text.lower() == str(literal).lower()
            case _:
                expected = kinds(type_, self.types)
                is_text = isinstance(node, Scalar) and node.style == "plain"
                return bool(expected & {self.kind_of(node), "anything"}) or (
                    is_text and "a string" in expected
                )

    def kind_of(self, node: Node) -> str:
        match node:
            case ListNode():
                return "a list"
            case MapNode():
                return "an object"
            case Scalar():
                try:
                    value = resolve(node)
                except ValueError:
                    return "a number"
                if value is None:
                    return "null"
                return (
                    "a boolean"
                    if isinstance(value, bool)
                    else "a string" if isinstance(value, str) else "a number"
                )

    def named(self, node: Node, name: TypeName) -> Json:
        named = self.types.get(name)
        match named:
            case model.Object():
                return self.read_object(node, named)
            case model.Enumeration():
                return self.member(node, named)
            case model.UnionType() if named.tag:
                return self.tagged(node, named, named.tag)
            case model.UnionType():
                return self.one_of(node, named.members)
            case None:
                return self.anything(node)

    def read_object(self, node: Node, object_type: Object) -> Json:
        if not isinstance(node, MapNode):
            self._report(node, "expected a map")
            return None
        return self.fields(node, object_type)

    def fields(self, node: MapNode, object_type: Object) -> dict[str, Json]:
        """Return the values of a map by wire name."""
        fields = {field.wire: field for field in object_type.fields}
        owner, extra = f"`{object_type.name.name}`", object_type.extra
        unlisted = self.unlisted.get(object_type.name, {})
        values: dict[str, Json] = {}
        for wire, entry in node.entries.items():
            field = fields.get(wire)
            if wire in unlisted:
                if not self.both_directions:
                    self._report(
                        entry.key, f"`{wire}` of {owner} is in {unlisted[wire]}s only", "remove it"
                    )
                continue
            if field is None and extra is not None:
                assert isinstance(extra.type, model.MapOf)
                field = replace(extra, wire=wire, name=wire, type=extra.type.value)
            if field is None:
                self._report(
                    entry.key, f"unknown field `{wire}` of {owner}", did_you_mean(wire, fields)
                )
                continue
            check_secret(entry.value, field, self.diagnostics)
            if field.encrypted and isinstance(entry.value, Scalar) and entry.value.style != "json":
                values[wire] = entry.value.text
            else:
                values[wire] = self.value(entry.value, field.type)
        for wire, field in fields.items():
            if field.required and wire not in node.entries and not model.is_constant(field.type):
                self._report(
                    node,
                    f"missing required field `{wire}` of {owner}",
                    f"add it, or declare `{wire}?` if it may be absent",
                )
        return values

    def tagged(self, node: Node, union: model.UnionType, tag: str) -> Json:
        value = node.get(tag) if isinstance(node, MapNode) else None
        if not isinstance(value, Scalar):
            self._report(node, f"expected a map with the tag `{tag}`")
            return None
        known: dict[str, Object] = {}
        for member in union.members:
            object_type = self.types.get(member.to) if isinstance(member, model.Named) else None
            if isinstance(object_type, Object):
                field = next((f for f in object_type.fields if f.wire == tag), None)
                literals = model.literals_of(field.type) if field else ()
                known.update(dict.fromkeys(map(wire_text, literals), object_type))
        if value.text not in known:
            message, hint = (
                f"no member of the union has the tag `{wire_text(value.text)}`",
                did_you_mean(value.text, known),
            )
            if self.received:
                self.diagnostics.warn(value, "unlisted-value", message, hint)
                return self.anything(node)
            self._report(value, message, hint)
            return None
        return self.read_object(node, known[value.text])

    def member(self, node: Node, enumeration: model.Enumeration) -> Json:
        whole = any(isinstance(value.value, int) for value in enumeration.values)
        value = self.number(node, model.Integer()) if whole else self.text(node, model.String())
        known = [each.value for each in enumeration.values]
        if value is not None and value not in known:
            message = f"`{wire_text(value)}` is not a value of `{enumeration.name.name}`"
            hint = did_you_mean(str(value), map(wire_text, known))
            if enumeration.closed:
                self._report(node, message, hint)
            else:
                self.diagnostics.warn(node, "unlisted-value", message, hint)
        return value

    def number(self, node: Node, type_: model.Integer | model.Number | model.Boolean) -> Json:
        before = len(self.diagnostics.problems)
        value = self.resolved(node) if isinstance(node, Scalar) and node.bare else None
        if len(self.diagnostics.problems) > before:
            return None
        if isinstance(type_, model.Boolean):
            if not isinstance(value, bool) or (
                type_.literal is not None and value is not type_.literal
            ):
                self._report(
                    node,
                    (
                        "expected true or false"
                        if type_.literal is None
                        else f"expected {str(type_.literal).lower()}"
                    ),
                )
            return value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self._report(
                node,
                "expected a number",
                "remove the quotes" if isinstance(node, Scalar) and node.style == "quoted" else "",
            )
            return None
        if isinstance(type_, model.Integer):
            if isinstance(value, Decimal):
                self._report(node, "expected an integer")
            elif type_.literals and value not in type_.literals:
                self._report(
                    node, f"expected one of {', '.join(map(str, type_.literals))}; found {value}"
                )
        self.check_range(node, value, type_.range)
        return value

    def text(self, node: Node, type_: Type) -> Json:
        if (
            not isinstance(node, Scalar)
            or node.style == "json"
            or (node.style == "plain" and not node.text)
        ):
            self._report(node, "expected a string")
            return None
        check_truncated(node, self.diagnostics)
        text = node.text
        match type_:
            case model.String():
                self.string(node, text, type_)
            case model.JsonText():
                inner = json_reader.parse_inside(node, self.diagnostics)
                if inner is not None:
                    self.value(inner, type_.type)
            case model.Bytes():
                self.base64(node, text, type_)
            case model.DateTime() | model.Date() | model.Duration():
                if not datetime_formats.is_valid(text, type_):
                    self._report(node, f"expected {datetime_formats.expected(type_)}")
            case _:
                pass
        return text

    def string(self, node: Scalar, text: str, type_: model.String) -> None:
        if type_.literals and text not in type_.literals:
            listed = ", ".join(f"'{literal}'" for literal in type_.literals[:10])
            self._report(
                node,
                f"expected one of {listed}; found `{wire_text(text[:60])}`",
                did_you_mean(text, type_.literals),
            )
        self.check_length(node, len(text), type_.length, "characters")
        if (
            type_.pattern is not None
            and is_cheap_to_match(type_.pattern, len(text))
            and not re.fullmatch(type_.pattern, text)
        ):
            self._report(
                node, f"`{wire_text(text[:60])}` does not match the pattern {type_.pattern}"
            )

    def base64(self, node: Scalar, text: str, type_: model.Bytes) -> None:
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            self._report(node, "invalid Base64", "encode the bytes as Base64")
            return
        self.check_length(node, len(content), type_.length, "bytes")

    def check_length(self, node: Node, count: int, limits: LengthRange, what: str) -> None:
        if limits.minimum is not None and count < limits.minimum:
            self._report(node, f"expected at least {_counted(limits.minimum, what)}; found {count}")
        if limits.maximum is not None and count > limits.maximum:
            self._report(node, f"expected at most {_counted(limits.maximum, what)}; found {count}")

    def check_range(self, node: Node, value: int | Decimal, limits: NumberRange) -> None:
        minimum, maximum = limits.minimum, limits.maximum
        if minimum is not None and (value < minimum or (limits.above and value == minimum)):
            self._report(
                node,
                f"expected {'more than' if limits.above else 'at least'} {minimum}; found {value}",
            )
        if maximum is not None and (value > maximum or (limits.below and value == maximum)):
            self._report(
                node,
                f"expected {'less than' if limits.below else 'at most'} {maximum}; found {value}",
            )


def _counted(count: int, what: str) -> str:
    """Return a count with its unit: `1 byte`, `2 bytes`."""
    return f"{count} {_SINGULAR[what] if count == 1 else what}"
