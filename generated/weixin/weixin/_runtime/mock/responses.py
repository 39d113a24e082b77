"""Response builders: from values, stubs and errors, or from nothing but a type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Final, Literal, cast, get_args
from uuid import UUID

import msgspec
from msgspec.structs import fields

from ..api_definition import Service
from ..bodies import Encrypt, to_json
from ..calls import Endpoint
from ..decoding import union_member
from ..encoding import encoder_for
from ..endpoint_metadata import (
    RawContent,
    Streamed,
    first_status,
    is_streamed,
    is_success,
    matching_errors,
)
from ..field_info import (
    Annotation,
    field_types,
    is_struct,
    is_union,
    nested_field_info,
    origin_of,
    split_annotated,
)
from ..json_types import is_list, is_object
from ..models import Tagged, is_tagged
from ..wire_formats import Conversion, Limits
from . import DocumentedError, MockResponse
from .error_bodies import error_body, with_success_code
from .stubs import StubResponse

_JSON: Final = ("Content-Type", "application/json; charset=utf-8")
_STREAMS: Final[Mapping[str, str]] = {
    "events": "text/event-stream",
    "lines": "application/x-ndjson",
}


def build_response(
    endpoint: Endpoint[Any] | None, status: int, body: Any, encrypt: Encrypt
) -> MockResponse:
    """Return a response; `body` is bytes, a model or JSON values, None for no body."""
    if body is None:
        return MockResponse(status)
    body_type = None
    if endpoint is not None:
        body_type = endpoint.responses.get(endpoint.documented(status) or status)
    if is_streamed(body_type) and not isinstance(body, bytes):
        values: list[object] = body if is_list(body) else [body]
        body = b"".join(_stream(body_type, values, encrypt))
    content = _encode(body_type, body, encrypt)
    return MockResponse(status, content, _content_type(body_type))


def _content_type(body_type: Annotation) -> tuple[tuple[str, str], ...]:
    """Return the Content-Type header, if the media type is known."""
    if is_streamed(body_type):
        return (("Content-Type", _STREAMS[body_type.format]),)
    if not isinstance(body_type, RawContent):
        return (_JSON,)
    media = body_type.sent_media
    return () if media is None else (("Content-Type", media),)


def _stream(
    streamed: Streamed[Any], values: Sequence[object], encrypt: Encrypt
) -> Iterator[bytes]:
    """Yield the values of a stream, each as it is sent."""
    for value in values:
        content = _encode(streamed.type, value, encrypt)
        if streamed.format == "lines":
            yield content + b"\n"
            continue
        if streamed.name is not None:
            fields = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
            name = msgspec.json.decode(fields.pop(streamed.name), type=str)
            yield f"event: {name}\n".encode()
            content = msgspec.json.encode(fields)
        yield b"data: " + content + b"\n\n"
    if streamed.end is not None:
        lines = "".join(f"data: {line}\n" for line in streamed.end.split("\n"))
        yield f"{lines}\n".encode()


def stub_response(
    endpoint: Endpoint[Any] | None, stub: StubResponse, encrypt: Encrypt
) -> MockResponse:
    """Return the response of a stub; its headers replace those of the mock."""
    status = stub.status
    if status is None:
        documented = next(iter(endpoint.responses), 200) if endpoint else 200
        status = first_status(documented)
    response = build_response(endpoint, status, stub.body, encrypt)
    replaced = {name.lower() for name, _ in stub.headers}
    headers = tuple(
        (name, value)
        for name, value in response.headers
        if name.lower() not in replaced
    )
    return replace(response, headers=(*headers, *stub.headers))


def generated_response(
    service: Service, endpoint: Endpoint[Any], encrypt: Encrypt
) -> MockResponse:
    """Return a minimal response, for an endpoint without a documented example."""
    documented, body_type = next(iter(endpoint.responses.items()), (204, None))
    status = first_status(documented)
    if body_type is None:
        return MockResponse(status)
    if isinstance(body_type, RawContent):
        return build_response(endpoint, status, body_type.sample(), encrypt)
    shape = service.error_shape_of(endpoint)
    value_type = body_type.type if is_streamed(body_type) else body_type
    value = with_success_code(shape, value_type, generate_value(value_type))
    if is_streamed(body_type):
        value = [value]  # not the value itself, which may be a list
    if value is None:  # JSON of any type
        return MockResponse(status, b"null", (_JSON,))
    return build_response(endpoint, status, value, encrypt)


def error_response(
    service: Service, endpoint: Endpoint[Any] | None, error: DocumentedError
) -> MockResponse:
    """Return the response of an error; `endpoint` is None if the request matches none."""
    shape = service.error_shape_of(endpoint)
    documented = endpoint.responses.items() if endpoint else ()
    types = [body_type for status, body_type in documented if is_success(status)]
    success_type = next(
        (each for each in types if not isinstance(each, RawContent | Streamed)), None
    )
    status = error.status or (400 if shape.success is None else 200)
    own = endpoint.errors if endpoint else ()
    rows = matching_errors((*own, *service.errors), status, [error.code])
    body_type = next((row.body for row in rows if row.body is not None), None)
    if body_type is None:
        body = error_body(shape, success_type, error)
    else:
        body = error_body(shape, body_type, error, generate_value(body_type))
    return MockResponse(status, to_json(body, str), (_JSON,))


def _encode(annotation: Annotation, value: object, encrypt: Encrypt) -> bytes:
    """Return the bytes of a body, with its encrypted fields encrypted.

    JSON values need not match the type otherwise.
    """
    if isinstance(value, bytes):
        return value
    if isinstance(value, msgspec.Struct):
        return to_json(encoder_for(type(value)).encode(value), encrypt)
    if isinstance(annotation, RawContent):
        content = annotation.encode(value)
        return to_json(value, encrypt) if content is None else content
    if annotation is not None:
        value = _encrypt_fields(annotation, value, encrypt)
    return to_json(value, encrypt)


@cache
def _has_encrypted_fields(annotation: Annotation) -> bool:
    return any(info.encrypted for info in nested_field_info(annotation, deep=True))


def _encrypt_fields(annotation: Annotation, value: Any, encrypt: Encrypt) -> object:
    """Return the JSON value with the texts of encrypted types encrypted."""
    if not _has_encrypted_fields(annotation):
        return value
    bare_type, info = split_annotated(annotation)
    if info.encrypted:
        return encrypt(value) if isinstance(value, str) and value else value
    if is_union(bare_type):
        members = get_args(bare_type)
        if is_object(value):
            members = (union_member(bare_type, value),)
        for member in members:
            value = _encrypt_fields(member, value, encrypt)
        return value
    if is_tagged(bare_type) and is_object(value):
        tag = value.get(bare_type.tag)
        bare_type = bare_type.members().get(tag) if isinstance(tag, str | int) else None
    arguments = get_args(bare_type)
    if is_struct(bare_type) and is_object(value):
        types = field_types(bare_type)
        return {
            key: _encrypt_fields(types[key], item, encrypt) if key in types else item
            for key, item in value.items()
        }
    if is_list(value) and len(arguments) == 1:
        return [_encrypt_fields(arguments[0], item, encrypt) for item in value]
    if is_object(value) and len(arguments) == 2:
        return {
            key: _encrypt_fields(arguments[1], item, encrypt)
            for key, item in value.items()
        }
    return value


# --- generated values ---------------------------------------------------------------------

_MAX_OBJECTS: Final = 1_000
"""Objects in a generated response."""
_MAX_DEPTH: Final = 50
"""Nesting depth of objects."""
_MAX_TEXT: Final = 10_000
"""Characters of a text with JSON in it; each level of texts doubles the escapes."""
_EXAMPLE_TIME: Final = datetime(2018, 6, 8, 10, 34, 56, tzinfo=UTC)
_EXAMPLES: Final[Mapping[object, object]] = {
    str: "text",
    bool: False,
    int: 0,
    float: 0,
    Decimal: 0,
    datetime: _EXAMPLE_TIME.isoformat(),
    date: _EXAMPLE_TIME.date().isoformat(),
    time: _EXAMPLE_TIME.time().isoformat(),
    timedelta: "P0D",
    bytes: "",
    UUID: str(UUID(int=0)),
}


class _TooLarge(Exception):
    """A generated value is infinite, or exceeds a limit."""


class _Generator:
    """Generator of JSON values that have only what their type requires.

    Types may be recursive, and where each requires two of the next, the size doubles with
    every level. A part that exceeds a limit is left out: a list is empty, a nullable value
    is null, and a union uses another member. With `minimal` this is so from the start,
    which leaves room for parts that cannot be left out.
    """

    def __init__(self, *, minimal: bool) -> None:
        self._minimal = minimal
        self._objects = iter(range(_MAX_OBJECTS))
        self._open: set[type] = set()

    def generate(self, annotation: Annotation) -> Any:
        """Return a value of this type; raise `_TooLarge` if it would exceed a limit."""
        bare_type, info = split_annotated(annotation)
        if info.conversion is not None:
            return _encode_example_time(info.conversion)
        if info.json_text:
            return self._text(bare_type)
        if is_union(bare_type):
            members = get_args(bare_type)
            if self._minimal:
                members = tuple(sorted(members, key=_is_object_type))
            return self._member(members)
        if is_tagged(bare_type):
            return self._tagged(bare_type)
        if is_struct(bare_type):
            return self._object(bare_type)
        if isinstance(bare_type, type) and issubclass(bare_type, Enum):
            return next(iter(bare_type)).value
        origin = origin_of(bare_type)
        if origin is Literal:
            return get_args(bare_type)[0]
        if origin in (list, Sequence):
            return self._list(*get_args(bare_type))
        if origin in (dict, Mapping):
            return {}
        value = _EXAMPLES.get(cast(object, bare_type))
        if isinstance(value, str) and bare_type is str and info.limits is not None:
            return _with_length(value, info.limits)
        return value

    def _text(self, json_type: Annotation) -> str:
        text = to_json(self.generate(json_type), str).decode()
        if len(text) > _MAX_TEXT:
            raise _TooLarge
        return text

    def _member(self, members: Iterable[Annotation]) -> Any:
        for member in members:
            with suppress(_TooLarge):
                return self.generate(member)
        raise _TooLarge

    def _tagged(self, tagged: Tagged) -> dict[str, Any]:
        for tag, member in tagged.members().items():
            with suppress(_TooLarge):
                return {**self._object(member), tagged.tag: tag}
        raise _TooLarge

    def _object(self, struct: type[msgspec.Struct]) -> dict[str, Any]:
        if (
            struct in self._open
            or len(self._open) == _MAX_DEPTH
            or next(self._objects, None) is None
        ):
            raise _TooLarge
        self._open.add(struct)
        try:
            return {
                field.encode_name: self.generate(field.type)
                for field in fields(struct)
                if field.required
            }
        finally:
            self._open.remove(struct)

    def _list(self, item: Annotation) -> list[Any]:
        if not self._minimal:
            with suppress(_TooLarge):
                return [self.generate(item)]
        return []


def generate_value(annotation: Annotation) -> Any:
    """Return a JSON value of this type; raise `DocumentedError` if all are too large."""
    for minimal in (False, True):
        with suppress(_TooLarge):
            return _Generator(minimal=minimal).generate(annotation)
    bare_type, _ = split_annotated(annotation)
    name = getattr(bare_type, "__name__", str(bare_type))
    raise DocumentedError(
        501,
        "NOT_IMPLEMENTED",
        f"a minimal {name} is too large to generate (more than {_MAX_OBJECTS} objects,"
        f" {_MAX_DEPTH} nested objects, or {_MAX_TEXT} characters in a text);"
        " add an example to the endpoint, or use mock.reply()",
    )


def _with_length(text: str, limits: Limits) -> str:
    """Return a text within limits of length."""
    shortest, longest = limits.min_length or 0, limits.max_length
    count = max(shortest, len(text))
    count = count if longest is None else min(count, longest)
    return (text * (count // len(text) + 1))[:count] if count <= _MAX_TEXT else text


def _is_object_type(annotation: Annotation) -> bool:
    bare_type, _ = split_annotated(annotation)
    return is_struct(bare_type) or is_tagged(bare_type)


def _encode_example_time(conversion: Conversion) -> object:
    for value in (_EXAMPLE_TIME, _EXAMPLE_TIME.replace(tzinfo=None), timedelta()):
        with suppress(ValueError):
            return conversion.encode(value)
    return None
