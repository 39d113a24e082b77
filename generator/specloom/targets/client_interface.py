"""Arguments of the endpoints and the constructor of a generated client.

The Python target generates these arguments, and the documentation describes them. The values of path, query, header and body share one
namespace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ..model import (
    FORM_MEDIA,
    MULTIPART_MEDIA,
    Api,
    BinaryBody,
    Body,
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
    TextBody,
    Type,
)
from ..naming import snake

Where = Literal["path", "query", "header", "cookie", "client", "field", "body"]


class EndpointArgument(Struct, frozen=True):
    """Argument of an endpoint's function. `where="body"` means the whole body, `where="field"` one field of the body, `where="client"` not sent."""

    field: Field
    where: Where

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def required(self) -> bool:
        """True if the caller must pass it: it must be sent, and the client does not compute it."""
        return self.field.required and not self.field.fill


def arguments(api: Api, endpoint: Endpoint) -> tuple[EndpointArgument, ...]:
    """Return the arguments in the order of the signature: positional path parameters, then required, then optional keyword arguments."""
    path = [
        EndpointArgument(field, "path") for field in endpoint.path_fields if constant(field) is None
    ]
    by_keyword = [EndpointArgument(field, "client") for field in endpoint.unsent]
    by_keyword += [EndpointArgument(field, "query") for field in endpoint.query]
    by_keyword += [EndpointArgument(field, "header") for field in endpoint.header]
    by_keyword += [EndpointArgument(field, "cookie") for field in endpoint.cookie]
    by_keyword += [EndpointArgument(field, "field") for field in body_fields(api, endpoint)]
    by_keyword += [EndpointArgument(field, "body") for field in _whole_body(endpoint)]
    variable = [argument for argument in by_keyword if constant(argument.field) is None]
    return (*path, *sorted(variable, key=lambda argument: not argument.required))


def resources_of(owner: Api | Resource) -> tuple[Resource, ...]:
    """Return the resources that a client or resource has as attributes: those that contain endpoints at any level."""
    return tuple(
        resource for resource in owner.resources if any(each.endpoints for each in resource.walk())
    )


def all_resources_of(owner: Api | Resource) -> Iterator[Resource]:
    """Yield the resources of `resources_of` at all levels, depth first."""
    for resource in resources_of(owner):
        yield resource
        yield from all_resources_of(resource)


def body_fields(api: Api, endpoint: Endpoint) -> tuple[Field, ...]:
    """Return the fields of the body that are separate arguments."""
    object_type = body_object(api, endpoint)
    return object_type.fields if object_type is not None else ()


def body_object(api: Api, endpoint: Endpoint) -> Object | None:
    """Return the object type of the body if its fields are separate arguments, else None."""
    match endpoint.body:
        case (
            JsonBody(type=Named(to=name), flat=True)
            | FormBody(type=Named(to=name))
            | MultipartBody(type=Named(to=name))
        ):
            object_type = api.types[name]
            assert isinstance(object_type, Object)
            return object_type
        case _:
            return None


def body_as(body: JsonBody, media: str) -> Body:
    """Return a body with a choice as one of its media types."""
    if media == FORM_MEDIA and isinstance(body.type, Named):
        return FormBody(body.type)
    if media == MULTIPART_MEDIA and isinstance(body.type, Named):
        return MultipartBody(body.type)
    return replace(body, media=media, choice=())


def form_styles(api: Api, form: Type) -> dict[str, str]:
    """Return the encoding styles of lists and objects in a form, by wire name, without the default `repeat`."""
    assert isinstance(form, Named)
    object_type = api.types[form.to]
    assert isinstance(object_type, Object)
    return {field.wire: field.style for field in object_type.fields if field.style != "repeat"}


def constant(field: Field) -> str | int | bool | None:
    """Return the constant of a required field, or None. The client sends it, so it is not an argument."""
    if not field.required:
        return None
    match field.type:
        case String(literals=(value,)) | Integer(literals=(value,)):
            return value
        case Boolean(literal=bool(value)):
            return value
        case _:
            return None


def constant_parameters(fields: Iterable[Field]) -> dict[str, str]:
    """Return the constant parameters by wire name, encoded for a URL or a header."""
    constants = {field.wire: constant(field) for field in fields}
    return {wire: _text(value) for wire, value in constants.items() if value is not None}


def schemes_of(api: Api) -> list[Scheme]:
    """Return the schemes that need credentials, those of the whole API first."""
    schemes = [scheme for scheme in api.schemes if scheme.kind != "none"]
    default = {name for names in api.auth for name in names}
    return sorted(schemes, key=lambda scheme: scheme.name not in default)


def host_template(api: Api, url: str) -> str:
    """Return the URL of a host with the names of arguments as variables."""
    for variable in api.host_variables:
        url = url.replace(f"{{{variable.wire}}}", f"{{{variable.name}}}")
    return url


def host_value(variable: Field) -> str:
    """Return a value of a host variable: its default, its example, or one that is derived from its type."""
    for value in (variable.default, variable.example):
        if value is not None:
            return str(value.json)
    assert isinstance(variable.type, String)
    if variable.type.literals:
        return variable.type.literals[0]
    length = variable.type.length
    return "example".ljust(length.minimum or 0, "x")[: length.maximum]


def auth_names(auth: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of alternatives in clients: that of a scheme, or of several schemes together."""
    return tuple(" and ".join(names) for names in auth)


def combinations(api: Api) -> tuple[tuple[str, ...], ...]:
    """Return the alternatives that need several schemes together, without duplicates."""
    alternatives = [*api.auth, *(names for each in api.all_endpoints() for names in each.auth)]
    return tuple(dict.fromkeys(names for names in alternatives if len(names) > 1))


def argument_of(api: Api, scheme: Scheme) -> str | None:
    """Return the client argument that groups the arguments of a scheme; None for a single scheme, whose arguments are not grouped."""
    return snake(scheme.name) if len(schemes_of(api)) > 1 else None


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _whole_body(endpoint: Endpoint) -> list[Field]:
    match endpoint.body:
        case JsonBody(flat=False) | TextBody():
            body = endpoint.body
            return [
                Field(
                    "body",
                    "body",
                    String(body.type.length) if isinstance(body, TextBody) else body.type,
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
