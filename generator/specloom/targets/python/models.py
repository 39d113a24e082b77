"""`models/`: a class for each structure and enumeration, an alias for each named union."""

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
from .imports import Layout, Module, exports_of
from .type_hints import NONE, Annotations


class ClassMember(Struct, frozen=True):
    """A field or an enumeration's value: its line, and the docstring under it if there is anything to say."""

    line: Python
    docstring: Python | None


class ModelClass(Struct, frozen=True):
    """What the template prints for a structure or an enumeration."""

    header: Python
    docstring: Python
    members: tuple[ClassMember, ...]
    unlisted: Python | None = None


class Alias(Struct, frozen=True):
    """What the template prints for a union: one statement, or one for type checkers and one for Python."""

    docstring: Python
    statement: Python
    at_runtime: Python | None = None


def files(api: Api, layout: Layout) -> Iterator[tuple[PurePosixPath, Code]]:
    """One module for each resource that has types, and for each folder's shared types."""
    by_module: dict[tuple[str, ...], list[NamedType]] = {}
    for name, type in api.types.items():
        by_module.setdefault(name.module, []).append(type)
    roles, of_requests = _roles(api), _of_requests(api)
    for path, types in by_module.items():
        below = sorted({name.module[-1] for name in api.types if name.module[:-1] == path})
        module = Module(
            layout, ("models", *path), frozenset({*(type.name.name for type in types), *below})
        )
        classes = [
            _class(api, module, type, roles, of_requests)
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
                exports=exports_of(module, below),
                imports=module.imports(),
            ),
        )


def _roles(api: Api) -> Mapping[TypeName, str]:
    """For objects that belong to an endpoint or an event as its body, response or payload: a phrase that says so, for those without a title."""
    found: dict[TypeName, str] = {}

    def note(type: object, key: str, owner: str) -> None:
        structure = api.types[type.to] if isinstance(type, Named) else None
        if isinstance(structure, Object) and not structure.shared:
            found[structure.name] = descriptions.phrase(key, api.languages[0], owner)

    for endpoint in api.all_endpoints():
        if isinstance(endpoint.body, (JsonBody, FormBody, MultipartBody)):
            note(endpoint.body.type, "body_of", endpoint.qualified)
        for answer in endpoint.responses:
            note(answer.type, "response_of", endpoint.qualified)
    for event in api.all_events():
        note(event.payload, "payload_of", event.name)
    return found


def _of_requests(api: Api) -> Set[TypeName]:
    """Objects that belong to a request: its body, and what is described within body and parameters."""
    found: set[TypeName] = set()
    waiting: list[Type] = []
    for endpoint in api.all_endpoints():
        waiting += [
            field.type for field in (*endpoint.path_fields, *endpoint.query, *endpoint.header)
        ]
        if isinstance(endpoint.body, (JsonBody, FormBody, MultipartBody)):
            waiting.append(endpoint.body.type)
    while waiting:
        type = innermost(waiting.pop())
        structure = api.types[type.to] if isinstance(type, Named) else None
        if isinstance(type, Union):
            waiting += type.members
        elif isinstance(structure, Object) and not structure.shared:
            found.add(structure.name)
            waiting += [field.type for field in structure.fields]
    return found


def _class(
    api: Api,
    module: Module,
    type: Object | Enumeration,
    roles: Mapping[TypeName, str],
    of_requests: Set[TypeName],
) -> ModelClass:
    docstring = docstrings.titled(
        type.title, type.description, roles.get(type.name, type.name.name), api, 4
    )
    name = python.identifier(type.name.name)
    if isinstance(type, Enumeration):
        return _enumeration(api, module, type, name, docstring)
    bases = [
        module.use_ours(("_runtime", "models"), "Model"),
        python.keyword_argument("frozen", python.literal(True)),
        python.keyword_argument("kw_only", python.literal(True)),
    ]
    inside = module.within(field.name for field in type.fields)
    annotations = Annotations(api, inside, "request" if type.name in of_requests else "field")
    members = tuple(_field(api, inside, annotations, field) for field in type.fields)
    return ModelClass(python.class_header(name, bases), docstring, members)


