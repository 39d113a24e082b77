"""Examples and defaults: values of a spec, read by the type of their place and checked against it.

A plain scalar is a text where the type is one (`0123` is four characters), and is resolved by the core rules elsewhere. Values in JSON files
are what JSON says. Each part that does not fit is reported where it stands.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from decimal import Decimal

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
from .localized import check_cut
from .nodes import ListNode, MapNode, Node, Scalar, is_null, resolve
from .patterns import is_cheap_to_match
from .unions import kinds

_ONE = {"characters": "character", "bytes": "byte", "entries": "entry"}


class ValueReader:
    def __init__(
        self, types: Mapping[TypeName, NamedType], diagnostics: DiagnosticCollector
    ) -> None:
        self.types = types
        self.diagnostics = diagnostics

    def read(
        self,
        node: Node | None,
        type_: Type,
        rule: str = "example",
        encrypted: bool = False,
        received: bool = False,
    ) -> Value | None:
        """The value of a node, None if there is none; of an encrypted field any text, for it is cipher text. What is `received` may have
        more members of unions than are listed."""
        if node is None:
            return None
        if (
            encrypted
            and isinstance(node, Scalar)
            and node.style != "json"
            and kinds(type_, self.types) == frozenset({"a text"})
        ):
            return Value(node.text)
        return Value(_TypedReader(self.types, self.diagnostics, rule, received).value(node, type_))


def check_secret(node: Node | None, field: Field, diagnostics: DiagnosticCollector) -> None:
    """Reports the example of a secret that looks like a real one; cipher text is nobody's secret."""
    if (
        isinstance(node, Scalar)
        and not field.encrypted
        and secret_scanner.looks_like_secret(field.name, field.secret, node)
    ):
        diagnostics.add(
            node,
            "secret",
            f"the example of `{field.wire}` looks like a real secret",
            "replace it if it is one, and write a placeholder: EXAMPLE…",
        )


