"""What a generated client asks its users for: the arguments of endpoints, and of the client itself.

One namespace in Python for what lies in path, query, header and body on the wire. The Python target writes it, the documentation shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from ..model import (
    Api,
    BinaryBody,
    Boolean,
    Endpoint,
    Field,
    FormBody,
    Integer,
    JsonBody,
    MultipartBody,
    Named,
    Object,
    Resource,
    Scheme,
    String,
    Text,
)
from ..naming import snake

Where = Literal["path", "query", "header", "field", "body"]


class Argument(Struct, frozen=True):
    """One argument of an endpoint's function. `body` is a body that is one value; `field` one of a body taken apart."""

    field: Field
    where: Where

    @property
    def name(self) -> str:
        return self.field.name


def arguments(api: Api, endpoint: Endpoint) -> tuple[Argument, ...]:
    """In the order of the signature: those of the path (positional), then by keyword the required ones, then the others."""
    path = [Argument(field, "path") for field in endpoint.path_fields if constant(field) is None]
    rest = [Argument(field, "query") for field in endpoint.query]
    rest += [Argument(field, "header") for field in endpoint.header]
    rest += [Argument(field, "field") for field in body_fields(api, endpoint)]
    rest += [Argument(field, "body") for field in _whole_body(endpoint)]
    open_ = [argument for argument in rest if constant(argument.field) is None]
    return (*path, *sorted(open_, key=lambda argument: not argument.field.required))


def resources_of(owner: Api | Resource) -> tuple[Resource, ...]:
    """The resources that a client, or a resource, has as attributes: those with endpoints, their own or below them."""
    return tuple(
        resource for resource in owner.resources if any(each.endpoints for each in resource.walk())
    )


def all_resources_of(owner: Api | Resource) -> Iterator[Resource]:
    """The same at every depth, depth first."""
    for resource in resources_of(owner):
        yield resource
        yield from all_resources_of(resource)


def body_fields(api: Api, endpoint: Endpoint) -> tuple[Field, ...]:
    """The fields of a body that are arguments one by one."""
    structure = body_structure(api, endpoint)
    return structure.fields if structure is not None else ()


def body_structure(api: Api, endpoint: Endpoint) -> Object | None:
    """The structure whose fields are arguments one by one, if the body is one."""
    match endpoint.body:
        case (
            JsonBody(type=Named(to=name), flat=True)
            | FormBody(type=Named(to=name))
            | MultipartBody(type=Named(to=name))
        ):
            structure = api.types[name]
            assert isinstance(structure, Object)
            return structure
        case _:
            return None


def styles(api: Api, form: FormBody) -> dict[str, str]:
    """How lists and objects stand in a form, by wire name, where they are not simply repeated."""
    structure = api.types[form.type.to]
    assert isinstance(structure, Object)
    return {field.wire: field.style for field in structure.fields if field.style != "repeat"}


def constant(field: Field) -> str | int | bool | None:
    """The one value that a required field can have: it is sent by itself and is no argument."""
    if not field.required:
        return None
    match field.type:
        case String(literals=(value,)) | Integer(literals=(value,)):
            return value
        case Boolean(literal=bool(value)):
            return value
        case _:
            return None


def fixed(fields: Iterable[Field]) -> dict[str, str]:
    """The constants among parameters, by wire name, as they stand in a URL or a header."""
    found = {field.wire: constant(field) for field in fields}
    return {wire: _text(value) for wire, value in found.items() if value is not None}


def schemes_of(api: Api) -> list[Scheme]:
    """The schemes that a client is given something for, the API's own first."""
    asking = [scheme for scheme in api.schemes if scheme.kind != "none"]
    return sorted(asking, key=lambda scheme: scheme.name not in api.auth)


def argument_of(api: Api, scheme: Scheme) -> str | None:
    """The client's argument for a scheme if there are several; the one scheme's arguments are the client's own."""
    return snake(scheme.name) if len(schemes_of(api)) > 1 else None


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _whole_body(endpoint: Endpoint) -> list[Field]:
    match endpoint.body:
        case JsonBody(type=type, flat=False):
            return [
                Field(
                    "body",
                    "body",
                    type,
                    required=True,
                    title=Text((("en", "The body"), ("zh", "请求体"))),
                    location=endpoint.location,
                )
            ]
        case BinaryBody(file=file):
            return [
                Field(
                    "content",
                    "content",
                    file,
                    required=True,
                    title=Text((("en", "The content"), ("zh", "内容"))),
                    location=endpoint.location,
                )
            ]
        case _:
            return []
