"""Making answers: of values, of errors, and of nothing but a type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from ..effects import MEBIBYTE
from ..encoding import encoder_for
from ..endpoint_metadata import BinaryContent
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
from ..wire_formats import Conversion
from . import DocumentedError, MockResponse
from .error_bodies import error_body, successful
from .stubs import StubResponse

_JSON: Final = ("Content-Type", "application/json; charset=utf-8")


def made(
    endpoint: Endpoint[Any] | None, status: int, body: Any, seal: Encrypt
) -> MockResponse:
    """The answer of this status and body: bytes, a model, or JSON values; None for none."""
    if body is None:
        return MockResponse(status)
    kind = endpoint.responses.get(status) if endpoint else None
    content = _encoded(kind, body, seal)
    return MockResponse(status, content, _media_of(kind))


def _media_of(kind: Annotation) -> tuple[tuple[str, str], ...]:
    """The header of the media type: of bytes the documented one, if there is one."""
    if not isinstance(kind, BinaryContent):
        return (_JSON,)
    known = (media for media in kind.media if "*" not in media)
    return tuple(("Content-Type", media) for media in known)[:1]


def prepared(
    endpoint: Endpoint[Any] | None, told: StubResponse, seal: Encrypt
) -> MockResponse:
    """The answer that a test has given."""
    status = told.status
    if status is None:
        status = next(iter(endpoint.responses), 200) if endpoint else 200
    answer = made(endpoint, status, told.body, seal)
    names = {name.lower() for name, _ in told.headers}
    kept = tuple(pair for pair in answer.headers if pair[0].lower() not in names)
    return replace(answer, headers=(*kept, *told.headers))


def unwritten(service: Service, endpoint: Endpoint[Any], seal: Encrypt) -> MockResponse:
    """A likely answer, for an endpoint whose documentation shows none."""
    status, kind = next(iter(endpoint.responses.items()), (204, None))
    if kind is None:
        return MockResponse(status)
    if isinstance(kind, BinaryContent):
        return made(endpoint, status, bytes(min(kind.min_length, MEBIBYTE)), seal)
    value = successful(service.error_shape_of(endpoint), kind, _likely(kind))
    return made(endpoint, status, value, seal)


def refused(
    service: Service, endpoint: Endpoint[Any] | None, refusal: DocumentedError
) -> MockResponse:
    """The answer that a refusal is; `endpoint` is None if the request is for none."""
    shape = service.error_shape_of(endpoint)
    answers = endpoint.responses.items() if endpoint else ()
    kinds = [kind for status, kind in answers if status < 300]
    kind = next((one for one in kinds if not isinstance(one, BinaryContent)), None)
    status = refusal.status or (400 if shape.success is None else 200)
    body = error_body(shape, kind, refusal)
    return MockResponse(status, to_json(body, str), (_JSON,))


def _encoded(annotation: Annotation, value: object, seal: Encrypt) -> bytes:
    """The bytes of a body. What the spec says is encrypted is sealed; JSON values need not
    fit the type otherwise."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, msgspec.Struct):
        return to_json(encoder_for(type(value)).encode(value), seal)
    if annotation is not None and not isinstance(annotation, BinaryContent):
        value = _sealed(annotation, value, seal)
    return to_json(value, seal)


@cache
def _is_sealed(annotation: Annotation) -> bool:
    return any(marks.encrypted for marks in nested_field_info(annotation, deep=True))


def _sealed(annotation: Annotation, value: Any, seal: Encrypt) -> object:
    """The JSON value with the texts sealed that are of an encrypted type."""
    if not _is_sealed(annotation):
        return value
    kind, marks = split_annotated(annotation)
    if marks.encrypted:
        return seal(value) if isinstance(value, str) and value else value
    if is_union(kind):
        for member in get_args(kind):
            value = _sealed(member, value, seal)
        return value
    if is_tagged(kind) and is_object(value):
        tag = value.get(kind.tag)
        kind = kind.members().get(tag) if isinstance(tag, str | int) else None
    arguments = get_args(kind)
    if is_struct(kind) and is_object(value):
        types = field_types(kind)
        return {
            key: _sealed(types[key], one, seal) if key in types else one
            for key, one in value.items()
        }
    if is_list(value) and len(arguments) == 1:
        return [_sealed(arguments[0], one, seal) for one in value]
    if is_object(value) and len(arguments) == 2:
        return {key: _sealed(arguments[1], one, seal) for key, one in value.items()}
    return value


