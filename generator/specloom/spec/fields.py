"""Fields and parameters, and the objects that they are written in.

What a named scalar says (texts, unit, example, …) holds for each field of that type, unless the field says it itself. Examples and defaults
need every type to be known, so they are kept aside (`values`) and filled in when all fields have been read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from .. import model, naming
from ..model import Field, NamedType, Object, SourceLocation, Text, Type, TypeName
from .collector import DiagnosticCollector, did_you_mean, line_reference
from .localized import TextReader, child, entries, flag, word, words
from .nodes import MapNode, Node, Scalar, location_of
from .patterns import check_pattern, with_pattern
from .spec_folder import MAX_NAME_LENGTH
from .symbols import Declaration, SymbolTable, contains_object, parse
from .type_parser import ObjectExpr
from .type_resolver import UNRESOLVED, TypeResolver
from .values import ValueReader

UNNAMED = "_"
"""Stands for a name that could not be made; reported already."""


class FieldOwner(Struct, frozen=True):
    """Whom fields belong to: classes of objects inside are called after it."""

    name: TypeName
    role: Literal["object", "path", "query", "header", "form", "parts", "response header"] = (
        "object"
    )


class DocumentedValues(Struct, frozen=True):
    """The values that a field or a named scalar documents, not yet read."""

    example: Node | None
    default: Node | None


class FieldResolver:
    def __init__(
        self,
        declarations: SymbolTable,
        types: TypeResolver,
        texts: TextReader,
        units: Mapping[str, Text],
        diagnostics: DiagnosticCollector,
    ) -> None:
        self.declarations = declarations
        self.types = types
        self.texts = texts
        self.units = units
        self.diagnostics = diagnostics
        self.built: dict[TypeName, NamedType] = {}
        self.values: dict[SourceLocation, DocumentedValues] = {}
        self.parts: set[TypeName] = set()
        """Structures that are multipart forms."""
        self._scalars: list[tuple[Type, Node, bool]] = []

    def build(self, declaration: Declaration) -> None:
        """Makes the structure that a declaration means."""
        self.structure(
            declaration.name,
            declaration.node.get("fields"),
            declaration.node,
            declaration.key,
            declared=True,
        )

    def structure(
        self,
        name: TypeName,
        fields: Node | None,
        about: MapNode | None,
        key: Scalar,
        declared: bool = False,
        role: FieldOwner | None = None,
    ) -> model.Named:
        """Makes a structure; `about` has its title and description."""
        name = replace(name, name=naming.class_name(name.name))
        other = self._location_of_namesake(name, declared)
        if other:
            self.diagnostics.add(
                key,
                "class-twice",
                f"the object here is called `{name.name}`, and so is the type in {line_reference(other)}",
                "give it another `name:`" if about else "give that type another name",
            )
            return model.Named(name)
        self.built[name] = Object(
            name, (), location=location_of(key)
        )  # reserves the name while its fields are read
        if role and role.role == "parts":
            self.parts.add(name)
        texts = self.texts
        title, description = texts.read(child(about, "title")), texts.read(
            child(about, "description")
        )
        read = self.read(fields, role or FieldOwner(name), name.module)
        self.built[name] = Object(
            name, read, title, description, shared=declared, location=location_of(key)
        )
        return model.Named(name)

    def named_scalar(self, declaration: Declaration) -> None:
        """Reads what a named scalar says by itself, whether or not a field uses it."""
        node = declaration.node
        written = self.types.declared(declaration)
        self._unit(node.get("unit"))
        for key in ("title", "description", "since"):
            self.texts.read(node.get(key))
        example = node.get("example")
        if written and example is not None:
            self._scalars.append((written.type, example, flag(node.get("encrypted"))))

    def check_scalars(self, values: ValueReader) -> None:
        """Checks the examples of named scalars."""
        for type_, example, encrypted in self._scalars:
            values.read(example, type_, "example", encrypted)

    def _location_of_namesake(self, name: TypeName, declared: bool) -> SourceLocation | None:
        if name in self.built:
            return self.built[name].location
        if declared:
            return None
        for other in self.declarations.by_module.get(name.module, {}).values():
            if other.name == name:
                return location_of(other.key)
        return None

    def read(
        self, node: Node | None, owner: FieldOwner, module: tuple[str, ...]
    ) -> tuple[Field, ...]:
        """The fields of a map, with unique names in Python."""
        found: list[Field] = []
        for key, value in entries(node):
            field = self._field(key, value, owner, module)
            if field:
                found.append(field)
        check_twins(found, self.diagnostics)
        check_clashes({field.wire: field for field in reversed(found)}.values(), self.diagnostics)
        return tuple(found)

    def _field(
        self, key: Scalar, node: Node, owner: FieldOwner, module: tuple[str, ...]
    ) -> Field | None:
        optional = key.text.endswith("?") and len(key.text) > 1
        wire = key.text[:-1] if optional else key.text
        if not wire or len(wire) > 2 * MAX_NAME_LENGTH:
            self.diagnostics.add(
                key, "field-name", f"a name on the wire has 1 to {2 * MAX_NAME_LENGTH} characters"
            )
            return None
        name = self._python_name(key, wire, node)
        own = node if isinstance(node, MapNode) else None
        at = node if isinstance(node, Scalar) else own and own.get("type")
        expression = (
            parse(at, self.diagnostics)
            if isinstance(at, Scalar)
            else ObjectExpr(0) if child(own, "fields") else None
        )
        if at is None and expression is None:
            self.diagnostics.add(
                key,
                "missing-type",
                f"`{wire}` has neither `type` nor `fields`",
                "write its type: string(32), integer, list<Item>",
            )
        inner = self._inner(
            key, wire, own, owner, module, uses=expression is None or contains_object(expression)
        )
        type_: Type | None = None
        chain: list[MapNode] = [own] if own else []
        if expression and isinstance(at, Scalar):
            type_ = self.types.resolve(expression, at, module, inner)
            alias = self.types.alias(expression, at, module) if type_ else None
            while alias and alias.node not in chain:
                chain.append(alias.node)
                below = alias.node.get("type")
                if not alias.expression or not isinstance(below, Scalar):
                    break
                alias = self.types.alias(alias.expression, below, alias.name.module)
        elif inner:
            type_ = model.Named(inner)
        type_ = self._with_media(own, self._patterned(own, type_))
        self._check_argument(own, owner, optional, type_)
        self.values[location_of(key)] = DocumentedValues(
            _first(chain, "example"), child(own, "default")
        )
        if own and "default" in own.entries and not optional:
            self.diagnostics.add(
                own.entries["default"].key,
                "default",
                f"`{wire}` is never absent, so it has no default",
                f"write `{wire}?` if it may be absent",
            )
        return Field(
            wire=wire,
            name=name,
            type=type_ or UNRESOLVED,
            required=not optional,
            title=self.texts.read(_first(chain, "title")),
            description=self.texts.read(_first(chain, "description")),
            unit=self._unit(_first(chain, "unit")),
            when=self.texts.read(child(own, "when")),
            encrypted=flag(_first(chain, "encrypted")),
            secret=flag(_first(chain, "secret")),
            deprecated=deprecation(child(own, "deprecated"), self.texts),
            since=self.texts.read(_first(chain, "since")),
            style=self._style(own, owner),
            location=location_of(key),
        )

    def _python_name(self, key: Scalar, wire: str, node: Node) -> str:
        given = child(node, "as")
        if isinstance(given, Scalar):
            if not naming.is_snake(given.text) or given.text == naming.SELF:
                wanted = naming.snake(given.text)
                hint = (
                    f"call it {wanted}"
                    if wanted and wanted != given.text
                    else "lower case letters, digits and `_`"
                )
                self.diagnostics.add(
                    given, "field-name", f"`{given.text}` cannot be a name in Python", hint
                )
                return UNNAMED
            return given.text
        name = naming.snake(wire)
        if name is None:
            self.diagnostics.add(
                key,
                "field-name",
                f"no name in Python can be made of `{wire}`",
                "say it: {as: user_id, type: …}",
            )
        return name or UNNAMED

    def _check_argument(
        self, own: MapNode | None, owner: FieldOwner, optional: bool, type_: Type | None
    ) -> None:
        """Reports a Python name of something that programs never name."""
        given = own and own.entries.get("as")
        if not given:
            return
        if owner.role == "response header":
            self.diagnostics.add(
                given.key,
                "idle-key",
                "`as` names an argument, and a response header is none",
                "leave it out; `response.headers` has it by its name on the wire",
            )
        elif (
            owner.role in {"path", "query", "header"}
            and not optional
            and type_ is not None
            and model.is_constant(type_)
        ):
            self.diagnostics.add(
                given.key,
                "idle-key",
                "`as` names an argument, and a constant is sent by itself",
                "leave it out",
            )

    def _inner(
        self,
        key: Scalar,
        wire: str,
        own: MapNode | None,
        owner: FieldOwner,
        module: tuple[str, ...],
        uses: bool,
    ) -> TypeName | None:
        """Makes the object that `fields` beside the type describe; its name."""
        fields, given = child(own, "fields"), child(own, "name")
        if not isinstance(fields, MapNode):
            if own and "name" in own.entries:
                self.diagnostics.add(
                    own.entries["name"].key,
                    "idle-key",
                    "`name` says something about an object with `fields` only",
                )
            return None
        if not uses:
            assert own is not None
            self.diagnostics.add(
                own.entries["fields"].key,
                "object-fields",
                "`fields` describe an `object`, and there is none in the type",
            )
            return None
        part = (
            naming.pascal(word(child(own, "as")) or wire) or "ObjectExpr"
        )  # if there is none, the field has no name either
        name = TypeName(module, word(given) or owner.name.name.rstrip("_") + part)
        return self.structure(name, fields, own, key).to

    def _patterned(self, own: MapNode | None, type_: Type | None) -> Type | None:
        pattern = child(own, "pattern")
        if (
            not isinstance(pattern, Scalar)
            or type_ is None
            or not check_pattern(pattern, self.diagnostics)
        ):
            return type_
        changed = with_pattern(type_, pattern.text)
        if changed is None:
            self.diagnostics.add(pattern, "pattern", "`pattern` says something about texts only")
        return changed or type_

    def _with_media(self, own: MapNode | None, type_: Type | None) -> Type | None:
        media = tuple(node.text for node in words(child(own, "media")))
        if not media or own is None:
            return type_
        match type_:
            case model.File():
                return replace(type_, media=media)
            case model.ListOf(item=model.File() as item):
                return replace(type_, item=replace(item, media=media))
            case _:
                self.diagnostics.add(
                    own.entries["media"].key, "idle-key", "`media` says something about files only"
                )
                return type_

    def _unit(self, node: Node | None) -> Text:
        if not isinstance(node, Scalar):
            return Text()
        if node.text not in self.units:
            self.diagnostics.add(
                node,
                "unknown-unit",
                f"`units` in _api.yaml has no row `{node.text}`",
                did_you_mean(node.text, self.units),
            )
        return self.units.get(node.text, Text())

    def _style(
        self, own: MapNode | None, owner: FieldOwner
    ) -> Literal["repeat", "comma", "brackets", "deep"]:
        given = child(own, "style")
        if not isinstance(given, Scalar) or given.text not in {
            "repeat",
            "comma",
            "brackets",
            "deep",
        }:
            return "repeat"
        if owner.role not in {"query", "form"}:
            self.diagnostics.add(
                given, "style", "`style` says how a list or an object stands in a query or a form"
            )
        return cast(Literal["repeat", "comma", "brackets", "deep"], given.text)


def check_twins(fields: Sequence[Field], diagnostics: DiagnosticCollector) -> None:
    """Reports a name that is there with and without `?`."""
    seen: dict[str, Field] = {}
    for field in fields:
        twin = seen.setdefault(field.wire, field)
        if twin is not field:
            diagnostics.add_at(
                field.location,
                "field-twice",
                f"`{field.wire}` stands here a second time; the first is in line {twin.location.line}",
                "",
                len(field.wire),
            )


def check_clashes(fields: Iterable[Field], diagnostics: DiagnosticCollector) -> None:
    """Reports fields that have the same name in Python; twins on the wire count only where they stand in different maps."""
    names: dict[str, Field] = {}
    for field in fields:
        other = names.setdefault(field.name, field)
        if other is not field and field.name != UNNAMED:
            diagnostics.add_at(
                field.location,
                "field-twice",
                f"`{field.wire}` and `{other.wire}` ({line_reference(other.location)}) are both `{field.name}` in Python",
                "say `as:` for one of them",
                len(field.wire),
            )


def deprecation(node: Node | None, texts: TextReader) -> Text | bool:
    """`deprecated: true`, or what to use instead."""
    if (
        isinstance(node, Scalar)
        and node.style == "plain"
        and node.text.lower() in {"true", "false"}
    ):
        return flag(node)
    return texts.read(node) if node else False


def _first(chain: list[MapNode], key: str) -> Node | None:
    """What the first of the maps that says it says."""
    return next((value for value in (node.get(key) for node in chain) if value is not None), None)
