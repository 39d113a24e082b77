"""Calls with generated arguments."""

from __future__ import annotations

from typing import Any

from ..bodies import Form, Json
from ..calls import Call, Endpoint
from ..codec import codec
from ..errors import InvalidRequest
from ..field_info import Annotation
from .responses import generate_value


def sample_call(endpoint: Endpoint[Any]) -> Call[Any]:
    """Return a call with only the required arguments, whose values are generated; raise
    `InvalidRequest` if the endpoint does not allow them."""
    arguments: Any = None
    if endpoint.arguments is not None:
        arguments = _value(endpoint.arguments)
    if endpoint.body is None:
        return endpoint.call(arguments)
    body = endpoint.body.chosen(arguments)
    if not isinstance(body, Json | Form):
        raise InvalidRequest("its body cannot be generated", field="body")
    return endpoint.call(arguments, _value(body.type))


def _value(annotation: Annotation) -> Any:
    value, _ = codec(annotation).convert(generate_value(annotation))
    return value
