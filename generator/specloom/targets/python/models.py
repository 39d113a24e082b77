"""`models/`: a class for each object type and enumeration, an alias for each named union."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Set
from pathlib import PurePosixPath

from msgspec import Struct

from ...code import Code, Python, python
from ...model import (
    Api,
    Enumeration,
    Field,
    FormBody,
    JsonBody,
    MultipartBody,
    Named,
    NamedType,
    Nullable,
    Object,
    Text,
    Type,
    TypeName,
    Union,
    UnionType,
    innermost,
    literals_of,
)
from .. import descriptions
from ..client_interface import constant
from . import docstrings
from .imports import Layout, Module, lazy_exports
from .type_hints import NONE, TypeHints


class FieldView(Struct, frozen=True):
    """Template values of a field. `wire` is its name in JSON, if that differs."""

    name: Python
    type: Python
    default: Python | None
    constant: Python | None
    wire: Python | None
    specifier: Python | None
    """Local name of the function that declares a field with a constant or a name in JSON, or the fields not listed."""
    docstring: Python | None
    is_extra: bool = False
    """Whether it has the fields that are not listed."""


class ValueView(Struct, frozen=True):
    """Template values of an enumeration's value."""

    name: Python
    value: Python
    docstring: Python | None


class TypeView(Struct, frozen=True):
    """Template values of an object type or, with `values`, of an enumeration."""

    name: Python
    docstring: Python
    fields: tuple[FieldView, ...] = ()
    values: tuple[ValueView, ...] = ()
    base: Python | None = None
    """Base class of an enumeration."""
    is_long: bool = False
    """Whether the bases of an object type are better on lines of their own."""
    unlisted: Python | None = None
    """Value, for type checkers, of the member that stands for values that are not listed."""


class UnionView(Struct, frozen=True):
    """Template values of a named union; with a tag, the type of each value of the tag."""

    name: Python
    docstring: Python
    type: Python
    name_literal: Python
    tag: Python | None = None
    members: tuple[tuple[Python, Python], ...] = ()


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """Yield a module for each resource that has types, and for the shared types of each folder."""
    by_module: dict[tuple[str, ...], list[NamedType]] = {}
    for name, type in api.types.items():
        by_module.setdefault(name.module, []).append(type)
    roles, request_objects = _roles(api), _request_objects(api)
    for path, types in by_module.items():
        below = sorted({name.module[-1] for name in api.types if name.module[:-1] == path})
        module = Module(
            layout, ("models", *path), frozenset({*(type.name.name for type in types), *below})
        )
        views = [
            _type(api, module, type, roles, request_objects)
            for type in types
            if not isinstance(type, UnionType)
        ]
        unions = [_union(api, module, type) for type in types if isinstance(type, UnionType)]
        lazy = lazy_exports(module, below)
        yield (
            layout.file(module.parts),
            module.render(
                "python/models.py.j2",
                docstring=docstrings.of_module(api, "models", path),
                types=views,
                unions=unions,
                lazy=lazy,
            ),
        )


def _roles(api: Api) -> Mapping[TypeName, str]:
    """Return a phrase such as "Request body of …" for each body and payload, in place of a missing title."""
    roles: dict[TypeName, str] = {}

    def note(type: object, key: str, owner: str) -> None:
        object_type = api.types[type.to] if isinstance(type, Named) else None
        if isinstance(object_type, Object) and not object_type.shared:
            roles[object_type.name] = descriptions.phrase(key, api.languages[0], owner)

    for endpoint in api.all_endpoints():
        if isinstance(endpoint.body, (JsonBody, FormBody, MultipartBody)):
            note(endpoint.body.type, "body_of", endpoint.qualified)
        for response in endpoint.responses:
            for type in response.types:
                note(type, "response_of", endpoint.qualified)
    for event in api.all_events():
        note(event.payload, "payload_of", event.name)
    return roles


def _request_objects(api: Api) -> Set[TypeName]:
    """Return the object types of request bodies, and those defined inside of bodies and parameters."""
    names: set[TypeName] = set()
    pending: list[Type] = []
    for endpoint in api.all_endpoints():
        pending += [
            field.type
            for field in (
                *endpoint.path_fields,
                *endpoint.query,
                *endpoint.header,
                *endpoint.cookie,
            )
        ]
        if isinstance(endpoint.body, (JsonBody, FormBody, MultipartBody)):
            pending.append(endpoint.body.type)
    while pending:
        type = innermost(pending.pop())
        object_type = api.types[type.to] if isinstance(type, Named) else None
        if isinstance(type, Union):
            pending += type.members
        elif isinstance(object_type, Object) and not object_type.shared:
            names.add(object_type.name)
            pending += [field.type for field in object_type.all_fields]
    return names


