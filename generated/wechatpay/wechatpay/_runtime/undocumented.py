"""Requests that the spec lacks, sent like calls of documented endpoints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import unquote

from .bodies import Body, Encoded, Encrypt, Json, to_text
from .calls import Call, Endpoint
from .drafts import RequestDraft
from .encode_errors import EncodeError, wrong_type
from .encoding import encoder_for
from .endpoint_metadata import Idempotency, Keyed
from .errors import InvalidRequest
from .headers import OF_CONTENT, check_added
from .json_types import is_list, is_object
from .url_encoding import NotASegment, query_parameters

Repeatable: TypeAlias = Literal["safe", "keyed", "none"]
"""Idempotency of an undocumented request: without an effect (`safe`), recognized by the
server when it is retried (`keyed`), or neither."""

_METHOD: Final = re.compile(r"[A-Z]+")
_REFUSED: Final = frozenset({"CONNECT", "TRACE"})
_PATH: Final = re.compile(r"/(?!/)(?:%[0-9A-Fa-f]{2}|[^%?#\\\s\x00-\x1f\x7f])*")
_ANY: Final = encoder_for(Any)


class UndocumentedEndpoint(Endpoint[Any]):
    """An endpoint that the spec lacks; `request` returns calls of it."""

    in_spec = False

    def __init__(
        self,
        method: str,
        path: str,
        *,
        body: Body | None = None,
        idempotency: Idempotency = "none",
        verified: bool = True,
    ) -> None:
        super().__init__(
            f"{method} {path}",
            method,
            path,
            body=body,
            idempotency=idempotency,
            verified=verified,
        )

    def request(
        self, variables: Mapping[str, Any], query: Mapping[str, Any], body: object
    ) -> Call[Any]:
        """Return a call with these arguments; raise `EncodeError`."""
        checked = loaded = None
        if self.body is not None:
            kind = self.body.chosen(None)
            loaded = kind.load_files(body)
            checked = kind.check(loaded)
        draft = RequestDraft(self._fill(variables), tuple(_query(query)), {}, checked)
        return Call(self, None, loaded, draft)

    def _fill(self, variables: Mapping[str, Any]) -> str:
        names = self._path.variables
        if missing := [name for name in names if name not in variables]:
            raise _at(EncodeError("is missing"), missing[0], "variables")
        if unknown := [name for name in variables if name not in names]:
            raise EncodeError(f"variables: the path has no {{{unknown[0]}}}")
        texts: dict[str, str] = {}
        for name, value in variables.items():
            try:
                texts[name] = _text(value)
            except EncodeError as error:
                raise _at(error, name, "variables") from None
        try:
            return self._path.fill(texts)
        except NotASegment as error:
            raise _at(error, error.variable, "variables") from None


class _Bytes(Body):
    """Bytes of one media type; `binary` would copy the upload of files to all clients."""

    def __init__(self, media: str) -> None:
        self._media = media

    @property
    def media_types(self) -> tuple[str, ...]:
        return (self._media,)

    def check(self, value: Any) -> object:
        return value

    def encode(self, checked: Any, encrypt: Encrypt) -> Encoded:
        return Encoded(self._media, checked)


def undocumented_call(
    method: str,
    path: str,
    variables: Mapping[str, Any] | None,
    query: Mapping[str, Any] | None,
    body: object,
    headers: Mapping[str, str] | None,
    idempotency: Repeatable | None,
    verified: bool,
) -> tuple[Call[Any], Mapping[str, str]]:
    """Return a call for a request that the spec lacks, and its headers.

    Raise `InvalidRequest`.
    """
    _check_route(method, path)
    if idempotency not in (None, "safe", "keyed", "none"):
        text = 'expected "safe", "keyed" or "none"'
        raise InvalidRequest(text, field="idempotency")
    for name, value in {"variables": variables, "query": query}.items():
        untyped: Any = value
        if not isinstance(untyped, Mapping | None):
            raise InvalidRequest("expected a mapping of names to values", field=name)
    try:
        added = {} if headers is None else check_added(headers, OF_CONTENT)
    except ValueError as error:
        raise InvalidRequest(str(error), field="headers") from None
    if body is None and not OF_CONTENT.isdisjoint(map(str.lower, added)):
        text = "a request without a body has no Content-Type and no Content-Encoding"
        raise InvalidRequest(text, field="headers")
    media = _pop(added, "content-type")
    declared: Idempotency = Keyed() if idempotency == "keyed" else idempotency or "none"
    if idempotency is None and method in ("GET", "HEAD"):
        declared = "safe"
    endpoint = UndocumentedEndpoint(
        method,
        path,
        body=None if body is None else _body_of(body, media),
        idempotency=declared,
        verified=verified,
    )
    try:
        return endpoint.request(variables or {}, query or {}, body), added
    except EncodeError as error:
        invalid = InvalidRequest(error.problem, field=error.field())
    invalid.endpoint = endpoint.name
    del variables, query, body, headers, added  # the traceback would show them
    raise invalid


def _check_route(method: Any, path: Any) -> None:
    """Raise `InvalidRequest` unless these are a method and a path."""
    if not isinstance(method, str) or not _METHOD.fullmatch(method):
        text = "expected a method in capital letters, such as GET"
        raise InvalidRequest(text, field="method")
    if method in _REFUSED:
        raise InvalidRequest(f"{method} is not supported", field="method")
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        text = (
            "expected a path such as /v3/orders/{order_id}, without host and query; pass"
            " values in variables= and query="
        )
        raise InvalidRequest(text, field="path")
    if not {".", ".."}.isdisjoint(map(unquote, path.split("/"))):
        raise InvalidRequest("must not have segments `.` and `..`", field="path")


def _body_of(value: object, media: str | None) -> Body:
    if isinstance(value, bytes):
        return _Bytes(media or "application/octet-stream")
    return Json(Any, "body", media or "application/json")


def _pop(headers: dict[str, str], name: str) -> str | None:
    """Remove a header, whose name is in lower case, and return its value."""
    for key in headers:
        if key.lower() == name:
            return headers.pop(key)
    return None


def _query(query: Mapping[Any, Any]) -> list[tuple[str, tuple[object, ...]]]:
    """Return the query parameters; None sends nothing, and a list repeats the name."""
    pairs: list[tuple[str, tuple[object, ...]]] = []
    for name, value in query.items():
        if not isinstance(name, str):
            raise EncodeError("query: expected names that are strings")
        if value is None:
            continue
        try:
            encoded = _ANY.encode(value)
            for item in encoded if is_list(encoded) else [encoded]:
                _require_single(item)
            pairs += query_parameters(_text(name), encoded, "repeat")
        except EncodeError as error:
            raise _at(error, name, "query") from None
    return pairs


def _text(value: object) -> str:
    encoded = _ANY.encode(value)
    _require_single(encoded)
    return to_text(encoded, str)


def _require_single(value: object) -> None:
    if value is None or is_list(value) or is_object(value):
        raise wrong_type("a string, a number or a boolean", value)


def _at(error: EncodeError, *keys: str) -> EncodeError:
    error.keys += keys
    return error
