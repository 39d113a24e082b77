"""Pairs: what of the old API is what of the new one, also under another name.

Endpoints are paired by name, then by HTTP line. Types are paired by name, then by place: where paired endpoints, or fields of paired
types, once named A and now name B, and neither name is in both versions, A has become B.
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
    Type,
    TypeName,
    Union,
    UnionType,
)
from ..targets.client_interface import body_object
from .changes import ANSWER, BOTH, REQUEST, Sides

Path = tuple[str, ...]


class Pairs(Struct, frozen=True, dict=True):
    """Two APIs, and what in them belongs together."""

    old: Api
    new: Api

    @cached_property
    def endpoints(self) -> tuple[tuple[Endpoint, Endpoint], ...]:
        """In the order of the new API."""
        old = {endpoint.qualified: endpoint for endpoint in self.old.all_endpoints()}
        new = {endpoint.qualified: endpoint for endpoint in self.new.all_endpoints()}
        lines: dict[tuple[str, str], list[Endpoint]] = {}
        for name, endpoint in old.items():
            if name not in new:
                lines.setdefault((endpoint.method, endpoint.path), []).append(endpoint)
        found: list[tuple[Endpoint, Endpoint]] = []
        for name, endpoint in new.items():
            if name in old:
                found.append((old[name], endpoint))
            elif same := lines.get((endpoint.method, endpoint.path)):
                found.append((same.pop(0), endpoint))
        return tuple(found)

    def is_taken(self, old: Endpoint, new: Endpoint) -> bool:
        """Whether the HTTP line of the new endpoint was another's and not its own."""
        owners = self._owners.get(_shape(new), frozenset())
        return bool(owners) and old.qualified not in owners

    @cached_property
    def _owners(self) -> Mapping[str, frozenset[str]]:
        """The old endpoints of each HTTP line."""
        found: dict[str, frozenset[str]] = {}
        for endpoint in self.old.all_endpoints():
            found[_shape(endpoint)] = found.get(_shape(endpoint), frozenset()) | {
                endpoint.qualified
            }
        return found

    @cached_property
    def resources(self) -> Mapping[Path, Path]:
        """Resources under another name: those of which every endpoint, and at least one, is now in one new resource."""
        kept = {resource.path for resource in self.new.all_resources()}
        before = {resource.path for resource in self.old.all_resources()}
        found: dict[Path, Path] = {}
        for resource in self.old.all_resources():
            now = {new.resource for old, new in self.endpoints if old.resource == resource.path}
            if resource.path not in kept and len(now) == 1 and not now & before:
                (path,) = now
                if path not in found.values():
                    found[resource.path] = path
        return found

    @cached_property
    def types(self) -> Mapping[TypeName, TypeName]:
        """Old names of types to new ones."""
        found: dict[TypeName, TypeName] = {}
        taken: set[TypeName] = set()
        for name in self.old.types:
            same = next(
                (
                    same
                    for same in (name, TypeName(self._module(name.module), name.name))
                    if same in self.new.types
                ),
                None,
            )
            if same is not None and same not in taken:
                found[name] = same
                taken.add(same)
        waiting = deque(
            [
                *_meetings(self.endpoints, self.old, self.new),
                *((old.payload, new.payload) for old, new in self.events()),
            ]
        )
        seen: set[tuple[Type, Type]] = set()
        while waiting:
            old, new = waiting.popleft()
            if (old, new) in seen:
                continue
            seen.add((old, new))
            if not (isinstance(old, Named) and isinstance(new, Named)):
                waiting += _inner(old, new)
                continue
            before, now = self.old.types[old.to], self.new.types[new.to]
            if old.to not in found and new.to not in taken and type(before) is type(now):
                found[old.to] = new.to
                taken.add(new.to)
            if found.get(old.to) == new.to:
                waiting += _parts(before, now)
        return found

    @cached_property
    def flat(self) -> frozenset[TypeName]:
        """Old structures that callers never see because their fields are arguments, one by one."""
        bodies = (body_object(self.old, endpoint) for endpoint, _ in self.endpoints)
        return (
            frozenset(body.name for body in bodies if body is not None)
            - self._sent
            - self._received
        )

    def events(self) -> Iterator[tuple[Event, Event]]:
        """Of one name on the wire, else of one class; in the order of the new API."""
        old = {event.name: event for event in self.old.all_events()}
        here = {event.name for event in self.new.all_events()}
        by_class = {event.class_name: event for name, event in old.items() if name not in here}
        for event in self.new.all_events():
            before = old.get(event.name) or by_class.get(event.class_name)
            if before is not None:
                yield before, event

    def sides(self, name: TypeName) -> Sides:
        """What programs do with an old type: pass it, read it; both if it cannot be told."""
        if (name in self._sent) == (name in self._received):
            return BOTH
        return REQUEST if name in self._sent else ANSWER

    def in_use(self, name: TypeName) -> bool:
        """Whether an old type can be met in an endpoint that is still there, or in an error, or belonged to no endpoint at all."""
        return name not in self._gone

    def in_new_use(self, name: TypeName) -> bool:
        """As `in_use`, of a new type."""
        return name not in self._come

    @cached_property
    def _gone(self) -> frozenset[TypeName]:
        """Old types that belong to nothing but removed endpoints."""
        return _only_of_others(self.old, [old for old, _ in self.endpoints])

    @cached_property
    def _come(self) -> frozenset[TypeName]:
        return _only_of_others(self.new, [new for _, new in self.endpoints])

    def _module(self, path: Path) -> Path:
        """Where the types of a module are if their resource has another name now."""
        for depth in range(len(path), 0, -1):
            if path[:depth] in self.resources:
                return (*self.resources[path[:depth]], *path[depth:])
        return path

    @cached_property
    def _sent(self) -> frozenset[TypeName]:
        return _closure(_sent(self.old, [old for old, _ in self.endpoints], flat=False), self.old)

    @cached_property
    def _received(self) -> frozenset[TypeName]:
        return _closure(_received(self.old, [old for old, _ in self.endpoints]), self.old)


