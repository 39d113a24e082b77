"""Symbol table: named types of a spec, and lookup of references to them.

A bare name is looked up in its file, then in `_types.yaml` of the file's folder and of each folder above; a dotted name in the
resource or folder of its path. A bare name with two declarations in these places is a problem, so the order never matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from .. import naming
from ..model import TypeName
from . import type_parser
from .collector import DiagnosticCollector, did_you_mean, line_reference
from .localized import child, entries, flag
from .nodes import MapNode, Node, Scalar, location_of
from .spec_folder import MAX_NAME_LENGTH, Document
from .type_lexer import TypeSyntaxError
from .type_parser import Expression, GenericExpr, NullableExpr, ObjectExpr, Ref, UnionExpr, UseExpr

OBJECT_KEYS = ("fields", "includes")
"""Keys that describe an object, either of which is enough."""
_GENERIC = re.compile(r"([A-Z][A-Za-z0-9]*)<([A-Z][A-Za-z0-9]*)>", re.ASCII)
_SCALAR_ONLY = ("example", "unit", "pattern", "encrypted", "secret", "since")


class Declaration(Struct, frozen=True):
    """An entry under `types:`, or the object inside one (`fields` or `includes` beside a list or map)."""

    name: TypeName
    kind: Literal["object", "enumeration", "union", "alias", "generic"]
    key: Scalar
    node: MapNode
    expression: Expression | None = None
    inner: TypeName | None = None
    """The object described by `fields` beside the expression."""
    parameter: str = ""
    """Type parameter of a generic object, `T` of `Page<T>`; each of its uses is an object of its own."""


def parse(node: Node | None, diagnostics: DiagnosticCollector) -> Expression | None:
    """Return the expression in a scalar, or None after reporting a problem."""
    if not isinstance(node, Scalar):
        return None
    try:
        return type_parser.parse(node.text)
    except TypeSyntaxError as error:
        diagnostics.add(
            node, error.rule, error.message, error.hint, offset=error.at, length=error.length
        )
        return None


def contains_object(expression: Expression | None) -> bool:
    """Return whether the expression contains `object`."""
    match expression:
        case ObjectExpr():
            return True
        case GenericExpr() | NullableExpr():
            return contains_object(expression.inner)
        case UseExpr():
            return contains_object(expression.argument)
        case UnionExpr():
            return any(map(contains_object, expression.members))
        case _:
            return False


class SymbolTable:
    """Declarations of named types by module."""

    def __init__(self, diagnostics: DiagnosticCollector) -> None:
        self.diagnostics = diagnostics
        self.by_module: dict[tuple[str, ...], dict[str, Declaration]] = {}

    def __iter__(self) -> Iterator[Declaration]:
        for declared in self.by_module.values():
            yield from declared.values()

    def add(self, document: Document) -> None:
        """Declare the `types:` of a file."""
        declared = self.by_module.setdefault(document.module, {})
        by_lower_case: dict[str, Declaration] = {}
        for key, node in entries(child(document.root, "types")):
            generic = _GENERIC.fullmatch(key.text)
            name, parameter = generic.groups() if generic else (key.text, "")
            if not naming.is_pascal(name) or len(key.text) > MAX_NAME_LENGTH:
                pascal = naming.pascal(key.text)
                hint = (
                    f"use {pascal}"
                    if pascal and pascal != key.text
                    else "use letters and digits, starting with an upper-case letter"
                )
                if "<" in key.text:
                    hint = "a generic type has one parameter with the name of a type: Page<T>"
                self.diagnostics.add(key, "type-name", f"invalid type name `{key.text}`", hint)
            elif isinstance(node, MapNode):
                declaration = self._declare(document.module, key, node, name)
                if parameter:
                    declaration = self._generic(declaration, parameter)
                other = by_lower_case.setdefault(name.lower(), declaration)
                if other is not declaration:
                    self.diagnostics.add(
                        key,
                        "duplicate-type",
                        f"types `{key.text}` and `{other.key.text}` ({line_reference(location_of(other.key))}) differ only in case",
                        "rename one of them",
                    )
                declared[name] = declaration
                if declaration.inner:
                    self._declare_inner(declaration, declaration.inner, declared)

    def _generic(self, declaration: Declaration, parameter: str) -> Declaration:
        if declaration.kind != "object":
            self.diagnostics.add(
                declaration.key,
                "invalid-generic",
                f"generic type `{declaration.key.text}` is not an object",
                "describe it with `fields`",
            )
        return replace(declaration, kind="generic", inner=None, parameter=parameter)

    def _declare(
        self, module: tuple[str, ...], key: Scalar, node: MapNode, text: str
    ) -> Declaration:
        name = TypeName(module, naming.class_name(text))
        kind_keys = [word for word in ("type", *OBJECT_KEYS, "enum") if word in node.entries]
        object_keys = [word for word in kind_keys if word in OBJECT_KEYS]
        expression = (
            parse(node.get("type"), self.diagnostics)
            if "type" in kind_keys and "enum" not in kind_keys
            else None
        )
        kind: Literal["object", "enumeration", "union", "alias"] = "alias"
        inner: TypeName | None = None
        if "enum" in kind_keys:
            kind = "enumeration"
            if object_keys:
                self.diagnostics.add(
                    node.entries[object_keys[0]].key,
                    "conflicting-keys",
                    f"type has both `{object_keys[0]}` and `enum`",
                    "remove one of them",
                )
        elif (object_keys and "type" not in kind_keys) or isinstance(expression, ObjectExpr):
            kind = "object"
        elif not kind_keys:
            self.diagnostics.add(
                key,
                "missing-type",
                f"type `{key.text}` has none of `type`, `fields`, `includes` and `enum`",
                "add one of them",
            )
        elif isinstance(expression, UnionExpr) or (
            isinstance(expression, NullableExpr) and isinstance(expression.inner, UnionExpr)
        ):
            kind = "union"
        if (
            kind in {"alias", "union"}
            and object_keys
            and expression
            and not contains_object(expression)
        ):
            self.diagnostics.add(
                node.entries[object_keys[0]].key,
                "object-fields",
                f"`{object_keys[0]}` without `object` in the type",
                "write the type with object: list<object>",
            )
        elif kind in {"alias", "union"} and object_keys and expression:
            class_name = node.get("name")
            suffix = (
                "Value"
                if isinstance(expression, GenericExpr) and expression.word == "map"
                else "Item"
            )
            inner = TypeName(
                module,
                naming.class_name(
                    class_name.text if isinstance(class_name, Scalar) else text + suffix
                ),
            )
        self._check_keys(kind, node, inner)
        return Declaration(name, kind, key, node, expression, inner)

    def _check_keys(self, kind: str, node: MapNode, inner: TypeName | None) -> None:
        """Report keys that have no effect on this kind of type."""
        restricted = [
            ("tag", "unions", kind == "union"),
            ("closed", "enumerations", kind == "enumeration"),
        ]
        restricted += [(word, "named scalars", kind == "alias") for word in _SCALAR_ONLY]
        restricted.append(("name", "objects inside a list or map", inner is not None))
        restricted.append(("extra", "objects", kind == "object" or inner is not None))
        for word, kinds, allowed in restricted:
            if word in node.entries and not allowed:
                self.diagnostics.add(
                    node.entries[word].key,
                    "unused-key",
                    f"`{word}` applies to {kinds} only",
                    "remove it",
                )

    def _declare_inner(
        self, outer: Declaration, name: TypeName, declared: dict[str, Declaration]
    ) -> None:
        other = declared.get(name.name)
        if other:
            self.diagnostics.add(
                outer.key,
                "duplicate-class",
                f"class name `{name.name}` of the inner object is taken by the type in {line_reference(location_of(other.key))}",
                "give the object another `name:`",
            )
        else:
            declared[name.name] = Declaration(name, "object", outer.key, outer.node)

    def check_duplicates(self) -> None:
        """Report names that a folder above declares as well."""
        for module, declared in self.by_module.items():
            above = [self.by_module[m] for m in lookup_modules(module)[1:] if m in self.by_module]
            for name, declaration in declared.items():
                shadowed = next(
                    (
                        outer[declaration.parameter]
                        for outer in (declared, *above)
                        if declaration.parameter in outer
                    ),
                    None,
                )
                if shadowed:
                    self.diagnostics.add(
                        declaration.key,
                        "invalid-generic",
                        f"the parameter of `{declaration.key.text}` has the name of the type in {line_reference(location_of(shadowed.key))}",
                        f"give it another name: {name}<T>",
                    )
                other = next((outer[name] for outer in above if name in outer), None)
                if other:
                    self.diagnostics.add(
                        declaration.key,
                        "duplicate-type",
                        f"duplicate type `{name}`; the one in {line_reference(location_of(other.key))} applies here too",
                        "rename one of them",
                    )

    def find(self, ref: Ref, at: Scalar, module: tuple[str, ...]) -> Declaration | None:
        """Return the declaration of a reference in a module, or None after reporting a problem."""
        *path, name = ref.name.split(".")
        modules = [tuple(path), (*path, "_types")] if path else lookup_modules(module)
        matches = [self.by_module[m][name] for m in modules if name in self.by_module.get(m, {})]
        if len(matches) > 1 and path:
            locations = " and ".join(
                line_reference(location_of(declaration.key)) for declaration in matches
            )
            self.diagnostics.add(
                at,
                "ambiguous-type",
                f"ambiguous type `{ref.name}`; it is declared in {locations}",
                "rename one of them",
                ref.at,
                len(ref.name),
            )
        if not matches:
            self.diagnostics.add(
                at,
                "unknown-type",
                f"unknown type `{ref.name}`",
                self._hint(name, path, modules),
                ref.at,
                len(ref.name),
            )
        return matches[0] if matches else None

    def _hint(self, name: str, path: list[str], modules: Iterable[tuple[str, ...]]) -> str:
        elsewhere = [m for m, declared in self.by_module.items() if name in declared]
        if elsewhere:
            at = [part for part in elsewhere[0] if part != "_types"]
            return f"did you mean `{'.'.join((*at, name))}`?"
        known = [other for m in modules for other in self.by_module.get(m, {})]
        if path and not any(tuple(path) == m[: len(path)] for m in self.by_module):
            return f"resource `{'.'.join(path)}` does not exist"
        return did_you_mean(name, known) or "declare it under `types:`"


def lookup_modules(module: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the modules in which a file's bare names are looked up."""
    folders = [(*module[:depth], "_types") for depth in range(len(module) - 1, -1, -1)] or [
        ("_types",)
    ]
    return [module, *folders] if module and module[-1] != "_types" else folders


def is_closed(declaration: Declaration) -> bool:
    return flag(declaration.node.get("closed"))
