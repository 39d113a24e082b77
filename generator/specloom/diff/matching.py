"""Matching of the parts of an old API with those of a new one, also of renamed ones.

Endpoints are matched by name, then by HTTP method and path. Types are matched by name, then by use: if matched endpoints, or fields of
matched types, used A and now use B, and neither name is in both versions, A was renamed to B.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from ..model import (
    Api,
    Endpoint,
    ErrorCode,
    Event,
    Field,
    FormBody,
    JsonBody,
    JsonText,
    ListOf,
    MapOf,
    MultipartBody,
    Named,
    NamedType,
    Nullable,
    Object,
    Response,
    Type,
    TypeName,
    Union,
    UnionType,
)
from ..targets.client_interface import body_object
from .changes import BOTH, REQUEST, RESPONSE, Sides

Path = tuple[str, ...]


class Matching(Struct, frozen=True, dict=True):
    """Two APIs and their corresponding parts."""

    old: Api
    new: Api

    @cached_property
    def endpoints(self) -> tuple[tuple[Endpoint, Endpoint], ...]:
        """Matched endpoints, in the order of the new API."""
        old = {endpoint.qualified: endpoint for endpoint in self.old.all_endpoints()}
        new = {endpoint.qualified: endpoint for endpoint in self.new.all_endpoints()}
        by_route: dict[tuple[str, str], list[Endpoint]] = {}
        for name, endpoint in old.items():
            if name not in new:
                by_route.setdefault((endpoint.method, endpoint.path), []).append(endpoint)
        pairs: list[tuple[Endpoint, Endpoint]] = []
        for name, endpoint in new.items():
            if name in old:
                pairs.append((old[name], endpoint))
            elif same := by_route.get((endpoint.method, endpoint.path)):
                pairs.append((same.pop(0), endpoint))
        return tuple(pairs)

    def reuses_route(self, old: Endpoint, new: Endpoint) -> bool:
        """Return whether the new endpoint has the HTTP method and path of another old endpoint, and not its own."""
        owners = self._owners.get(_route(new), frozenset())
        return bool(owners) and old.qualified not in owners

    @cached_property
    def _owners(self) -> Mapping[str, frozenset[str]]:
        """The old endpoints of each HTTP method and path."""
        owners: dict[str, frozenset[str]] = {}
        for endpoint in self.old.all_endpoints():
            route = _route(endpoint)
            owners[route] = owners.get(route, frozenset()) | {endpoint.qualified}
        return owners

    @cached_property
    def resources(self) -> Mapping[Path, Path]:
        """New paths of renamed resources: the matches of all their endpoints, at least one, are in one new resource."""
        kept = {resource.path for resource in self.new.all_resources()}
        before = {resource.path for resource in self.old.all_resources()}
        renamed: dict[Path, Path] = {}
        for resource in self.old.all_resources():
            after = {new.resource for old, new in self.endpoints if old.resource == resource.path}
            if resource.path not in kept and len(after) == 1 and not after & before:
                (path,) = after
                if path not in renamed.values():
                    renamed[resource.path] = path
        return renamed

    @cached_property
    def types(self) -> Mapping[TypeName, TypeName]:
        """New names of types by their old ones."""
        new_names: dict[TypeName, TypeName] = {}
        matched: set[TypeName] = set()
        for name in self.old.types:
            same = next(
                (
                    same
                    for same in (name, TypeName(self._module(name.module), name.name))
                    if same in self.new.types
                ),
                None,
            )
            if same is not None and same not in matched:
                new_names[name] = same
                matched.add(same)
        queue = deque(
            [
                *_corresponding_types(self.endpoints, self.old, self.new),
                *((old.payload, new.payload) for old, new in self.events()),
            ]
        )
        seen: set[tuple[Type, Type]] = set()
        while queue:
            old, new = queue.popleft()
            if (old, new) in seen:
                continue
            seen.add((old, new))
            if not (isinstance(old, Named) and isinstance(new, Named)):
                queue += _inner_types(old, new)
                continue
            before, after = self.old.types[old.to], self.new.types[new.to]
            if old.to not in new_names and new.to not in matched and type(before) is type(after):
                new_names[old.to] = new.to
                matched.add(new.to)
            if new_names.get(old.to) == new.to:
                queue += _inner_types_of_named(before, after)
        return new_names

    @cached_property
    def flattened(self) -> frozenset[TypeName]:
        """Old body types that programs never see, because their fields are arguments."""
        bodies = (body_object(self.old, endpoint) for endpoint, _ in self.endpoints)
        return (
            frozenset(body.name for body in bodies if body is not None)
            - self._request_types
            - self._response_types
        )

    def events(self) -> Iterator[tuple[Event, Event]]:
        """Yield events matched by wire name, else by class, in the order of the new API."""
        old = {event.name: event for event in self.old.all_events()}
        paired_new = {event.name for event in self.new.all_events()}
        by_class = {
            event.class_name: event for name, event in old.items() if name not in paired_new
        }
        for event in self.new.all_events():
            before = old.get(event.name) or by_class.get(event.class_name)
            if before is not None:
                yield before, event

    def sides(self, name: TypeName) -> Sides:
        """Return whether programs pass an old type or read it; both if it is unknown."""
        if (name in self._request_types) == (name in self._response_types):
            return BOTH
        return REQUEST if name in self._request_types else RESPONSE

    def is_in_use(self, name: TypeName) -> bool:
        """Return whether an old type is used by a matched endpoint or by an error, or was used by no endpoint at all."""
        return name not in self._only_removed

    def is_new_in_use(self, name: TypeName) -> bool:
        """Like `is_in_use`, for a new type."""
        return name not in self._only_added

    @cached_property
    def _only_removed(self) -> frozenset[TypeName]:
        """Old types that only removed endpoints use."""
        return _types_of_other_endpoints(self.old, [old for old, _ in self.endpoints])

    @cached_property
    def _only_added(self) -> frozenset[TypeName]:
        return _types_of_other_endpoints(self.new, [new for _, new in self.endpoints])

    def _module(self, path: Path) -> Path:
        """Return the new path of a module of types whose resource may have been renamed."""
        for depth in range(len(path), 0, -1):
            if path[:depth] in self.resources:
                return (*self.resources[path[:depth]], *path[depth:])
        return path

    @cached_property
    def _request_types(self) -> frozenset[TypeName]:
        return _closure(
            _request_types(self.old, [old for old, _ in self.endpoints], flattened=False), self.old
        )

    @cached_property
    def _response_types(self) -> frozenset[TypeName]:
        return _closure(_response_types(self.old, [old for old, _ in self.endpoints]), self.old)


def _route(endpoint: Endpoint) -> str:
    """Return HTTP method and path without the names of path parameters."""
    return f"{endpoint.method} {re.sub(r'{[^}]*}', '{}', endpoint.path)}"


def _types_of_other_endpoints(api: Api, endpoints: Sequence[Endpoint]) -> frozenset[TypeName]:
    """Return the types that are used by endpoints, but not by the given ones."""
    every = tuple(api.all_endpoints())
    used, kept = (
        _closure((*_request_types(api, some, flattened=True), *_response_types(api, some)), api)
        for some in (every, endpoints)
    )
    return used - kept


def error_rows(api: Api) -> Iterator[ErrorCode]:
    """Yield the rows of all error tables."""
    yield from api.errors
    for resource in api.all_resources():
        yield from resource.errors
        for endpoint in resource.endpoints:
            yield from endpoint.errors


def _request_types(api: Api, endpoints: Iterable[Endpoint], *, flattened: bool) -> Iterator[Type]:
    """Yield the types of arguments and bodies; with `flattened`, also body types whose fields are arguments."""
    for endpoint in endpoints:
        yield from (
            field.type
            for field in (
                *endpoint.path_fields,
                *endpoint.query,
                *endpoint.header,
                *endpoint.cookie,
            )
        )
        structure = body_object(api, endpoint)
        if structure is not None:
            yield from (field.type for field in structure.fields)
        if isinstance(endpoint.body, JsonBody | FormBody | MultipartBody) and (
            flattened or structure is None
        ):
            yield endpoint.body.type


def _response_types(api: Api, endpoints: Iterable[Endpoint]) -> Iterator[Type]:
    yield from (row.body for row in error_rows(api) if row.body is not None)
    yield from (event.payload for event in api.all_events())
    for endpoint in endpoints:
        for response in endpoint.responses:
            yield from response.types


def _closure(roots: Iterable[Type], api: Api) -> frozenset[TypeName]:
    """Return all named types within the given types."""
    seen: set[TypeName] = set()
    queue = list(roots)
    while queue:
        match queue.pop():
            case (
                Nullable(type=inner)
                | ListOf(item=inner)
                | MapOf(value=inner)
                | JsonText(type=inner)
            ):
                queue.append(inner)
            case Union(members=members):
                queue += members
            case Named(to=name) if name not in seen:
                seen.add(name)
                match api.types[name]:
                    case Object(fields=fields):
                        queue += [field.type for field in fields]
                    case UnionType(members=members):
                        queue += members
                    case _:
                        pass
            case _:
                pass
    return frozenset(seen)


def _corresponding_types(
    pairs: Iterable[tuple[Endpoint, Endpoint]], old_api: Api, new_api: Api
) -> Iterator[tuple[Type, Type]]:
    """Yield pairs of an old and a new type with the same use in matched endpoints and errors."""
    for old, new in pairs:
        for before, after in (
            (old.path_fields, new.path_fields),
            (old.query, new.query),
            (old.header, new.header),
            (old.cookie, new.cookie),
        ):
            yield from _field_types(before, after)
        match old.body, new.body:
            case (
                JsonBody() | FormBody() | MultipartBody(),
                JsonBody() | FormBody() | MultipartBody(),
            ):
                yield old.body.type, new.body.type
            case _:
                pass
        responses = {
            (response.status, media): type_
            for response in old.responses
            for media, type_ in _bodies(response)
        }
        for response in new.responses:
            for media, type_ in _bodies(response):
                if old_type := responses.get((response.status, media)):
                    yield old_type, type_
    bodies = {(row.status, row.code): row.body for row in error_rows(old_api)}
    for row in error_rows(new_api):
        old_type = bodies.get((row.status, row.code))
        if row.body is not None and old_type is not None:
            yield old_type, row.body


def _bodies(response: Response) -> Iterator[tuple[str, Type]]:
    """Yield the types of a response's body by media type; without a choice, that is empty."""
    yield from ((media.name, media.type) for media in response.accept)
    if response.type is not None:
        yield "", response.type


def _field_types(old: Iterable[Field], new: Iterable[Field]) -> Iterator[tuple[Type, Type]]:
    before = {field.wire: field.type for field in old}
    for field in new:
        if field.wire in before:
            yield before[field.wire], field.type


def _inner_types_of_named(old: NamedType, new: NamedType) -> Iterator[tuple[Type, Type]]:
    match old, new:
        case Object(), Object():
            yield from _field_types(old.all_fields, new.all_fields)
        case UnionType(), UnionType():
            yield from zip(old.members, new.members, strict=False)
        case _:
            pass


def _inner_types(old: Type, new: Type) -> Iterator[tuple[Type, Type]]:
    match old, new:
        case Nullable(), _:
            yield old.type, new.type if isinstance(new, Nullable) else new
        case _, Nullable():
            yield old, new.type
        case (ListOf(), ListOf()):
            yield old.item, new.item
        case (MapOf(), MapOf()):
            yield old.value, new.value
        case (JsonText(), JsonText()):
            yield old.type, new.type
        case (Union(), Union()):
            yield from zip(old.members, new.members, strict=False)
        case _:
            pass
