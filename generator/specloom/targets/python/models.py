"""`models/`: a class for each object type and enumeration, an alias for each named union."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Set
from pathlib import PurePosixPath

from msgspec import Struct

from ...code import Code, Python, python
from ...model import (
    Api,
    Boolean,
    Enumeration,
    Field,
    FormBody,
    Integer,
    JsonBody,
    MultipartBody,
    Named,
    NamedType,
    Nullable,
    Object,
    String,
    Text,
    Type,
    TypeName,
    Union,
    UnionType,
    innermost,
)
from ...render import render
from .. import descriptions
from ..client_interface import constant
from . import docstrings
from .imports import Layout, Module, lazy_exports
from .type_hints import NONE, TypeHints


class MemberView(Struct, frozen=True):
    """Template values of a field or of an enumeration's value."""

    declaration: Python
    docstring: Python | None


class ModelView(Struct, frozen=True):
    """Template values of an object type or an enumeration."""

    header: Python
    docstring: Python
    members: tuple[MemberView, ...]
    unlisted: Python | None = None


class AliasView(Struct, frozen=True):
    """Template values of a named union: a statement, and another one for run time if that differs."""

    docstring: Python
    statement: Python
    runtime_statement: Python | None = None


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
        classes = [
            _class(api, module, type, roles, request_objects)
            for type in types
            if not isinstance(type, UnionType)
        ]
        aliases = [_alias(api, module, type) for type in types if isinstance(type, UnionType)]
        title = f"Types of {docstrings.name_of(api, path)}."
        yield (
            layout.file(module.parts),
            render(
                Python,
                "python/models.py.j2",
                docstring=docstrings.of_module(title, docstrings.source_of(api, path)),
                classes=classes,
                aliases=aliases,
                exports=lazy_exports(module, below),
                imports=module.imports(),
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
            note(response.type, "response_of", endpoint.qualified)
    for event in api.all_events():
        note(event.payload, "payload_of", event.name)
    return roles


def _request_objects(api: Api) -> Set[TypeName]:
    """Return the object types of request bodies, and those defined inside of bodies and parameters."""
    names: set[TypeName] = set()
    pending: list[Type] = []
    for endpoint in api.all_endpoints():
        pending += [
            field.type for field in (*endpoint.path_fields, *endpoint.query, *endpoint.header)
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
            pending += [field.type for field in object_type.fields]
    return names


def _class(
    api: Api,
    module: Module,
    type: Object | Enumeration,
    roles: Mapping[TypeName, str],
    request_objects: Set[TypeName],
) -> ModelView:
    docstring = docstrings.titled(
        type.title, type.description, roles.get(type.name, type.name.name), api, 4
    )
    name = python.identifier(type.name.name)
    if isinstance(type, Enumeration):
        return _enumeration(api, module, type, name, docstring)
    bases = [
        module.use_own(("_runtime", "models"), "Model"),
        python.keyword_argument("frozen", python.literal(True)),
        python.keyword_argument("kw_only", python.literal(True)),
    ]
    inside = module.within(field.name for field in type.fields)
    annotations = TypeHints(api, inside, "request" if type.name in request_objects else "field")
    members = tuple(_field(api, inside, annotations, field) for field in type.fields)
    return ModelView(python.class_header(name, bases), docstring, members)


def _field(api: Api, module: Module, annotations: TypeHints, field: Field) -> MemberView:
    members = annotations.of_field(field)
    default: dict[str, Python] = {}
    if not field.required and isinstance(field.type, Nullable):
        members.append(python.union_member(module.use("msgspec", "UnsetType")))
        default = {"default": module.use("msgspec", "UNSET")}
    elif not field.required:
        members.append(NONE)
        default = {"default": python.literal(None)}
    name = {} if field.wire == field.name else {"name": python.literal(field.wire)}
    default_call: tuple[Python, list[Python]] | None = None
    if (value := constant(field)) is not None:
        default_call = module.use_own(("_runtime", "models"), "constant"), [
            python.literal(value),
            *python.call_options(name),
        ]
    elif name:
        default_call = module.use("msgspec", "field"), python.call_options({**default, **name})
    text = descriptions.about(field, api.languages[0])
    return MemberView(
        python.declaration(
            field.name,
            members,
            python.call(*default_call) if default_call else default.get("default"),
            broken=python.call(*default_call, explode=True) if default_call else None,
            room=84,
        ),
        python.docstring(text, 4) if text else None,
    )


def _enumeration(
    api: Api, module: Module, type: Enumeration, name: Python, docstring: Python
) -> ModelView:
    numbers = all(isinstance(value.value, int) for value in type.values)
    members = tuple(
        MemberView(
            python.assignment(value.name, python.literal(value.value)),
            _value_docstring(api, value.text),
        )
        for value in type.values
    )
    if type.closed:
        base = module.use("enum", "IntEnum" if numbers else "StrEnum")
        return ModelView(python.class_header(name, [base]), docstring, members)
    base = module.use_own(("_runtime", "models"), "OpenIntEnum" if numbers else "OpenEnum")
    module.use("typing", "TYPE_CHECKING")
    return ModelView(
        python.class_header(name, [base]),
        docstring,
        members,
        python.assignment("UNLISTED_", python.literal(_unlisted(type, numbers=numbers))),
    )


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


def _alias(api: Api, module: Module, type: UnionType) -> AliasView:
    name = type.name.name
    annotations = TypeHints(api, module, "value")
    members = [annotations.of(member) for member in type.members]
    docstring = docstrings.titled(type.title, type.description, type.name.name, api, 0)
    alias = module.use("typing", "TypeAlias")
    if type.tag is None:
        return AliasView(
            docstring,
            python.assignment(name, python.string_annotation(python.union(members)), alias),
        )
    module.use("typing", "TYPE_CHECKING")
    unknown_class = module.use_own(("_runtime", "models"), "Unknown")
    tagged_function = module.use_own(("_runtime", "models"), "tagged")
    rows = [
        (python.literal(value), annotations.of(member))
        for member in type.members
        for value in _tags(api, member, type.tag)
    ]
    table = python.dict_of(rows, explode=True)
    return AliasView(
        docstring,
        python.assignment(
            name, python.string_annotation(python.union([*members, unknown_class])), alias
        ),
        python.assignment(
            name,
            python.call(
                tagged_function,
                [python.literal(name), python.literal(type.tag), python.lambda_expression(table)],
                explode=True,
            ),
        ),
    )


def _tags(api: Api, member: Type, tag: str) -> tuple[str | int | bool, ...]:
    assert isinstance(member, Named)
    object_type = api.types[member.to]
    assert isinstance(object_type, Object)
    field = next(field for field in object_type.fields if field.wire == tag)
    match field.type:
        case String(literals=literals):
            return literals
        case Integer(literals=literals):
            return literals
        case Boolean(literal=bool(literal)):
            return (literal,)
        case _:
            raise TypeError(f"{tag} of {member.to.name} has no literal values")