# --- values that nobody documented --------------------------------------------------------

_MOST: Final = 1_000
"""Objects that an answer may have."""
_DEEPEST: Final = 50
"""Objects that may lie within each other."""
_LONGEST: Final = 10_000
"""Characters of a text that holds JSON; with each text within a text escapes double."""
_MOMENT: Final = datetime(2018, 6, 8, 10, 34, 56, tzinfo=UTC)
_LIKELY: Final[Mapping[object, object]] = {
    str: "text",
    bool: False,
    int: 0,
    float: 0,
    Decimal: 0,
    datetime: _MOMENT.isoformat(),
    date: _MOMENT.date().isoformat(),
    time: _MOMENT.time().isoformat(),
    timedelta: "P0D",
    bytes: "",
    UUID: str(UUID(int=0)),
}


class _Endless(Exception):
    """A value has no end, or none in sight."""


class _Likely:
    """Makes JSON of types with what it must have, and no more.

    Types may hold themselves, and where each needs two of the next, a value doubles with
    every level. What would go too far is left out: then a list is empty, what may be null
    is null, and a union has another member. With `least` that is so from the start, which
    leaves room for what cannot be left out.
    """

    def __init__(self, *, least: bool) -> None:
        self._least = least
        self._room = iter(range(_MOST))
        self._inside: set[type] = set()

    def of(self, annotation: Annotation) -> Any:
        """A value of this type; fails with `_Endless` if it would go too far."""
        kind, marks = split_annotated(annotation)
        if marks.conversion is not None:
            return _converted(marks.conversion)
        if marks.json_text:
            return self._text(kind)
        if is_union(kind):
            members = get_args(kind)
            if self._least:
                members = tuple(sorted(members, key=_is_object))
            return self._member(members)
        if is_tagged(kind):
            return self._tagged(kind)
        if is_struct(kind):
            return self._object(kind)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return next(iter(kind)).value
        origin = origin_of(kind)
        if origin is Literal:
            return get_args(kind)[0]
        if origin in (list, Sequence):
            return self._list(*get_args(kind))
        if origin in (dict, Mapping):
            return {}
        return _LIKELY.get(cast(object, kind))

    def _text(self, held: Annotation) -> str:
        text = to_json(self.of(held), str).decode()
        if len(text) > _LONGEST:
            raise _Endless
        return text

    def _member(self, members: Iterable[Annotation]) -> Any:
        for member in members:
            with suppress(_Endless):
                return self.of(member)
        raise _Endless

    def _tagged(self, kind: Tagged) -> dict[str, Any]:
        for tag, member in kind.members().items():
            with suppress(_Endless):
                return {**self._object(member), kind.tag: tag}
        raise _Endless

    def _object(self, kind: type[msgspec.Struct]) -> dict[str, Any]:
        if (
            kind in self._inside
            or len(self._inside) == _DEEPEST
            or next(self._room, None) is None
        ):
            raise _Endless
        self._inside.add(kind)
        try:
            return {
                one.encode_name: self.of(one.type)
                for one in fields(kind)
                if one.required
            }
        finally:
            self._inside.remove(kind)

    def _list(self, item: Annotation) -> list[Any]:
        if not self._least:
            with suppress(_Endless):
                return [self.of(item)]
        return []


def _likely(annotation: Annotation) -> Any:
    """JSON of this type; fails with `DocumentedError` if it must have more than anybody reads."""
    for least in (False, True):
        with suppress(_Endless):
            return _Likely(least=least).of(annotation)
    kind, _ = split_annotated(annotation)
    name = getattr(kind, "__name__", str(kind))
    raise DocumentedError(
        501,
        "NOT_IMPLEMENTED",
        f"what a {name} must have goes too far to be made up (more than {_MOST} objects,"
        f" {_DEEPEST} within each other, or {_LONGEST} characters in a text):"
        " give the endpoint an example, or the mock a reply",
    )


def _is_object(annotation: Annotation) -> bool:
    kind, _ = split_annotated(annotation)
    return is_struct(kind) or is_tagged(kind)


def _converted(conversion: Conversion) -> object:
    for value in (_MOMENT, _MOMENT.replace(tzinfo=None), timedelta()):
        with suppress(ValueError):
            return conversion.encode(value)
    return None
