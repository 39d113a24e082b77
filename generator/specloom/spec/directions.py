"""Directions: separate request and response forms of types with fields that only one direction has (`only`).

`User` with such fields becomes two types: `User`, as responses have it, and `UserRequest`, as requests send it, which exists if a request
has it. So has each type that contains one of them. All further stages see ordinary types without directions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Set
from typing import Literal

from msgspec.structs import replace

from .. import model, naming
from ..model import Endpoint, Field, NamedType, Object, Type, TypeName
from .collector import DiagnosticCollector, line_reference

Unlisted = dict[TypeName, dict[str, str]]
"""The direction of each field that a form of a type does not have, by wire name."""


class DirectionResolver:
    """Splits the types with fields of one direction; `declared` are those under `types`, with the objects inside them."""

    def __init__(
        self,
        types: MutableMapping[TypeName, NamedType],
        declared: Set[TypeName],
        diagnostics: DiagnosticCollector,
    ) -> None:
        self.types = types
        self.declared = declared
        self.diagnostics = diagnostics
        self.unlisted: Unlisted = {}
        self._affected = self._containing(
            name
            for name, named in types.items()
            if isinstance(named, Object) and any(field.only for field in named.fields)
        )

    def split(self, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
        """Split the types, and return the endpoints with the request forms."""
        endpoints = list(endpoints)
        self._check_places(endpoints)
        if not self._affected:
            return endpoints
        sent = self._reachable(type_ for each in endpoints for type_ in _request_types(each))
        forms: dict[TypeName, NamedType] = {}
        for name in [name for name in self.types if name in self._affected]:
            named = self.types[name]
            if name not in self.declared:  # the object of one endpoint has one direction
                forms[name] = self._form(named, name, "request" if name in sent else "response")
                continue
            forms[name] = self._form(named, name, "response")
            if name in sent:
                request_name = _request_name(name)
                other = self.types.get(request_name)
                if other:
                    self.diagnostics.add_at(
                        named.location,
                        "duplicate-class",
                        f"class name `{request_name.name}` of the request form of `{name.name}` is taken by the type in {line_reference(other.location)}",
                        "rename one of them",
                        len(name.name),
                    )
                forms[request_name] = self._form(named, request_name, "request")
        self.types.update(forms)
        return [self._with_request_forms(each) for each in endpoints]

    def _containing(self, marked: Iterable[TypeName]) -> set[TypeName]:
        """Return types, and all that contain one of them."""
        used_by: dict[TypeName, list[TypeName]] = {}
        for name, named in self.types.items():
            for inner in _names_in(_types_in(named)):
                used_by.setdefault(inner, []).append(name)
        waiting = list(marked)
        affected = set(waiting)
        while waiting:
            for name in used_by.get(waiting.pop(), ()):
                if name not in affected:
                    affected.add(name)
                    waiting.append(name)
        return affected

    def _reachable(self, roots: Iterable[Type]) -> set[TypeName]:
        waiting = list(_names_in(roots))
        reachable = set(waiting)
        while waiting:
            named = self.types.get(waiting.pop())
            for name in _names_in(_types_in(named)) if named else ():
                if name not in reachable:
                    reachable.add(name)
                    waiting.append(name)
        return reachable

    def _form(
        self, named: NamedType, name: TypeName, direction: Literal["request", "response"]
    ) -> NamedType:
        """Return the form of a type for a direction."""

        def typed(type_: Type) -> Type:
            return self._request_type(type_) if direction == "request" else type_

        match named:
            case Object():
                self.unlisted[name] = {
                    field.wire: field.only
                    for field in named.fields
                    if field.only and field.only != direction
                }
                return replace(
                    named,
                    name=name,
                    fields=tuple(
                        replace(field, type=typed(field.type))
                        for field in named.fields
                        if field.wire not in self.unlisted[name]
                    ),
                    extra=named.extra and replace(named.extra, type=typed(named.extra.type)),
                )
            case model.UnionType():
                return replace(named, name=name, members=tuple(map(typed, named.members)))
            case model.Enumeration():
                return named

    def _request_type(self, type_: Type) -> Type:
        """Return a type with the request forms of the types in it."""
        match type_:
            case model.Named(to=name) if name in self._affected and name in self.declared:
                return model.Named(_request_name(name))
            case model.Nullable() | model.JsonText():
                return replace(type_, type=self._request_type(type_.type))
            case model.ListOf():
                return replace(type_, item=self._request_type(type_.item))
            case model.MapOf():
                return replace(type_, value=self._request_type(type_.value))
            case model.Union(members=members):
                return model.Union(tuple(map(self._request_type, members)))
            case _:
                return type_

    def _with_request_forms(self, endpoint: Endpoint) -> Endpoint:
        def typed(fields: tuple[Field, ...]) -> tuple[Field, ...]:
            return tuple(replace(field, type=self._request_type(field.type)) for field in fields)

        body = endpoint.body
        if isinstance(body, model.JsonBody):
            body = replace(body, type=self._request_type(body.type))
        return replace(
            endpoint,
            path_fields=typed(endpoint.path_fields),
            query=typed(endpoint.query),
            header=typed(endpoint.header),
            cookie=typed(endpoint.cookie),
            body=body,
        )

    def _check_places(self, endpoints: Iterable[Endpoint]) -> None:
        """Report `only` where there is but one direction: it applies to fields of declared types, also if they are included."""
        right = {
            field.location
            for name, named in self.types.items()
            if name in self.declared and isinstance(named, Object)
            for field in named.fields
        }
        fields = [
            field
            for name, named in self.types.items()
            if name not in self.declared and isinstance(named, Object)
            for field in named.fields
        ]
        for endpoint in endpoints:
            fields += (*endpoint.path_fields, *endpoint.query, *endpoint.header, *endpoint.cookie)
            fields += (field for response in endpoint.responses for field in response.headers)
        for field in fields:
            if field.only and field.location not in right:
                self.diagnostics.add_at(
                    field.location,
                    "unused-key",
                    f"`{field.wire}` has `only`, but is in one direction already",
                    "remove it; `only` applies to fields of the objects under `types`",
                    len(field.wire),
                )


def _request_name(name: TypeName) -> TypeName:
    return replace(name, name=naming.class_name(name.name.rstrip("_") + "Request"))


def _request_types(endpoint: Endpoint) -> Iterator[Type]:
    for field in (*endpoint.path_fields, *endpoint.query, *endpoint.header, *endpoint.cookie):
        yield field.type
    if isinstance(endpoint.body, model.JsonBody | model.FormBody | model.MultipartBody):
        yield endpoint.body.type


def _types_in(named: NamedType) -> tuple[Type, ...]:
    match named:
        case Object():
            return tuple(field.type for field in named.all_fields)
        case model.UnionType():
            return named.members
        case model.Enumeration():
            return ()


def _names_in(types: Iterable[Type]) -> Iterator[TypeName]:
    """Yield the names in types, without following them."""
    waiting = list(types)
    while waiting:
        match waiting.pop():
            case model.Named(to=name):
                yield name
            case model.Nullable(type=inner) | model.JsonText(type=inner):
                waiting.append(inner)
            case model.ListOf(item=inner) | model.MapOf(value=inner):
                waiting.append(inner)
            case model.Union(members=members):
                waiting += members
            case _:
                pass
