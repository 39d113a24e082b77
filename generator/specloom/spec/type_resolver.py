"""Type resolver: turns type expressions into types of the model, with names looked up, aliases expanded and unions flattened.

A type may contain itself only through the fields of an object or the members of a named union; any other recursion has no end.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from .. import model, naming
from ..model import Type, TypeName
from .collector import DiagnosticCollector
from .localized import word
from .nodes import MapNode, Scalar
from .patterns import check_pattern, with_pattern
from .spec_folder import MAX_NAME_LENGTH
from .symbols import Declaration, SymbolTable, parse
from .type_parser import (
    Expression,
    GenericExpr,
    LeafExpr,
    NullableExpr,
    ObjectExpr,
    Ref,
    UnionExpr,
    UseExpr,
)

MAX_PARTS = 200
"""Maximum number of parts of a type whose aliases are expanded."""
MAX_ALIAS_CHAIN = 50
MAX_INSTANCES = 2_000
"""Maximum number of different uses of generic types in an API."""

UNRESOLVED: Type = model.AnyJson()
"""Placeholder (compared by identity) for a type that could not be resolved, which has been reported."""


class SizedType(Struct, frozen=True):
    """A type and its number of parts."""

    type: Type
    weight: int = 1


class Argument(Struct, frozen=True):
    """The type argument of a generic: its type, its part in class names, and its named scalar, if it is one."""

    sized: SizedType
    name: str
    alias: Declaration | None


class Instance(Struct, frozen=True):
    """An object that a use of a generic type means, such as `Page<Invoice>`."""

    name: TypeName
    generic: Declaration
    argument: Argument


class _Site(Struct, frozen=True):
    """The context of an expression: its scalar, its module, and the object that `object` means."""

    at: Scalar
    module: tuple[str, ...]
    inner: TypeName | None


class TypeResolver:
    """Resolves type expressions, and collects inline unions for later checks."""

    def __init__(self, declarations: SymbolTable, diagnostics: DiagnosticCollector) -> None:
        self.declarations = declarations
        self.diagnostics = diagnostics
        self.unions: list[tuple[Scalar, model.Union]] = []
        """Inline unions, to be checked when all types are known."""
        self.parameters: Mapping[str, Argument] = {}
        """Type parameters of the generic whose fields are being resolved."""
        self.instances: dict[TypeName, Instance] = {}
        self.pending: list[Instance] = []
        """Instances whose fields are not resolved yet."""
        self._aliases: dict[TypeName, SizedType | None] = {}
        self._open: list[TypeName] = []

    def read(
        self, at: Scalar, module: tuple[str, ...], inner: TypeName | None = None
    ) -> Type | None:
        """Return the type of an expression, or None after reporting a problem; `inner` is the object described by `fields`."""
        expression = parse(at, self.diagnostics)
        return self.resolve(expression, at, module, inner) if expression else None

    def resolve(
        self, expression: Expression, at: Scalar, module: tuple[str, ...], inner: TypeName | None
    ) -> Type | None:
        sized = self._resolve(expression, _Site(at, module, inner))
        return sized.type if sized else None

    def alias(
        self, expression: Expression, at: Scalar, module: tuple[str, ...]
    ) -> Declaration | None:
        """Return the named scalar that an expression refers to (`Name` or `Name?`), if any."""
        if isinstance(expression, NullableExpr):
            expression = expression.inner
        if not isinstance(expression, Ref):
            return None
        if expression.name in self.parameters:
            return self.parameters[expression.name].alias
        declaration = self.declarations.find(expression, at, module)
        return declaration if declaration and declaration.kind == "alias" else None

    def _resolve(self, expression: Expression, site: _Site) -> SizedType | None:
        match expression:
            case LeafExpr():
                return SizedType(expression.type)
            case ObjectExpr():
                if site.inner is None:
                    self.diagnostics.add(
                        site.at,
                        "object-fields",
                        "`object` without `fields`",
                        "add `fields`, or write map<json> for any object",
                        expression.at,
                        len("object"),
                    )
                    return None
                return SizedType(model.Named(site.inner))
            case Ref():
                return self._resolve_name(expression, site)
            case UseExpr():
                return self._resolve_use(expression, site)
            case GenericExpr():
                return self._resolve_generic(expression, site)
            case UnionExpr():
                written = self._resolve_union(expression, site)
                union = written and (
                    written.type.type if isinstance(written.type, model.Nullable) else written.type
                )
                if isinstance(union, model.Union):
                    self.unions.append((site.at, union))
                return written
            case NullableExpr():
                inner = self._resolve(expression.inner, site)
                return inner and SizedType(_nullable(inner.type), inner.weight + 1)

    def _resolve_use(self, use: UseExpr, site: _Site) -> SizedType | None:
        """Return the object of a use of a generic type; its fields are resolved later."""
        declaration = self.declarations.find(use.generic, site.at, site.module)
        sized = self._resolve(use.argument, site)
        if declaration is None or sized is None:
            return None
        if declaration.kind != "generic":
            self._report(
                use.generic, site, f"`{use.generic.name}` is not generic", "remove `<…>` after it"
            )
            return None
        part = self._name_part(use.argument, site)
        name = replace(
            declaration.name,
            name=naming.class_name(part + declaration.name.name.rstrip("_")),
        )
        argument = Argument(sized, part, self.alias(use.argument, site.at, site.module))
        other = self.instances.get(name)
        if other and (other.argument.sized, other.generic) != (sized, declaration):
            self._report(
                use.generic,
                site,
                f"another use of `{use.generic.name}` has the class name `{name.name}`, too",
                "declare the type in `<…>` under another name",
            )
        elif len(name.name) > MAX_NAME_LENGTH or len(self.instances) >= MAX_INSTANCES:
            self._report(
                use.generic,
                site,
                f"more than {MAX_INSTANCES} uses of generic types, or names of more than {MAX_NAME_LENGTH} characters",
                "declare objects in their place; does a generic type contain a longer use of itself?",
            )
            return None
        elif other is None:
            self.instances[name] = Instance(name, declaration, argument)
            self.pending.append(self.instances[name])
        return SizedType(model.Named(name))

    def _name_part(self, expression: Expression, site: _Site) -> str:
        """Return the part of a class name for a type argument: `Invoice` of `Page<Invoice>`, `StringList` of `Page<list<string>>`."""
        match expression:
            case Ref(name=name) if name in self.parameters:
                return self.parameters[name].name
            case Ref(name=name):
                return name.rpartition(".")[2]
            case LeafExpr(type=type_):
                return "Json" if isinstance(type_, model.AnyJson) else type(type_).__name__
            case ObjectExpr():
                return site.inner.name if site.inner else "Object"
            case UseExpr():
                return self._name_part(expression.argument, site) + self._name_part(
                    expression.generic, site
                )
            case GenericExpr():
                return self._name_part(expression.inner, site) + expression.word.capitalize()
            case UnionExpr():
                return "Or".join(self._name_part(each, site) for each in expression.members)
            case NullableExpr():
                return f"Optional{self._name_part(expression.inner, site)}"

    def _report(self, ref: Ref, site: _Site, message: str, hint: str) -> None:
        self.diagnostics.add(site.at, "invalid-generic", message, hint, ref.at, len(ref.name))

    def _resolve_name(self, ref: Ref, site: _Site) -> SizedType | None:
        if ref.name in self.parameters:
            return self.parameters[ref.name].sized
        declaration = self.declarations.find(ref, site.at, site.module)
        if declaration is None:
            return None
        if declaration.kind == "generic":
            self._report(
                ref,
                site,
                f"`{ref.name}` is generic",
                f"write the type of its `{declaration.parameter}`: {ref.name}<string>",
            )
            return None
        if declaration.kind == "union" and isinstance(declaration.expression, NullableExpr):
            return SizedType(model.Nullable(model.Named(declaration.name)), 2)
        if declaration.kind != "alias":
            return SizedType(model.Named(declaration.name))
        if declaration.name in self._aliases:
            return self._aliases[declaration.name]
        if declaration.name in self._open or len(self._open) >= MAX_ALIAS_CHAIN:
            message = (
                f"`{ref.name}` contains itself"
                if declaration.name in self._open
                else f"`{ref.name}` is a chain of more than {MAX_ALIAS_CHAIN} aliases"
            )
            self.diagnostics.add(
                site.at,
                "recursive-type",
                message,
                "use an object with `fields` for the recursion",
                ref.at,
                len(ref.name),
            )
            return None
        self._open.append(declaration.name)
        parameters, self.parameters = self.parameters, {}
        written = self.resolve_declared(declaration)
        self.parameters = parameters
        self._open.pop()
        self._aliases[declaration.name] = written
        return written

    def resolve_declared(self, declaration: Declaration) -> SizedType | None:
        """Return the type of an alias, or the members of a union."""
        at = declaration.node.get("type")
        if declaration.expression is None or not isinstance(at, Scalar):
            return None
        expression = declaration.expression
        if declaration.kind == "union" and isinstance(expression, NullableExpr):
            expression = expression.inner
        site = _Site(at, declaration.name.module, declaration.inner)
        if declaration.kind == "union" and isinstance(expression, UnionExpr):
            return self._resolve_union(expression, site)  # checked later, with its tag
        written = self._resolve(expression, site)
        return written and self._apply_pattern(declaration.node, written)

    def _apply_pattern(self, node: MapNode, written: SizedType) -> SizedType:
        pattern = node.get("pattern")
        if not isinstance(pattern, Scalar) or not check_pattern(pattern, self.diagnostics):
            return written
        changed = with_pattern(written.type, word(pattern))
        if changed is None:
            self.diagnostics.add(
                pattern, "unused-key", "`pattern` applies to strings only", "remove it"
            )
            return written
        return replace(written, type=changed)

    def _resolve_generic(self, of: GenericExpr, site: _Site) -> SizedType | None:
        inner = self._resolve(of.inner, site)
        if inner is None:
            return None
        weight = inner.weight + 1
        if weight > MAX_PARTS:
            self._report_heavy(site)
            return None
        match of.word:
            case "list":
                return SizedType(model.ListOf(inner.type, of.length), weight)
            case "map":
                return SizedType(model.MapOf(inner.type, of.length), weight)
            case _:
                return SizedType(model.JsonText(inner.type), weight)

    def _resolve_union(self, one_of: UnionExpr, site: _Site) -> SizedType | None:
        """Return a flattened union; a nullable member makes the whole union nullable."""
        members: list[Type] = []
        weight, null = 1, False
        for expression in one_of.members:
            written = self._resolve(expression, site)
            if written is None:
                return None
            weight += written.weight
            inner = written.type
            if isinstance(inner, model.Nullable):
                inner, null = inner.type, True
            members += inner.members if isinstance(inner, model.Union) else [inner]
        if weight > MAX_PARTS:
            self._report_heavy(site)
            return None
        union = model.Union(tuple(members))
        return SizedType(model.Nullable(union) if null else union, weight + null)

    def _report_heavy(self, site: _Site) -> None:
        self.diagnostics.add(
            site.at,
            "too-complex",
            f"expanded type has more than {MAX_PARTS} parts",
            "make objects or named unions of its parts",
        )


def _nullable(inner: Type) -> Type:
    return inner if isinstance(inner, model.Nullable) else model.Nullable(inner)
