"""Fields of requests, and the paths that lead to them."""

from __future__ import annotations

from collections.abc import Mapping

from .. import model
from ..model import Endpoint, Field, JsonBody, NamedType, Type, TypeName


class RequestFields:
    """Fields of requests, by the named types of an API, which may still be read."""

    def __init__(self, built: Mapping[TypeName, NamedType]) -> None:
        self.built = built

    def flat(self, endpoint: Endpoint) -> tuple[Field, ...]:
        """Return the fields of the body that are arguments one by one."""
        match endpoint.body:
            case JsonBody(flat=True) | model.FormBody() | model.MultipartBody():
                return self.of_type(endpoint.body.type)
            case _:
                return ()

    def all_of(self, endpoint: Endpoint) -> tuple[Field, ...]:
        """Return all parameters of a request, and the fields of its body."""
        body = self.flat(endpoint)
        if isinstance(endpoint.body, JsonBody):
            body = self.of_type(endpoint.body.type)
        parts = (endpoint.path_fields, endpoint.query, endpoint.header, endpoint.cookie, body)
        return tuple(field for part in parts for field in part)

    def of_type(self, type_: Type) -> tuple[Field, ...]:
        """Return the fields of an object, of the objects in a list, or of the object that a text has as JSON."""
        while isinstance(type_, model.Nullable | model.ListOf | model.JsonText):
            type_ = type_.item if isinstance(type_, model.ListOf) else type_.type
        object_type = self.built.get(type_.to) if isinstance(type_, model.Named) else None
        return object_type.fields if isinstance(object_type, model.Object) else ()

    def follow(self, path: str, fields: tuple[Field, ...]) -> tuple[str, tuple[Field, ...]]:
        """Return the rest of a path that matches no field, and the fields known there.

        Dots lead into objects and into the objects of lists.
        """
        while (field := _first(path, fields)) is not None:
            path, fields = path[len(field.wire) + 1 :], self.of_type(field.type)
        return path, fields

    def is_optional(self, path: str, fields: tuple[Field, ...]) -> bool:
        """Return whether the field at a path, or an object that contains it, may be absent or null."""
        while (field := _first(path, fields)) is not None:
            is_absent = not field.required and not field.fill
            if is_absent or isinstance(field.type, model.Nullable):
                return True
            path, fields = path[len(field.wire) + 1 :], self.of_type(field.type)
        return False


def _first(path: str, fields: tuple[Field, ...]) -> Field | None:
    """Return the field that the first step of a path names, or None at the end of the path or without a match."""
    return next(
        (field for field in fields if path == field.wire or path.startswith(field.wire + ".")), None
    )
