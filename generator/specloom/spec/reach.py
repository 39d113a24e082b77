"""Which structures are sent and which received: what is reachable from requests, answers, errors and events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .. import model
from ..model import Endpoint, ErrorCode, Event, Field, NamedType, Type, TypeName


def sent(endpoints: Iterable[Endpoint]) -> list[Type]:
    """The types that requests begin with."""
    found: list[Type] = []
    for endpoint in endpoints:
        found += [field.type for field in (*endpoint.path_fields, *endpoint.query, *endpoint.header)]
        if isinstance(endpoint.body, model.JsonBody | model.FormBody | model.PartsBody):
            found.append(endpoint.body.type)
    return found


def received(endpoints: Iterable[Endpoint], errors: Iterable[ErrorCode], events: Iterable[Event]) -> list[Type]:
    """The types that answers and events begin with."""
    found = [row.body for row in errors if row.body]
    found += [event.payload for event in events]
    for endpoint in endpoints:
        for answer in endpoint.answers:
            found += [answer.type] if answer.type else []
            found += [field.type for field in answer.headers]
    return found


def closure(roots: Iterable[Type], types: Mapping[TypeName, NamedType]) -> set[TypeName]:
    """All named types that the roots contain, also through others; each is visited once."""
    seen: set[TypeName] = set()
    waiting = list(roots)
    while waiting:
        match waiting.pop():
            case model.ListOf(item=inner) | model.MapOf(value=inner) | model.JsonText(type=inner) | model.Nullable(type=inner):
                waiting.append(inner)
            case model.Union(members=members):
                waiting += members
            case model.Named(to=name) if name not in seen:
                seen.add(name)
                waiting += _parts(types.get(name))
            case _:
                pass
    return seen


def holds_file(type_: Type) -> bool:
    """Whether `file` stands in a type, other types' fields aside."""
    match type_:
        case model.File():
            return True
        case model.ListOf(item=inner) | model.MapOf(value=inner) | model.JsonText(type=inner) | model.Nullable(type=inner):
            return holds_file(inner)
        case model.Union(members=members):
            return any(map(holds_file, members))
        case _:
            return False


def never_ending(types: Mapping[TypeName, NamedType]) -> list[model.Structure]:
    """Structures of which no value can be written, because each needs another one first."""
    needs: dict[TypeName, set[TypeName]] = {}
    needed_by: dict[TypeName, list[TypeName]] = {}
    for name, named in types.items():
        fields: tuple[Field, ...] = named.fields if isinstance(named, model.Structure) else ()
        needs[name] = {
            field.type.to for field in fields if field.required and isinstance(field.type, model.Named) and isinstance(types.get(field.type.to), model.Structure)
        }
        for other in needs[name]:
            needed_by.setdefault(other, []).append(name)
    ready = [name for name, others in needs.items() if not others]
    while ready:
        done = ready.pop()
        for name in needed_by.get(done, []):
            needs[name].discard(done)
            if not needs[name]:
                ready.append(name)
    stuck = (types[name] for name, others in needs.items() if others)
    return [named for named in stuck if isinstance(named, model.Structure)]


def _parts(named: NamedType | None) -> list[Type]:
    match named:
        case model.Structure():
            return [field.type for field in named.fields]
        case model.UnionType():
            return list(named.members)
        case _:
            return []