def _field(api: Api, module: Module, annotations: Annotations, field: Field) -> ClassMember:
    members = annotations.of_field(field)
    default: dict[str, Python] = {}
    if not field.required and isinstance(field.type, Nullable):
        members.append(python.member(module.use("msgspec", "UnsetType")))
        default = {"default": module.use("msgspec", "UNSET")}
    elif not field.required:
        members.append(NONE)
        default = {"default": python.literal(None)}
    name = {} if field.wire == field.name else {"name": python.literal(field.wire)}
    made: tuple[Python, list[Python]] | None = None
    if (value := constant(field)) is not None:
        made = module.use_ours(("_runtime", "models"), "constant"), [
            python.literal(value),
            *python.call_options(name),
        ]
    elif name:
        made = module.use("msgspec", "field"), python.call_options({**default, **name})
    text = descriptions.about(field, api.languages[0])
    return ClassMember(
        python.declaration(
            field.name,
            members,
            python.call(*made) if made else default.get("default"),
            broken=python.call(*made, explode=True) if made else None,
            room=84,
        ),
        python.docstring(text, 4) if text else None,
    )


def _enumeration(
    api: Api, module: Module, type: Enumeration, name: Python, docstring: Python
) -> ModelClass:
    numbers = all(isinstance(value.value, int) for value in type.values)
    members = tuple(
        ClassMember(
            python.assignment(value.name, python.literal(value.value)),
            _value_docstring(api, value.text),
        )
        for value in type.values
    )
    if type.closed:
        base = module.use("enum", "IntEnum" if numbers else "StrEnum")
        return ModelClass(python.class_header(name, [base]), docstring, members)
    base = module.use_ours(("_runtime", "models"), "OpenIntEnum" if numbers else "OpenEnum")
    module.use("typing", "TYPE_CHECKING")
    return ModelClass(
        python.class_header(name, [base]),
        docstring,
        members,
        python.assignment("UNLISTED_", python.literal(_unlisted(type, numbers=numbers))),
    )


def _value_docstring(api: Api, text: Text) -> Python | None:
    if not text:
        return None
    return python.docstring(
        descriptions.ended(docstrings.both(text, api.languages), api.languages[0]), 4
    )


def _unlisted(type: Enumeration, *, numbers: bool) -> str | int:
    """The value that type checkers see for the member of all others: no listed one, or it would be an alias of that."""
    listed = {value.value for value in type.values}
    candidates: Iterator[str | int] = (
        -1 - count if numbers else "?" * count for count in itertools.count()
    )
    return next(value for value in candidates if value not in listed)


def _alias(api: Api, module: Module, type: UnionType) -> Alias:
    name = type.name.name
    annotations = Annotations(api, module, "value")
    members = [annotations.of(member) for member in type.members]
    docstring = docstrings.titled(type.title, type.description, type.name.name, api, 0)
    alias = module.use("typing", "TypeAlias")
    if type.tag is None:
        return Alias(
            docstring, python.assignment(name, python.quoted(python.union(members)), alias)
        )
    module.use("typing", "TYPE_CHECKING")
    unknown = module.use_ours(("_runtime", "models"), "Unknown")
    tagged = module.use_ours(("_runtime", "models"), "tagged")
    rows = [
        (python.literal(value), annotations.of(member))
        for member in type.members
        for value in _tags(api, member, type.tag)
    ]
    table = python.mapping(rows, explode=True)
    return Alias(
        docstring,
        python.assignment(name, python.quoted(python.union([*members, unknown])), alias),
        python.assignment(
            name,
            python.call(
                tagged,
                [python.literal(name), python.literal(type.tag), python.lambda_expression(table)],
                explode=True,
            ),
        ),
    )


def _tags(api: Api, member: Type, tag: str) -> tuple[str | int | bool, ...]:
    assert isinstance(member, Named)
    structure = api.types[member.to]
    assert isinstance(structure, Object)
    field = next(field for field in structure.fields if field.wire == tag)
    match field.type:
        case String(literals=literals):
            return literals
        case Integer(literals=literals):
            return literals
        case Boolean(literal=bool(literal)):
            return (literal,)
        case _:
            raise TypeError(f"{tag} of {member.to.name} has no literals")
