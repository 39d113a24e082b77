"""Responses: decoding into a typed value, or an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from logging import getLogger
from typing import Any, TypeVar

from .auth.base import Scheme
from .calls import Endpoint
from .codec import InvalidJson, codec, decode, parse
from .endpoint_metadata import (
    Accepts,
    ErrorCode,
    RawContent,
    Response,
    first_status,
    is_streamed,
    is_success,
    matching_errors,
    status_outcome,
    status_range,
)
from .error_shape import ErrorShape
from .errors import ApiError, Outcome, ProtocolError, Retry
from .http_messages import RawResponse
from .mismatches import Mismatch, summarize
from .settings import Settings

T = TypeVar("T")
_RETRY: Mapping[int, Retry] = {
    429: "later",
    500: "same",
    502: "same",
    503: "same",
    504: "same",
}
"""When a retry can succeed after an undocumented error."""


def decode_response(
    endpoint: Endpoint[T],
    response: RawResponse,
    scheme: Scheme,
    settings: Settings,
    accept: str | None = None,
) -> Response[T]:
    """Decode a response; raise `ApiError` or `ProtocolError`.

    `accept` is the Accept header of the request.
    """
    documented = endpoint.documented(response.status) is not None
    is_error = not documented and response.status >= 400
    shape = settings.service.error_shape_of(endpoint)
    if is_error or (response.successful and _success(response, shape) is False):
        raise api_error(endpoint, response, scheme, settings)
    if not documented and not response.successful:
        # Mostly 3xx: a request signed for one host must not be sent to another.
        raise ProtocolError(
            f"undocumented status {response.status}; redirects are not followed",
            **_parts(response),
        )
    value: T = (
        _value(endpoint, response, scheme, settings, accept)
        if endpoint.in_spec
        else _undocumented_value(response)
    )
    request_id = scheme.request_id(response, "")
    return Response(
        value, response.status, response.headers, request_id, response.content
    )


def _success(response: RawResponse, shape: ErrorShape) -> bool | None:
    """Return whether a response with status 2xx is a success; None without a code."""
    try:
        return shape.succeeded(response.content)
    except InvalidJson as error:
        raise _undecodable(response, error) from error


def _hides_code(mismatch: Mismatch, response: RawResponse, shape: ErrorShape) -> bool:
    """Return whether the mismatch is the reason that a documented code is missing.

    Without the code a response may be an error.
    """
    if not response.successful or not shape.contains_code(mismatch.keys):
        return False
    return _success(response, shape) is None


def _undecodable(response: RawResponse, reason: object) -> ProtocolError:
    return ProtocolError(
        f"the response is not the documented JSON: {reason}", **_parts(response)
    )


def _parts(response: RawResponse) -> dict[str, Any]:
    return {
        "status": response.status,
        "content": response.content,
        "headers": response.headers,
    }


# --- values ---------------------------------------------------------------------------


def _value(
    endpoint: Endpoint[Any],
    response: RawResponse,
    scheme: Scheme,
    settings: Settings,
    accept: str | None,
) -> Any:
    kinds, status = endpoint.responses, endpoint.documented(response.status)
    problems: list[object] = []
    if status is None:
        # 200 for 201, or 204 for 202: use the type of the first documented success.
        status = next((known for known in kinds if is_success(known)), 0)
        problems.append(f"undocumented status {response.status}")
    kind = kinds.get(status)
    if isinstance(kind, Accepts):
        kind, unrequested = _chosen(kind, response, accept)
        problems += unrequested
    value: Any = None
    try:
        if isinstance(kind, RawContent):
            value, differences = _raw(kind, response)
            problems += differences
        elif is_streamed(kind):
            media = response.headers.get("Content-Type", "no media type")
            text = f"the response is not a stream: expected {kind.accept}, got {media}"
            raise ProtocolError(text, **_parts(response))
        elif kind is not None:
            value, mismatches = codec(kind).decode(response.content, scheme.decrypt)
            shape = settings.service.error_shape_of(endpoint)
            for mismatch in mismatches:
                if _is_whole(mismatch) or (
                    isinstance(mismatch, Mismatch)
                    and _hides_code(mismatch, response, shape)
                ):
                    raise _undecodable(response, mismatch)
            problems += mismatches
        elif problems and response.content:
            decode(response.content)  # an HTML page of a gateway is not a success
    except InvalidJson as error:
        raise _undecodable(response, error) from error
    if problems:
        report_mismatches(endpoint, response, problems, settings)
    return value


def _undocumented_value(response: RawResponse) -> Any:
    """Return the JSON value of a response, None without a body, else its bytes.

    Without a media type, or as plain text, only an object or a list is JSON.
    """
    content = response.content
    media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not content:
        return None
    if media.endswith(("/json", "+json")):
        try:
            return parse(content)
        except InvalidJson as error:
            text = f"the response is not JSON: {error}"
            raise ProtocolError(text, **_parts(response)) from error
    if media in ("", "text/plain") and content.lstrip()[:1] in (b"{", b"["):
        with suppress(InvalidJson):
            return parse(content)
    return content


def _chosen(
    kind: Accepts, response: RawResponse, accept: str | None
) -> tuple[Any, list[str]]:
    try:
        return kind.choose(response.headers.get("Content-Type"), accept)
    except ValueError as error:
        text = f"the response is not documented: {error}"
    raise ProtocolError(text, **_parts(response))


def _raw(kind: RawContent, response: RawResponse) -> tuple[Any, list[str]]:
    try:
        return kind.decode(response)
    except ValueError as error:
        text = f"the response is not the documented text: {error}"
    raise ProtocolError(text, **_parts(response))


def report_mismatches(
    endpoint: Endpoint[Any],
    response: RawResponse,
    problems: Sequence[object],
    settings: Settings,
) -> None:
    """Log the mismatches of a response, or raise `ProtocolError` with `strict`."""
    summary = summarize(problems)
    if settings.strict:
        raise ProtocolError(
            f"the response does not match the documentation: {summary}",
            outcome="done",
            **_parts(response),
        )
    logger = getLogger(settings.service.name)
    logger.warning(
        "%s: the response does not match the documentation: %s", endpoint.name, summary
    )


# --- errors ---------------------------------------------------------------------------


def api_error(
    endpoint: Endpoint[Any], response: RawResponse, scheme: Scheme, settings: Settings
) -> ApiError:
    """Return the documented error for a response."""
    shape = settings.service.error_shape_of(endpoint)
    codes, message, detail = shape.parts(response.content)
    code = codes[0] if codes else None
    rows = matching_errors(
        [*endpoint.errors, *settings.service.errors], response.status, codes
    )
    row = rows[0] if rows else None
    kind = None if row is None else row.error
    if row is None or row.is_general or row.code not in (None, code):
        kind = _class_of_code(settings, response.status, code) or kind
    retry, outcome = (None, None) if row is None else (row.retry, row.outcome)
    error = (kind or ApiError)(
        message or _without_message(response),
        outcome=outcome or _outcome(endpoint, response, row, settings),
        retry=retry or _RETRY.get(response.status, "never"),
        code=code,
        detail=detail,
        request_id=scheme.request_id(response, message),
        reasons=tuple(row.reason for row in rows if row.reason or row.remedy),
        remedies=tuple(row.remedy for row in rows if row.reason or row.remedy),
        **_parts(response),
    )
    body = next((row.body for row in rows if row.body is not None), None)
    if body is not None and row is not None and row.error is kind:
        # If it is not such JSON, `content` has all of it.
        with suppress(InvalidJson):
            value, mismatches = codec(body).decode(response.content, scheme.decrypt)
            if not any(_is_whole(mismatch) for mismatch in mismatches):
                error.body = value
    return error


def _outcome(
    endpoint: Endpoint[Any],
    response: RawResponse,
    row: ErrorCode | None,
    settings: Settings,
) -> Outcome:
    """Return the outcome of a request that failed, unless its row has one.

    An undocumented code with a success status may mean anything, also that the server
    does not know the outcome itself.
    """
    is_known = row is not None and not row.is_general
    if response.successful and not is_known and endpoint.idempotency != "safe":
        return "unknown"
    unprocessed = settings.service.unprocessed_of(endpoint)
    return status_outcome(_status_of(response, row), unprocessed)


def _status_of(response: RawResponse, row: ErrorCode | None) -> int:
    """Return the status of an error: the documented one, if the response has a success
    status, such as that of a stream with an error."""
    if row is None or not is_success(response.status):
        return response.status
    return first_status(row.status) or response.status


def _is_whole(mismatch: object) -> bool:
    """Return whether the whole body has another type than documented."""
    return isinstance(mismatch, Mismatch) and mismatch.path is None


def _class_of_code(
    settings: Settings, status: int, code: str | None
) -> type[ApiError] | None:
    """Return the class of a code that other endpoints document, or None."""
    classes, key = settings.service.classes, code or ""
    statuses = (status, status_range(status), None)
    return next((classes[at, key] for at in statuses if (at, key) in classes), None)


def _without_message(response: RawResponse) -> str:
    media = response.headers.get("Content-Type", "no media type")
    return f"no message from the server ({media}, {len(response.content)} bytes)"