def _shape(endpoint: Endpoint) -> str:
    """The HTTP line, whatever the parameters of its path are called."""
    return f"{endpoint.method} {re.sub(r'{[^}]*}', '{}', endpoint.path)}"


def _only_of_others(api: Api, endpoints: Sequence[Endpoint]) -> frozenset[TypeName]:
    """Types that endpoints use, and none of these."""
    every = tuple(api.all_endpoints())
    used, kept = (
        _closure((*_sent(api, some, flat=True), *_received(api, some)), api)
        for some in (every, endpoints)
    )
    return used - kept


def error_rows(api: Api) -> Iterator[ErrorCode]:
    """All rows of all error tables."""
    yield from api.errors
    for resource in api.all_resources():
        yield from resource.errors
        for endpoint in resource.endpoints:
            yield from endpoint.errors


def _sent(api: Api, endpoints: Iterable[Endpoint], *, flat: bool) -> Iterator[Type]:
    """The types that requests begin with; `flat`: structures whose fields are arguments too, not only those fields' types."""
    for endpoint in endpoints:
        yield from (
            field.type for field in (*endpoint.path_fields, *endpoint.query, *endpoint.header)
        )
        structure = body_object(api, endpoint)
        if structure is not None:
            yield from (field.type for field in structure.fields)
        if isinstance(endpoint.body, JsonBody | FormBody | MultipartBody) and (
            flat or structure is None
        ):
            yield endpoint.body.type


def _received(api: Api, endpoints: Iterable[Endpoint]) -> Iterator[Type]:
    yield from (row.body for row in error_rows(api) if row.body is not None)
    yield from (event.payload for event in api.all_events())
    for endpoint in endpoints:
        for answer in endpoint.responses:
            if answer.type is not None:
                yield answer.type


def _closure(roots: Iterable[Type], api: Api) -> frozenset[TypeName]:
    """All named types within these."""
    seen: set[TypeName] = set()
    waiting = list(roots)
    while waiting:
        match waiting.pop():
            case (
                Nullable(type=inner)
                | ListOf(item=inner)
                | MapOf(value=inner)
                | JsonText(type=inner)
            ):
                waiting.append(inner)
            case Union(members=members):
                waiting += members
            case Named(to=name) if name not in seen:
                seen.add(name)
                match api.types[name]:
                    case Object(fields=fields):
                        waiting += [field.type for field in fields]
                    case UnionType(members=members):
                        waiting += members
                    case _:
                        pass
            case _:
                pass
    return frozenset(seen)


def _meetings(
    pairs: Iterable[tuple[Endpoint, Endpoint]], old_api: Api, new_api: Api
) -> Iterator[tuple[Type, Type]]:
    """Where a type of the old API and one of the new stand in the same place of paired endpoints."""
    for old, new in pairs:
        for before, now in (
            (old.path_fields, new.path_fields),
            (old.query, new.query),
            (old.header, new.header),
        ):
            yield from _of_fields(before, now)
        match old.body, new.body:
            case (
                JsonBody() | FormBody() | MultipartBody(),
                JsonBody() | FormBody() | MultipartBody(),
            ):
                yield old.body.type, new.body.type
            case _:
                pass
        responses = {answer.status: answer.type for answer in old.responses}
        for answer in new.responses:
            before_ = responses.get(answer.status)
            if answer.type is not None and before_ is not None:
                yield before_, answer.type
    bodies = {(row.status, row.code): row.body for row in error_rows(old_api)}
    for row in error_rows(new_api):
        before_ = bodies.get((row.status, row.code))
        if row.body is not None and before_ is not None:
            yield before_, row.body


def _of_fields(old: Iterable[Field], new: Iterable[Field]) -> Iterator[tuple[Type, Type]]:
    before = {field.wire: field.type for field in old}
    for field in new:
        if field.wire in before:
            yield before[field.wire], field.type


def _parts(old: NamedType, new: NamedType) -> Iterator[tuple[Type, Type]]:
    match old, new:
        case Object(), Object():
            yield from _of_fields(old.fields, new.fields)
        case UnionType(), UnionType():
            yield from zip(old.members, new.members, strict=False)
        case _:
            pass


def _inner(old: Type, new: Type) -> Iterator[tuple[Type, Type]]:
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
