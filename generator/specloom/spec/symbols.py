"""The named types of a spec: what each name declares, and which one a reference means.

A bare name is looked up in its file, then in `_types.yaml` of the file's folder and of each folder above; a dotted name in the
resource or folder that the path names. A name that is declared twice on the way of any file is a problem, so the order never matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from .. import naming
from ..model import TypeName
from . import type_parser
from .collector import RESERVED, DiagnosticCollector, did_you_mean, line_reference
from .localized import child, entries, flag
from .nodes import MapNode, Node, Scalar, location_of
from .spec_folder import MAX_NAME_LENGTH, Document
from .type_lexer import TypeSyntaxError
from .type_parser import Expression, GenericExpr, NullableExpr, ObjectExpr, Ref, UnionExpr

_SCALAR_ONLY = ("example", "unit", "pattern", "encrypted", "secret", "since")


class Declaration(Struct, frozen=True):
    """One entry under `types:`, or the object inside one (`fields` beside a list or map)."""

    name: TypeName
    kind: Literal["structure", "enumeration", "union", "alias"]
    key: Scalar
    node: MapNode
    expression: Expression | None = None
    inner: TypeName | None = None
    """The object that `fields` beside the expression describe."""


def parse(node: Node | None, diagnostics: DiagnosticCollector) -> Expression | None:
    """The expression in a scalar, None with a problem reported."""
    if not isinstance(node, Scalar):
        return None
    try:
        return type_parser.parse(node.text)
    except TypeSyntaxError as wrong:
        rule = "not-yet" if RESERVED in wrong.message else "type"
        diagnostics.add(node, rule, wrong.message, wrong.hint, offset=wrong.at, length=wrong.length)
        return None


def contains_object(expression: Expression | None) -> bool:
    """Whether `object` stands anywhere in the expression."""
    match expression:
        case ObjectExpr():
            return True
        case GenericExpr() | NullableExpr():
            return contains_object(expression.inner)
        case UnionExpr():
            return any(map(contains_object, expression.members))
        case _:
            return False


class SymbolTable:
    def __init__(self, diagnostics: DiagnosticCollector) -> None:
        self.diagnostics = diagnostics
        self.by_module: dict[tuple[str, ...], dict[str, Declaration]] = {}

    def __iter__(self) -> Iterator[Declaration]:
        for declared in self.by_module.values():
            yield from declared.values()

    def add(self, document: Document) -> None:
        """Takes in the `types:` of a file."""
        declared = self.by_module.setdefault(document.module, {})
        folded: dict[str, Declaration] = {}
        for key, node in entries(child(document.root, "types")):
            if not naming.is_pascal(key.text) or len(key.text) > MAX_NAME_LENGTH:
                pascal = naming.pascal(key.text)
                hint = (
                    f"call it {pascal}"
                    if pascal and pascal != key.text
                    else "letters and digits, beginning upper case"
                )
                self.diagnostics.add(
                    key, "type-name", f"`{key.text}` cannot be the name of a type", hint
                )
            elif isinstance(node, MapNode):
                declaration = self._declare(document.module, key, node)
                other = folded.setdefault(key.text.lower(), declaration)
                if other is not declaration:
                    self.diagnostics.add(
                        key,
                        "type-twice",
                        f"`{key.text}` and `{other.key.text}` ({line_reference(location_of(other.key))}) differ in case only",
                    )
                declared[key.text] = declaration
                if declaration.inner:
                    self._declare_inner(declaration, declaration.inner, declared)

    def _declare(self, module: tuple[str, ...], key: Scalar, node: MapNode) -> Declaration:
        name = TypeName(module, naming.class_name(key.text))
        own = [word for word in ("type", "fields", "enum") if word in node.entries]
        expression = (
            parse(node.get("type"), self.diagnostics)
            if "type" in own and "enum" not in own
            else None
        )
        kind: Literal["structure", "enumeration", "union", "alias"] = "alias"
        inner: TypeName | None = None
        if "enum" in own:
            kind = "enumeration"
            if "fields" in own:
                self.diagnostics.add(
                    node.entries["fields"].key,
                    "kind-of-type",
                    "a type has `fields` or `enum`, not both",
                )
        elif own == ["fields"] or isinstance(expression, ObjectExpr):
            kind = "structure"
        elif not own:
            self.diagnostics.add(
                key,
                "kind-of-type",
                f"`{key.text}` has none of `type`, `fields` and `enum`, which say what it is",
            )
        elif isinstance(expression, UnionExpr) or (
            isinstance(expression, NullableExpr) and isinstance(expression.inner, UnionExpr)
        ):
            kind = "union"
        if (
            kind in {"alias", "union"}
            and "fields" in own
            and expression
            and not contains_object(expression)
        ):
            self.diagnostics.add(
                node.entries["fields"].key,
                "object-fields",
                "`fields` describe an `object`, and there is none in the type",
            )
        elif kind in {"alias", "union"} and "fields" in own and expression:
            given = node.get("name")
            suffix = (
                "Value"
                if isinstance(expression, GenericExpr) and expression.word == "map"
                else "Item"
            )
            inner = TypeName(
                module,
                naming.class_name(given.text if isinstance(given, Scalar) else key.text + suffix),
            )
        self._check_keys(kind, node, inner)
        return Declaration(name, kind, key, node, expression, inner)

    def _check_keys(self, kind: str, node: MapNode, inner: TypeName | None) -> None:
        """Reports keys that say nothing about this kind of type."""
        idle = [
            ("tag", "a union", kind == "union"),
            ("closed", "an enumeration", kind == "enumeration"),
        ]
        idle += [(word, "a named scalar", kind == "alias") for word in _SCALAR_ONLY]
        idle.append(("name", "an object inside a list or a map", inner is not None))
        for word, meant, allowed in idle:
            if word in node.entries and not allowed:
                self.diagnostics.add(
                    node.entries[word].key,
                    "idle-key",
                    f"`{word}` says something about {meant} only",
                )

    def _declare_inner(
        self, outer: Declaration, name: TypeName, declared: dict[str, Declaration]
    ) -> None:
        other = declared.get(name.name)
        if other:
            self.diagnostics.add(
                outer.key,
                "class-twice",
                f"the object inside is called `{name.name}`, and so is the type in {line_reference(location_of(other.key))}",
                "give it another `name:`",
            )
        else:
            declared[name.name] = Declaration(name, "structure", outer.key, outer.node)

    def check_twice(self) -> None:
        """Reports names that are declared again on the way up from a file."""
        for module, declared in self.by_module.items():
            above = [self.by_module[m] for m in lookup_modules(module)[1:] if m in self.by_module]
            for name, declaration in declared.items():
                other = next((outer[name] for outer in above if name in outer), None)
                if other:
                    self.diagnostics.add(
                        declaration.key,
                        "type-twice",
                        f"`{name}` is declared in {line_reference(location_of(other.key))} too, which holds here as well",
                    )

    def find(self, ref: Ref, at: Scalar, module: tuple[str, ...]) -> Declaration | None:
        """What a reference in a file of this module means, or None with a problem reported."""
        *path, name = ref.name.split(".")
        modules = [tuple(path), (*path, "_types")] if path else lookup_modules(module)
        found = [self.by_module[m][name] for m in modules if name in self.by_module.get(m, {})]
        if len(found) > 1 and path:
            places = " and ".join(
                line_reference(location_of(declaration.key)) for declaration in found
            )
            self.diagnostics.add(
                at,
                "type-twice",
                f"`{ref.name}` may mean the types in {places}",
                "give one of them another name",
                ref.at,
                len(ref.name),
            )
        if not found:
            self.diagnostics.add(
                at,
                "unknown-type",
                f"there is no type `{ref.name}` here",
                self._hint(name, path, modules),
                ref.at,
                len(ref.name),
            )
        return found[0] if found else None

    def _hint(self, name: str, path: list[str], modules: Iterable[tuple[str, ...]]) -> str:
        elsewhere = [m for m, declared in self.by_module.items() if name in declared]
        if elsewhere:
            at = [part for part in elsewhere[0] if part != "_types"]
            return f"did you mean `{'.'.join((*at, name))}`?"
        known = [other for m in modules for other in self.by_module.get(m, {})]
        if path and not any(tuple(path) == m[: len(path)] for m in self.by_module):
            return f"there is no resource `{'.'.join(path)}`"
        return did_you_mean(name, known) or "types are declared under `types:`"


def lookup_modules(module: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The modules in which a file's bare names are looked up."""
    folders = [(*module[:depth], "_types") for depth in range(len(module) - 1, -1, -1)] or [
        ("_types",)
    ]
    return [module, *folders] if module and module[-1] != "_types" else folders


def is_closed(declaration: Declaration) -> bool:
    return flag(declaration.node.get("closed"))