class _TypedReader:
    """Reads one value; `rule` says under which rule it is reported."""

    def __init__(
        self,
        types: Mapping[TypeName, NamedType],
        diagnostics: DiagnosticCollector,
        rule: str,
        received: bool,
    ) -> None:
        self.types = types
        self.diagnostics = diagnostics
        self.rule = rule
        self.received = received

    def wrong(self, node: Node, message: str, hint: str = "") -> None:
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
            self.wrong(node, f"{error}")
            return None

    def collection(self, node: Node, type_: model.ListOf | model.MapOf) -> Json:
        if isinstance(type_, model.ListOf):
            if not isinstance(node, ListNode):
                self.wrong(node, "a list is expected here")
                return None
            self.check_span(node, len(node.items), type_.length, "entries")
            return [self.value(item, type_.item) for item in node.items]
        if not isinstance(node, MapNode):
            self.wrong(node, "a map is expected here")
            return None
        self.check_span(node, len(node.entries), type_.length, "entries")
        return {key: self.value(entry.value, type_.value) for key, entry in node.entries.items()}

    def one_of(self, node: Node, members: tuple[Type, ...]) -> Json:
        kind = self.kind_of(node)
        fitting = [member for member in members if kind in kinds(member, self.types)]
        if (
            not fitting and isinstance(node, Scalar) and node.style == "plain"
        ):  # any plain scalar may be a text
            fitting = [member for member in members if "a text" in kinds(member, self.types)]
        if fitting:
            return self.value(node, fitting[0])
        self.wrong(node, f"this is {kind}, which no member of the union is")
        return None

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
                    else "a text" if isinstance(value, str) else "a number"
                )

    def named(self, node: Node, name: TypeName) -> Json:
        named = self.types.get(name)
        match named:
            case model.Object():
                return self.structure(node, named)
            case model.Enumeration():
                return self.member(node, named)
            case model.UnionType() if named.tag:
                return self.tagged(node, named, named.tag)
            case model.UnionType():
                return self.one_of(node, named.members)
            case None:
                return self.anything(node)

    def structure(self, node: Node, structure: Object) -> Json:
        if not isinstance(node, MapNode):
            self.wrong(node, "a map is expected here")
            return None
        return self.fields(
            node, {field.wire: field for field in structure.fields}, f"`{structure.name.name}`"
        )

    def fields(self, node: MapNode, fields: Mapping[str, Field], whose: str) -> dict[str, Json]:
        """The values of a map by the fields' names on the wire."""
        found: dict[str, Json] = {}
        for wire, entry in node.entries.items():
            field = fields.get(wire)
            if field is None:
                self.wrong(entry.key, f"{whose} has no field `{wire}`", did_you_mean(wire, fields))
                continue
            check_secret(entry.value, field, self.diagnostics)
            if field.encrypted and isinstance(entry.value, Scalar) and entry.value.style != "json":
                found[wire] = entry.value.text
            else:
                found[wire] = self.value(entry.value, field.type)
        for wire, field in fields.items():
            if field.required and wire not in node.entries and not model.is_constant(field.type):
                self.wrong(
                    node,
                    f"`{wire}` is missing, which {whose} always has",
                    f"write `{wire}?` if it may be absent",
                )
        return found

    def tagged(self, node: Node, union: model.UnionType, tag: str) -> Json:
        found = node.get(tag) if isinstance(node, MapNode) else None
        if not isinstance(found, Scalar):
            self.wrong(node, f"a map with `{tag}` is expected here")
            return None
        known: dict[str, Object] = {}
        for member in union.members:
            structure = self.types.get(member.to) if isinstance(member, model.Named) else None
            if isinstance(structure, Object):
                field = next((f for f in structure.fields if f.wire == tag), None)
                literals = (
                    field.type.literals if field and isinstance(field.type, model.String) else ()
                )
                known.update(dict.fromkeys(literals, structure))
        if found.text not in known:
            message, hint = (
                f"no member of the union has `{tag}` `{wire_text(found.text)}`",
                did_you_mean(found.text, known),
            )
            if self.received:
                self.diagnostics.warn(found, "unlisted-value", message, hint)
                return self.anything(node)
            self.wrong(found, message, hint)
            return None
        return self.structure(node, known[found.text])

    def member(self, node: Node, enumeration: model.Enumeration) -> Json:
        whole = any(isinstance(value.value, int) for value in enumeration.values)
        value = self.number(node, model.Integer()) if whole else self.text(node, model.String())
        known = [each.value for each in enumeration.values]
        if value is not None and value not in known:
            message = f"`{wire_text(value)}` is not one of the values of `{enumeration.name.name}`"
            hint = did_you_mean(str(value), map(wire_text, known))
            if enumeration.closed:
                self.wrong(node, message, hint)
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
                self.wrong(
                    node,
                    (
                        "true or false is expected here"
                        if type_.literal is None
                        else f"{str(type_.literal).lower()} is expected here"
                    ),
                )
            return value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.wrong(
                node,
                "a number is expected here",
                "without quotes" if isinstance(node, Scalar) and node.style == "quoted" else "",
            )
            return None
        if isinstance(type_, model.Integer):
            if isinstance(value, Decimal):
                self.wrong(node, "a whole number is expected here")
            elif type_.literals and value not in type_.literals:
                self.wrong(node, f"{value} is not one of {', '.join(map(str, type_.literals))}")
        self.check_range(node, value, type_.range)
        return value

    def text(self, node: Node, type_: Type) -> Json:
        if (
            not isinstance(node, Scalar)
            or node.style == "json"
            or (node.style == "plain" and not node.text)
        ):
            self.wrong(node, "a text is expected here")
            return None
        check_cut(node, self.diagnostics)
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
                    self.wrong(node, f"this is not {datetime_formats.expected(type_)}")
            case _:
                pass
        return text

    def string(self, node: Scalar, text: str, type_: model.String) -> None:
        if type_.literals and text not in type_.literals:
            shown = ", ".join(f"'{literal}'" for literal in type_.literals[:10])
            self.wrong(
                node,
                f"`{wire_text(text[:60])}` is not one of {shown}",
                did_you_mean(text, type_.literals),
            )
        self.check_span(node, len(text), type_.length, "characters")
        if (
            type_.pattern is not None
            and is_cheap_to_match(type_.pattern, len(text))
            and not re.fullmatch(type_.pattern, text)
        ):
            self.wrong(node, f"`{wire_text(text[:60])}` does not match the pattern {type_.pattern}")

    def base64(self, node: Scalar, text: str, type_: model.Bytes) -> None:
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            self.wrong(node, "this is not Base64, which bytes are written in")
            return
        self.check_span(node, len(content), type_.length, "bytes")

    def check_span(self, node: Node, count: int, span: LengthRange, what: str) -> None:
        counted = f"1 {_ONE[what]}" if count == 1 else f"{count} {what}"
        if span.least is not None and count < span.least:
            self.wrong(node, f"this has {counted}; the least is {span.least}")
        if span.most is not None and count > span.most:
            self.wrong(node, f"this has {counted}; the most is {span.most}")

    def check_range(self, node: Node, value: int | Decimal, limits: NumberRange) -> None:
        least, most = limits.least, limits.most
        if least is not None and (value < least or (limits.above and value == least)):
            self.wrong(
                node,
                f"{value} is less than the type allows ({'more than' if limits.above else 'at least'} {least})",
            )
        if most is not None and (value > most or (limits.below and value == most)):
            self.wrong(
                node,
                f"{value} is more than the type allows ({'less than' if limits.below else 'at most'} {most})",
            )
