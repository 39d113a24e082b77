"""Types with fields of one direction: one schema for the form in responses and the form in requests."""

from __future__ import annotations

from collections.abc import Mapping

from ...model import Api, Field, NamedType, Object, TypeName
from ...naming import class_name


def request_forms(api: Api) -> Mapping[TypeName, TypeName]:
    """Return the names of the types that have a form for requests, with that form: both come from one declaration."""
    found: dict[TypeName, TypeName] = {}
    for name, named in api.types.items():
        request = TypeName(name.module, class_name(name.name.rstrip("_") + "Request"))
        other = api.types.get(request)
        if other is not None and other.location == named.location:
            found[name] = request
    return found


def fields(response: Object, request: NamedType | None) -> list[Field]:
    """Return the fields of both forms of an object in one order."""
    sent = [*request.fields] if isinstance(request, Object) and request is not response else []
    merged: list[Field] = []
    for field in response.fields:
        if any(each.wire == field.wire for each in sent):
            while sent[0].wire != field.wire:
                merged.append(sent.pop(0))
            sent.pop(0)
        merged.append(field)
    return merged + sent
