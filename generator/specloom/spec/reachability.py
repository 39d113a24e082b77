"""Reachability: types that JSON cannot contain, and objects that can never be constructed."""

from __future__ import annotations

from collections.abc import Mapping

from .. import model
from ..model import Field, NamedType, Type, TypeName


def outside_json(type_: Type) -> str:
    """Return the word of a type inside this one that JSON cannot contain, or an empty string; fields of named types are not followed."""
    match type_:
        case model.File():
            return "file"
        case model.PlainText():
            return "text"
        case (
            model.ListOf(item=inner)
            | model.MapOf(value=inner)
            | model.JsonText(type=inner)
            | model.Nullable(type=inner)
        ):
            return outside_json(inner)
        case model.Union(members=members):
            return next((word for each in members if (word := outside_json(each))), "")
        case _:
            return ""


def unconstructible_objects(types: Mapping[TypeName, NamedType]) -> list[model.Object]:
    """Return the objects without a finite value, because each requires another one of its kind."""
    needs: dict[TypeName, set[TypeName]] = {}
    needed_by: dict[TypeName, list[TypeName]] = {}
    for name, named in types.items():
        fields: tuple[Field, ...] = named.fields if isinstance(named, model.Object) else ()
        needs[name] = {
            field.type.to
            for field in fields
            if field.required
            and isinstance(field.type, model.Named)
            and isinstance(types.get(field.type.to), model.Object)
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
    unresolved = (types[name] for name, others in needs.items() if others)
    return [named for named in unresolved if isinstance(named, model.Object)]
