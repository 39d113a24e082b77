"""Includes: objects that have the fields of others, copied into them when all types are known.

An object has the included fields first, in the order of `includes`, then its own. An own field replaces an included one at its place, and
must be narrower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..model import Field, Named, NamedType, Object, TypeName
from .collector import DiagnosticCollector
from .fields import check_python_names
from .localized import words
from .narrowing import is_narrower
from .nodes import Node, Scalar
from .type_resolver import UNRESOLVED, TypeResolver

MAX_COPIES = 20_000
"""Maximum number of included fields of an API: each is written into the class that includes it."""


class _Include(Struct, frozen=True):
    """An object, and the place that includes it."""

    at: Scalar
    name: TypeName


class IncludeResolver:
    """Copies the fields of included objects."""

    def __init__(self, types: TypeResolver, diagnostics: DiagnosticCollector) -> None:
        self.types = types
        self.diagnostics = diagnostics
        self._included: dict[TypeName, tuple[TypeName, ...]] = {}
        self._copies = 0

    def copy(
        self, nodes: Mapping[TypeName, Node], types: MutableMapping[TypeName, NamedType]
    ) -> None:
        """Copy fields into the objects that have these `includes`. An object is passed once."""
        includes = {
            name: [
                include
                for item in words(node)
                if (include := self._resolve(item, name.module, types)) is not None
            ]
            for name, node in nodes.items()
        }
        self._included.update(
            (name, tuple(include.name for include in each)) for name, each in includes.items()
        )
        for name in self._ordered(includes):
            object_type = types.get(name)
            if isinstance(object_type, Object):
                types[name] = self._with_included(object_type, includes[name], types)

    def _resolve(
        self, at: Scalar, module: tuple[str, ...], types: Mapping[TypeName, NamedType]
    ) -> _Include | None:
        type_ = self.types.read(at, module)
        is_generic = isinstance(type_, Named) and type_.to in self.types.instances
        if isinstance(type_, Named) and not is_generic and isinstance(types.get(type_.to), Object):
            return _Include(at, type_.to)
        if type_ is not None:
            self.diagnostics.add(
                at,
                "invalid-include",
                f"`{at.text}` is {'generic' if is_generic else 'not an object with `fields`'}",
                "include objects; write a union of objects as a type: Cat | Dog",
            )
        return None

    def _ordered(self, includes: Mapping[TypeName, Sequence[_Include]]) -> list[TypeName]:
        """Return the objects, each after those that it includes; report those that include themselves."""
        needs = {
            name: [include.name for include in each if include.name in includes]
            for name, each in includes.items()
        }
        ordered = _drained(needs)
        rest = [name for name in needs if name not in ordered]
        includers: dict[TypeName, list[TypeName]] = {name: [] for name in rest}
        for name in rest:
            for other in needs[name]:
                if other in includers:
                    includers[other].append(name)
        # What is left from both ends is on a cycle; the others only include one.
        cyclic = includers.keys() - _drained(includers).keys()
        for name in rest:
            if name in cyclic:
                at = next(include.at for include in includes[name] if include.name in cyclic)
                self.diagnostics.add(
                    at,
                    "recursive-type",
                    f"`{name.name}` includes itself",
                    f"remove it, or make it a field: parent?: {name.name}",
                )
        return list(ordered)

    def _with_included(
        self,
        object_type: Object,
        includes: Sequence[_Include],
        types: Mapping[TypeName, NamedType],
    ) -> Object:
        own = {field.wire: field for field in object_type.all_fields}
        fields: dict[str, Field] = {}
        sources: dict[str, Object] = {}
        for include in includes:
            other = types[include.name]
            assert isinstance(other, Object)
            self._copies += len(other.all_fields)
            if self._copies > MAX_COPIES:
                self.diagnostics.add(
                    include.at,
                    "too-complex",
                    f"more than {MAX_COPIES} included fields in this API",
                    "make the common fields a field of their own: common: {type: Common}",
                )
                return object_type
            for field in other.all_fields:
                if field.wire in own:
                    own[field.wire] = self._override(own[field.wire], field, other, types)
                    fields[field.wire] = own[field.wire]
                elif field.wire not in fields:
                    fields[field.wire], sources[field.wire] = field, other
                elif not _is_same(fields[field.wire], field):
                    self.diagnostics.add(
                        include.at,
                        "invalid-include",
                        f"`{sources[field.wire].name.name}` and `{other.name.name}` have different types of `{_label(field)}`",
                        f"declare `{_label(field)}` here, with a type that is right for both",
                    )
        fields |= own
        extra = fields.pop("", None)
        check_python_names(fields.values(), self.diagnostics)
        return replace(object_type, fields=tuple(fields.values()), extra=extra)

    def _override(
        self, own: Field, included: Field, source: Object, types: Mapping[TypeName, NamedType]
    ) -> Field:
        """Return an own field with what it keeps of the one that it replaces; report it if it is wider."""
        problem, label = "", _label(own)
        if included.required and not own.required:
            problem = f"`{label}?` may be absent, but `{source.name.name}` requires it"
        elif UNRESOLVED not in (own.type, included.type) and not is_narrower(
            own.type, included.type, types, self._includes
        ):
            problem = f"`{label}` has values that `{label}` of `{source.name.name}` does not accept"
        if problem:
            self.diagnostics.add_at(
                own.location,
                "invalid-include",
                problem,
                f"make it narrower than that field, or do not include `{source.name.name}`",
                len(own.wire) or 1,
            )
        return replace(
            own,
            title=own.title or included.title,
            description=own.description or included.description,
            unit=own.unit or included.unit,
            encrypted=own.encrypted or included.encrypted,
            secret=own.secret or included.secret,
        )

    def _includes(self, name: TypeName, other: TypeName) -> bool:
        """Return whether an object includes another one, at any depth."""
        seen, waiting = {name}, [name]
        while waiting:
            for included in self._included.get(waiting.pop(), ()):
                if included == other:
                    return True
                if included not in seen:
                    seen.add(included)
                    waiting.append(included)
        return False


def _drained(needs: Mapping[TypeName, Iterable[TypeName]]) -> dict[TypeName, None]:
    """Return the names without a need on a cycle, each after those that it needs."""
    open_needs = {name: set(others) for name, others in needs.items()}
    needed_by: dict[TypeName, list[TypeName]] = {}
    for name, others in open_needs.items():
        for other in others:
            needed_by.setdefault(other, []).append(name)
    ready = [name for name, others in open_needs.items() if not others]
    drained: dict[TypeName, None] = {}
    while ready:
        done = ready.pop()
        drained[done] = None
        for name in needed_by.get(done, ()):
            open_needs[name].discard(done)
            if not open_needs[name]:
                ready.append(name)
    return drained


def _label(field: Field) -> str:
    return field.wire or field.name


def _is_same(one: Field, other: Field) -> bool:
    """Return whether two fields accept the same values and have the same name in Python."""

    def essence(field: Field) -> object:
        return field.wire, field.name, field.type, field.required, field.encrypted, field.secret

    return essence(one) == essence(other)