def _type(
    api: Api,
    module: Module,
    type: Object | Enumeration,
    roles: Mapping[TypeName, str],
    request_objects: Set[TypeName],
) -> TypeView:
    name = python.identifier(type.name.name)
    docstring = docstrings.of_summary(
        type.title, type.description, roles.get(type.name, type.name.name), api, 4
    )
    if isinstance(type, Enumeration):
        return _enumeration(api, module, type, name, docstring)
    module.use_own(("_runtime", "models"), "Model")
    inside = module.within(field.name for field in type.all_fields)
    hints = TypeHints(api, inside, "request" if type.name in request_objects else "field")
    fields = tuple(_field(api, inside, hints, field) for field in type.fields)
    if type.extra:
        fields += (_extra(api, inside, hints, type.extra),)
    return TypeView(name, docstring, fields, is_long=python.is_long(name, name))


def _field(api: Api, module: Module, hints: TypeHints, field: Field) -> FieldView:
    members = hints.of_field(field)
    default: Python | None = None
    if not field.required and isinstance(field.type, Nullable):
        members.append(module.use("msgspec", "UnsetType"))
        default = module.use("msgspec", "UNSET")
    elif not field.required:
        members.append(NONE)
        default = NONE
    specifier: Python | None = None
    if (value := constant(field)) is not None:
        specifier = module.use_own(("_runtime", "models"), "constant")
    elif field.wire != field.name:
        specifier = module.use("msgspec", "field")
    text = descriptions.about(field, api.languages[0])
    return FieldView(
        python.identifier(field.name),
        hints.union(members, python.identifier(field.name)),
        default,
        None if value is None else python.literal(value),
        None if field.wire == field.name else python.literal(field.wire),
        specifier,
        python.docstring(text, 4) if text else None,
    )


def _extra(api: Api, module: Module, hints: TypeHints, field: Field) -> FieldView:
    return FieldView(
        python.identifier(field.name),
        hints.union(hints.of_field(field), python.identifier(field.name)),
        default=None,
        constant=None,
        wire=None,
        specifier=module.use_own(("_runtime", "models"), "extra_fields"),
        docstring=python.docstring(descriptions.phrase("extra", api.languages[0]), 4),
        is_extra=True,
    )


def _enumeration(
    api: Api, module: Module, type: Enumeration, name: Python, docstring: Python
) -> TypeView:
    numbers = all(isinstance(value.value, int) for value in type.values)
    values = tuple(
        ValueView(
            python.identifier(value.name),
            python.literal(value.value),
            _value_docstring(api, value.text),
        )
        for value in type.values
    )
    if type.closed:
        base = module.use("enum", "IntEnum" if numbers else "StrEnum")
        return TypeView(name, docstring, values=values, base=base)
    base = module.use_own(("_runtime", "models"), "OpenIntEnum" if numbers else "OpenEnum")
    module.use("typing", "TYPE_CHECKING")
    unlisted = python.literal(_unlisted(type, numbers=numbers))
    return TypeView(name, docstring, values=values, base=base, unlisted=unlisted)


def _value_docstring(api: Api, text: Text) -> Python | None:
    if not text:
        return None
    return python.docstring(
        descriptions.with_full_stop(docstrings.multilingual(text, api.languages), api.languages[0]),
        4,
    )


def _unlisted(type: Enumeration, *, numbers: bool) -> str | int:
    """Return the value, for type checkers, of the member for unlisted values; a listed value would make it an alias."""
    listed = {value.value for value in type.values}
    candidates: Iterator[str | int] = (
        -1 - count if numbers else "?" * count for count in itertools.count()
    )
    return next(value for value in candidates if value not in listed)


def _union(api: Api, module: Module, type: UnionType) -> UnionView:
    hints = TypeHints(api, module, "value")
    members = [hints.of(member) for member in type.members]
    name, literal = python.identifier(type.name.name), python.literal(type.name.name)
    docstring = docstrings.of_summary(type.title, type.description, type.name.name, api, 0)
    module.use("typing", "TypeAlias")
    if type.tag is None:
        union = python.union(members)
        return UnionView(name, docstring, python.string_annotation(union), literal)
    module.use("typing", "TYPE_CHECKING")
    unknown = module.use_own(("_runtime", "models"), "Unknown")
    module.use_own(("_runtime", "models"), "tagged")
    return UnionView(
        name,
        docstring,
        python.string_annotation(python.union([*members, unknown])),
        literal,
        python.literal(type.tag),
        tuple(
            (python.literal(value), hints.of(member))
            for member in type.members
            for value in _tags(api, member, type.tag)
        ),
    )


def _tags(api: Api, member: Type, tag: str) -> tuple[str | int, ...]:
    assert isinstance(member, Named)
    object_type = api.types[member.to]
    assert isinstance(object_type, Object)
    field = next(field for field in object_type.fields if field.wire == tag)
    return literals_of(field.type)
