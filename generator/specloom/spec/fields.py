"""Field resolver: fields and parameters, and the objects that contain them.

A field inherits texts, unit, example and so on from its named scalar, and can override each. Examples and defaults need all types, so they
are kept in `values` and resolved after all fields.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Literal, TypeAlias, cast, get_args

from msgspec import Struct
from msgspec.structs import replace

from .. import model, naming
from ..model import Field, NamedType, Object, SourceLocation, Text, Type, TypeName
from ..runtime.datetime_formats import datetime_format
from .collector import DiagnosticCollector, did_you_mean, line_reference
from .localized import TextReader, child, entries, flag, word, words
from .nodes import MapNode, Node, Scalar, location_of
from .patterns import check_pattern, with_pattern
from .reachability import outside_json
from .spec_folder import MAX_NAME_LENGTH
from .symbols import OBJECT_KEYS, Declaration, SymbolTable, contains_object, parse
from .type_parser import Expression, ObjectExpr
from .type_resolver import UNRESOLVED, TypeResolver
from .values import ValueReader

Style: TypeAlias = Literal["repeat", "comma", "pipe", "space", "brackets", "deep"]
EXTRA = "extra"
"""Python name of the fields that an object does not list."""
UNNAMED = "_"
"""Placeholder for a name that could not be derived, which has been reported."""


class FieldOwner(Struct, frozen=True):
    """Owner of fields; nested objects derive their class names from it."""

    name: TypeName
    role: Literal[
        "object", "path", "query", "header", "cookie", "form", "parts", "response header"
    ] = "object"


class DocumentedValues(Struct, frozen=True):
    """Example and default of a field or named scalar, not yet resolved."""

    example: Node | None
    default: Node | None


class FieldResolver:
    """Resolves fields and collects the named types in `built`."""

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
        self.includes: dict[TypeName, Node] = {}
        """`includes` of objects, whose fields are copied when all types are known."""
        self.parts: set[TypeName] = set()
        """Names of objects that are multipart forms."""
        self.filled: list[tuple[TypeName, Scalar]] = []
        """Objects with a `fill`, which is right only in the body of a request."""
        self._scalars: list[tuple[Type, Node, bool]] = []

    def build(self, declaration: Declaration) -> None:
        """Resolve the object that a declaration describes."""
        self.resolve_object(
            declaration.name,
            declaration.node.get("fields"),
            declaration.node,
            declaration.key,
            declared=True,
        )

    def build_instances(self) -> None:
        """Resolve the objects of the uses of generic types, which may use further ones."""
        while self.types.pending:
            instance = self.types.pending.pop()
            generic = instance.generic
            self.types.parameters = {generic.parameter: instance.argument}
            self.resolve_object(
                instance.name, generic.node.get("fields"), generic.node, generic.key, declared=True
            )
            self.types.parameters = {}

    def resolve_object(
        self,
        name: TypeName,
        fields: Node | None,
        about: MapNode | None,
        key: Scalar,
        declared: bool = False,
        role: FieldOwner | None = None,
    ) -> model.Named:
        """Resolve an object; `about` has its title, description and includes."""
        name = replace(name, name=naming.class_name(name.name))
        other = self._namesake_location(name, declared)
        if other:
            self.diagnostics.add(
                key,
                "duplicate-class",
                f"class name `{name.name}` of this object is taken by the type in {line_reference(other)}",
                "give the object another `name:`" if about and not declared else "rename that type",
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
        extra = self._extra(child(about, "extra"), name.module)
        self.built[name] = Object(name, read, title, description, declared, extra, location_of(key))
        if includes := child(about, "includes"):
            self.includes[name] = includes
        return model.Named(name)

    def named_scalar(self, declaration: Declaration) -> None:
        """Check the texts, unit and example of a named scalar, whether or not a field uses it."""
        node = declaration.node
        written = self.types.resolve_declared(declaration)
        self._unit(node.get("unit"))
        for key in ("title", "description", "since"):
            self.texts.read(node.get(key))
        example = node.get("example")
        if written and example is not None:
            self._scalars.append((written.type, example, flag(node.get("encrypted"))))

    def check_scalars(self, values: ValueReader) -> None:
        """Check the examples of named scalars."""
        for type_, example, encrypted in self._scalars:
            values.read(example, type_, "invalid-example", encrypted)

    def _namesake_location(self, name: TypeName, declared: bool) -> SourceLocation | None:
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
        """Return the fields of a map, whose Python names must be unique."""
        fields: list[Field] = []
        for key, value in entries(node):
            field = self._field(key, value, owner, module)
            if field:
                fields.append(field)
        check_duplicates(fields, self.diagnostics)
        check_python_names(
            {field.wire: field for field in reversed(fields)}.values(), self.diagnostics
        )
        return tuple(fields)

    def _field(
        self, key: Scalar, node: Node, owner: FieldOwner, module: tuple[str, ...]
    ) -> Field | None:
        optional = key.text.endswith("?") and len(key.text) > 1
        wire = key.text[:-1] if optional else key.text
        if not wire or len(wire) > 2 * MAX_NAME_LENGTH:
            self.diagnostics.add(
                key,
                "field-name",
                f"invalid field name; expected 1 to {2 * MAX_NAME_LENGTH} characters",
            )
            return None
        name = self._python_name(key, wire, node)
        own = node if isinstance(node, MapNode) else None
        at = node if isinstance(node, Scalar) else own and own.get("type")
        expression = (
            parse(at, self.diagnostics)
            if isinstance(at, Scalar)
            else ObjectExpr(0) if _object_key(own) else None
        )
        if at is None and expression is None:
            self.diagnostics.add(
                key,
                "missing-type",
                f"field `{wire}` has none of `type`, `fields` and `includes`",
                "add a type such as string(32), integer or list<Item>",
            )
        inner = self._inner(
            key, wire, own, owner, module, uses=expression is None or contains_object(expression)
        )
        type_: Type | None = None
        chain: list[MapNode] = [own] if own else []
        if expression and isinstance(at, Scalar):
            type_ = self.types.resolve(expression, at, module, inner)
            if type_:
                self._follow_aliases(chain, expression, at, module)
        elif inner:
            type_ = model.Named(inner)
        type_ = self._apply_media(own, self._apply_pattern(own, type_))
        self._check_argument(own, owner, optional, type_)
        self.values[location_of(key)] = DocumentedValues(
            _first(chain, "example"), child(own, "default")
        )
        if own and "default" in own.entries and not optional:
            self.diagnostics.add(
                own.entries["default"].key,
                "invalid-default",
                f"required field `{wire}` cannot have a default",
                f"remove the default, or write `{wire}?` if the field may be absent",
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
            only=_only(own),
            fill=self._fill(own, owner, type_),
            location=location_of(key),
        )

    def _follow_aliases(
        self, chain: list[MapNode], expression: Expression, at: Scalar, module: tuple[str, ...]
    ) -> None:
        """Add the named scalars that an expression refers to, whose attributes a field inherits."""
        alias = self.types.alias(expression, at, module)
        while alias and alias.node not in chain:
            chain.append(alias.node)
            below = alias.node.get("type")
            if not alias.expression or not isinstance(below, Scalar):
                break
            alias = self.types.alias(alias.expression, below, alias.name.module)

    def _extra(self, at: Node | None, module: tuple[str, ...]) -> Field | None:
        """Return the field for the fields that an object does not list, if it keeps them."""
        expression = parse(at, self.diagnostics)
        if expression is None or not isinstance(at, Scalar):
            return None
        type_ = self.types.resolve(expression, at, module, None)
        chain: list[MapNode] = []
        if type_:
            self._follow_aliases(chain, expression, at, module)
        if type_ and (outside := outside_json(type_)):
            self.diagnostics.add(
                at,
                "misplaced-file",
                f"fields that are not listed cannot be `{outside}`",
                "use string" if outside == "text" else "use bytes, which is Base64",
            )
        if flag(_first(chain, "encrypted")):
            self.diagnostics.add(
                at,
                "invalid-encryption",
                "fields that are not listed cannot be encrypted",
                "list the encrypted fields under `fields`",
            )
        return Field(
            wire="",
            name=EXTRA,
            type=model.MapOf(type_ or UNRESOLVED),
            required=False,
            secret=flag(_first(chain, "secret")),
            location=location_of(at),
        )

    def _python_name(self, key: Scalar, wire: str, node: Node) -> str:
        override = child(node, "as")
        if isinstance(override, Scalar):
            if not naming.is_snake(override.text) or override.text == naming.SELF:
                suggestion = naming.snake(override.text)
                hint = (
                    f"use {suggestion}"
                    if suggestion and suggestion != override.text
                    else "use lower-case letters, digits and `_`"
                )
                self.diagnostics.add(
                    override, "field-name", f"invalid Python name `{override.text}`", hint
                )
                return UNNAMED
            return override.text
        name = naming.snake(wire)
        if name is None:
            self.diagnostics.add(
                key,
                "field-name",
                f"cannot derive a Python name from `{wire}`",
                "add one: {as: user_id, type: …}",
            )
        return name or UNNAMED

    def _check_argument(
        self, own: MapNode | None, owner: FieldOwner, optional: bool, type_: Type | None
    ) -> None:
        """Report `as` on a field that is not an argument."""
        override = own and own.entries.get("as")
        if not override:
            return
        if owner.role == "response header":
            self.diagnostics.add(
                override.key,
                "unused-key",
                "`as` applies to arguments only, not to response headers",
                "remove it; `response.headers` uses the wire name",
            )
        elif (
            owner.role in {"path", "query", "header", "cookie"}
            and not optional
            and type_ is not None
            and model.is_constant(type_)
        ):
            self.diagnostics.add(
                override.key,
                "unused-key",
                "`as` applies to arguments only; the client sends a constant itself",
                "remove it",
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
        """Resolve the object that `fields` and `includes` beside the type describe, and return its name."""
        object_key, class_name = _object_key(own), child(own, "name")
        if object_key is None:
            for word_, hint in (("name", "remove it"), ("extra", "write a map: map<json>")):
                if own and word_ in own.entries:
                    self.diagnostics.add(
                        own.entries[word_].key,
                        "unused-key",
                        f"`{word_}` applies to objects with `fields` or `includes` only",
                        hint,
                    )
            return None
        if not uses:
            self.diagnostics.add(
                object_key,
                "object-fields",
                f"`{object_key.text}` without `object` in the type",
                "write the type with object: list<object>",
            )
            return None
        part = (
            naming.pascal(word(child(own, "as")) or wire) or "ObjectExpr"
        )  # if there is none, the field has no name either
        name = TypeName(module, word(class_name) or owner.name.name.rstrip("_") + part)
        return self.resolve_object(name, child(own, "fields"), own, key).to

    def _apply_pattern(self, own: MapNode | None, type_: Type | None) -> Type | None:
        pattern = child(own, "pattern")
        if (
            not isinstance(pattern, Scalar)
            or type_ is None
            or not check_pattern(pattern, self.diagnostics)
        ):
            return type_
        changed = with_pattern(type_, pattern.text)
        if changed is None:
            self.diagnostics.add(
                pattern, "unused-key", "`pattern` applies to strings only", "remove it"
            )
        return changed or type_

    def _apply_media(self, own: MapNode | None, type_: Type | None) -> Type | None:
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
                    own.entries["media"].key,
                    "unused-key",
                    "`media` applies to files only",
                    "remove it",
                )
                return type_

    def _unit(self, node: Node | None) -> Text:
        if not isinstance(node, Scalar):
            return Text()
        if node.text not in self.units:
            self.diagnostics.add(
                node,
                "unknown-unit",
                f"unknown unit `{node.text}`; `units` in _api.yaml does not define it",
                did_you_mean(node.text, self.units),
            )
        return self.units.get(node.text, Text())

    def _style(self, own: MapNode | None, owner: FieldOwner) -> Style:
        style = child(own, "style")
        if not isinstance(style, Scalar) or style.text not in get_args(Style):
            return "repeat"
        if owner.role not in {"query", "form"}:
            self.diagnostics.add(
                style,
                "unused-key",
                "`style` applies to lists and objects in a query or form only",
                "remove it",
            )
        return cast(Style, style.text)

    def _fill(
        self, own: MapNode | None, owner: FieldOwner, type_: Type | None
    ) -> Literal["uuid", "now"] | None:
        """Return the value that the client computes for a field, which must have a type for it."""
        fill = child(own, "fill")
        if not isinstance(fill, Scalar) or fill.text not in {"uuid", "now"}:
            return None
        if owner.role in {"path", "response header"}:
            self.diagnostics.add(fill, "misplaced-fill", *_FILL_PLACES)
            return None
        if owner.role not in {"query", "header", "cookie"}:
            self.filled.append((owner.name, fill))
        if type_ is None or type_ is UNRESOLVED:
            return None
        if fill.text == "uuid" and not _holds_uuid(type_):
            self.diagnostics.add(
                fill,
                "invalid-fill",
                "`fill: uuid` needs a string of 36 characters",
                "write the type as string, and remove a pattern",
            )
        if fill.text == "now" and not _holds_moment(type_):
            self.diagnostics.add(
                fill,
                "invalid-fill",
                "`fill: now` needs a time with a time zone",
                "write the type as datetime, or with %z in its format",
            )
        return "uuid" if fill.text == "uuid" else "now"

    def check_fills(self, bodies: Container[TypeName]) -> None:
        """Report `fill` in objects other than these, whose fields are arguments."""
        for name, fill in self.filled:
            if name not in bodies:
                self.diagnostics.add(fill, "misplaced-fill", *_FILL_PLACES)


_FILL_PLACES = (
    "`fill` applies to arguments only: query, header and cookie parameters, and the fields of a request body that is written in the endpoint",
    "remove it, or move the field there",
)


def _holds_uuid(type_: Type) -> bool:
    """Return whether the type has all texts of 36 characters."""
    if not isinstance(type_, model.String) or type_.literals or type_.pattern:
        return False
    minimum, maximum = type_.length.minimum or 0, type_.length.maximum
    return minimum <= 36 and (maximum is None or maximum >= 36)


def _holds_moment(type_: Type) -> bool:
    """Return whether the type has moments, which have a time zone."""
    if not isinstance(type_, model.DateTime):
        return False
    if type_.format in {None, "unix", "unix-ms", "rfc2822"}:
        return True
    format_ = datetime_format(type_.format or "")
    return format_.zoned or format_.zone is not None


def check_duplicates(fields: Sequence[Field], diagnostics: DiagnosticCollector) -> None:
    """Report a field that is declared both with and without `?`."""
    seen: dict[str, Field] = {}
    for field in fields:
        first = seen.setdefault(field.wire, field)
        if first is not field:
            diagnostics.add_at(
                field.location,
                "duplicate-field",
                f"duplicate field `{field.wire}`; the first is in line {first.location.line}",
                "remove one of them",
                len(field.wire),
            )


def check_python_names(fields: Iterable[Field], diagnostics: DiagnosticCollector) -> None:
    """Report fields with the same Python name. Fields with the same wire name count only if they are in different maps."""
    names: dict[str, Field] = {}
    for field in fields:
        other = names.setdefault(field.name, field)
        if other is not field and field.name != UNNAMED:
            diagnostics.add_at(
                field.location,
                "duplicate-field",
                f"`{field.wire}` and `{other.wire}` ({line_reference(other.location)}) have the same Python name `{field.name}`",
                "give one of them another name with `as:`",
                len(field.wire),
            )


def deprecation(node: Node | None, texts: TextReader) -> Text | bool:
    """Return the value of `deprecated`: true, or a text that names the replacement."""
    if (
        isinstance(node, Scalar)
        and node.style == "plain"
        and node.text.lower() in {"true", "false"}
    ):
        return flag(node)
    return texts.read(node) if node else False


def _only(own: MapNode | None) -> Literal["request", "response"] | None:
    match word(child(own, "only")):
        case "request" | "response" as direction:
            return direction
        case _:
            return None


def _object_key(own: MapNode | None) -> Scalar | None:
    """Return the first key of a field that describes an object, or None."""
    entries_ = own.entries if own else {}
    return next((entries_[word].key for word in OBJECT_KEYS if word in entries_), None)


def _first(chain: list[MapNode], key: str) -> Node | None:
    """Return the value of a key in the first map that has it."""
    return next((value for value in (node.get(key) for node in chain) if value is not None), None)
