"""Type expressions into types of the model: names looked up, aliases written out, unions checked.

A type may contain itself through the fields of an object or the members of a named union; anything else would have no end.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from .. import model
from ..model import Type, TypeName
from .collector import DiagnosticCollector
from .localized import word
from .nodes import MapNode, Scalar
from .patterns import check_pattern, with_pattern
from .symbols import Declaration, SymbolTable, parse
from .type_parser import Expression, GenericExpr, LeafExpr, NullableExpr, ObjectExpr, Ref, UnionExpr

MAX_PARTS = 200
"""Parts that a type may have when the aliases in it are written out."""
MAX_ALIAS_CHAIN = 50

UNRESOLVED: Type = model.AnyJson()
"""This very value stands for a type that could not be read, which has been reported."""


class SizedType(Struct, frozen=True):
    """A type and how many parts it has."""

    type: Type
    weight: int = 1


class _Site(Struct, frozen=True):
    """Where an expression stands: its scalar, its file, and the object that `object` means there."""

    at: Scalar
    module: tuple[str, ...]
    inner: TypeName | None


class TypeResolver:
    def __init__(self, declarations: SymbolTable, diagnostics: DiagnosticCollector) -> None:
        self.declarations = declarations
        self.diagnostics = diagnostics
        self.unions: list[tuple[Scalar, model.Union]] = []
        """Unions that are to be checked when every type is known."""
        self._aliases: dict[TypeName, SizedType | None] = {}
        self._open: list[TypeName] = []

    def read(
        self, at: Scalar, module: tuple[str, ...], inner: TypeName | None = None
    ) -> Type | None:
        """The type of an expression, None with a problem reported. `inner`: the object that `fields` beside it describe."""
        expression = parse(at, self.diagnostics)
        return self.resolve(expression, at, module, inner) if expression else None

    def resolve(
        self, expression: Expression, at: Scalar, module: tuple[str, ...], inner: TypeName | None
    ) -> Type | None:
        found = self._resolve(expression, _Site(at, module, inner))
        return found.type if found else None

    def alias(
        self, expression: Expression, at: Scalar, module: tuple[str, ...]
    ) -> Declaration | None:
        """The named scalar that an expression consists of, if it is one (`Name` or `Name?`)."""
        if isinstance(expression, NullableExpr):
            expression = expression.inner
        if not isinstance(expression, Ref):
            return None
        found = self.declarations.find(expression, at, module)
        return found if found and found.kind == "alias" else None

    def _resolve(self, expression: Expression, site: _Site) -> SizedType | None:
        match expression:
            case LeafExpr():
                return SizedType(expression.type)
            case ObjectExpr():
                if site.inner is None:
                    self.diagnostics.add(
                        site.at,
                        "object-fields",
                        "`object` needs its `fields` beside it",
                        "any object is map<json>",
                        expression.at,
                        len("object"),
                    )
                    return None
                return SizedType(model.Named(site.inner))
            case Ref():
                return self._name(expression, site)
            case GenericExpr():
                return self._of(expression, site)
            case UnionExpr():
                written = self._union(expression, site)
                union = written and (
                    written.type.type if isinstance(written.type, model.Nullable) else written.type
                )
                if isinstance(union, model.Union):
                    self.unions.append((site.at, union))
                return written
            case NullableExpr():
                inner = self._resolve(expression.inner, site)
                return inner and SizedType(_nullable(inner.type), inner.weight + 1)

    def _name(self, ref: Ref, site: _Site) -> SizedType | None:
        found = self.declarations.find(ref, site.at, site.module)
        if found is None:
            return None
        if found.kind == "union" and isinstance(found.expression, NullableExpr):
            return SizedType(model.Nullable(model.Named(found.name)), 2)
        if found.kind != "alias":
            return SizedType(model.Named(found.name))
        if found.name in self._aliases:
            return self._aliases[found.name]
        if found.name in self._open or len(self._open) >= MAX_ALIAS_CHAIN:
            reason = (
                "contains itself"
                if found.name in self._open
                else f"stands for more than {MAX_ALIAS_CHAIN} names in a row"
            )
            self.diagnostics.add(
                site.at,
                "endless-type",
                f"`{ref.name}` {reason}",
                "a type contains itself through the fields of an object",
                ref.at,
                len(ref.name),
            )
            return None
        self._open.append(found.name)
        written = self.declared(found)
        self._open.pop()
        self._aliases[found.name] = written
        return written

    def declared(self, declaration: Declaration) -> SizedType | None:
        """What an alias stands for, or the members of a union."""
        at = declaration.node.get("type")
        if declaration.expression is None or not isinstance(at, Scalar):
            return None
        expression = declaration.expression
        if declaration.kind == "union" and isinstance(expression, NullableExpr):
            expression = expression.inner
        site = _Site(at, declaration.name.module, declaration.inner)
        if declaration.kind == "union" and isinstance(expression, UnionExpr):
            return self._union(expression, site)  # checked with its tag
        written = self._resolve(expression, site)
        return written and self._patterned(declaration.node, written)

    def _patterned(self, node: MapNode, written: SizedType) -> SizedType:
        pattern = node.get("pattern")
        if not isinstance(pattern, Scalar) or not check_pattern(pattern, self.diagnostics):
            return written
        changed = with_pattern(written.type, word(pattern))
        if changed is None:
            self.diagnostics.add(pattern, "pattern", "`pattern` says something about texts only")
            return written
        return replace(written, type=changed)

    def _of(self, of: GenericExpr, site: _Site) -> SizedType | None:
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

    def _union(self, one_of: UnionExpr, site: _Site) -> SizedType | None:
        """A union without unions inside it; null among its members makes the whole nullable."""
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
            "endless-type",
            f"written out, this type has more than {MAX_PARTS} parts",
            "make objects or named unions of the types in it",
        )


def _nullable(inner: Type) -> Type:
    return inner if isinstance(inner, model.Nullable) else model.Nullable(inner)
