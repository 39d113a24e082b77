"""What an answer means: a value, or an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from logging import getLogger
from typing import Any, TypeVar

from .auth.base import Scheme
from .calls import Endpoint
from .codec import Unreadable, codec, decode
from .endpoint_metadata import BinaryContent, ErrorCode, Response, status_outcome
from .error_shape import ErrorShape
from .errors import ApiError, ProtocolError, Retry
from .http_messages import Reply
from .mismatches import Mismatch, told
from .settings import Settings

T = TypeVar("T")
_RETRY: Mapping[int, Retry] = {
    429: "later",
    500: "same",
    502: "same",
    503: "same",
    504: "same",
}
"""What a repetition may hope for after an error that is not documented."""


def respond(
    endpoint: Endpoint[T], reply: Reply, scheme: Scheme, settings: Settings
) -> Response[T]:
    """The response that this answer is.

    Fails with `ApiError` or `ProtocolError`.
    """
    documented = reply.status in endpoint.responses
    refused = not documented and reply.status >= 400
    shape = settings.service.error_shape_of(endpoint)
    if refused or (reply.successful and _success(reply, shape) is False):
        raise refusal(endpoint, reply, scheme, settings)
    if not documented and not reply.successful:
        # Above all 3xx: what is signed for one place must not be sent to another.
        raise ProtocolError(
            f"status {reply.status} is no documented answer; redirections are not followed",
            **_parts(reply),
        )
    value: T = _value(endpoint, reply, scheme, settings)
    request_id = scheme.request_id(reply, "")
    return Response(value, reply.status, reply.headers, request_id, reply.content)


def _success(reply: Reply, shape: ErrorShape) -> bool | None:
    """Whether a response of status 2xx is a success; None if it has no code."""
    try:
        return shape.succeeded(reply.content)
    except Unreadable as error:
        raise _unreadable(reply, error) from error


def _hides_code(misfit: Mismatch, reply: Reply, shape: ErrorShape) -> bool:
    """Whether this is why nobody knows if the response is a success: its code is not
    there, although it is documented as always there."""
    if not reply.successful or not shape.leads_through(misfit.keys):
        return False
    return _success(reply, shape) is None


def _unreadable(reply: Reply, what: object) -> ProtocolError:
    return ProtocolError(
        f"the answer is not the documented JSON: {what}", **_parts(reply)
    )


def _parts(reply: Reply) -> dict[str, Any]:
    return {
        "status": reply.status,
        "content": reply.content,
        "headers": reply.headers,
    }


# --- values ---------------------------------------------------------------------------


def _value(
    endpoint: Endpoint[Any], reply: Reply, scheme: Scheme, settings: Settings
) -> Any:
    kinds, status = endpoint.responses, reply.status
    problems: list[object] = []
    if status not in kinds:
        # 200 for 201, 204 for 202: the first documented success has the type.
        status = next((one for one in kinds if 200 <= one < 300), 0)
        problems.append(f"status {reply.status} is not documented")
    kind = kinds.get(status)
    value: Any = None
    try:
        if isinstance(kind, BinaryContent):
            value = reply.content
            problems += kind.mismatches(reply)
        elif kind is not None:
            value, misfits = codec(kind).read(reply.content, scheme.unseal)
            shape = settings.service.error_shape_of(endpoint)
            for one in misfits:
                if isinstance(one, Mismatch) and (
                    one.place is None or _hides_code(one, reply, shape)
                ):
                    raise _unreadable(reply, one)
            problems += misfits
        elif problems and reply.content:
            decode(reply.content)  # some page of some gateway is no success
    except Unreadable as error:
        raise _unreadable(reply, error) from error
    if problems:
        _tell(endpoint, reply, problems, settings)
    return value


def _tell(
    endpoint: Endpoint[Any],
    reply: Reply,
    problems: Sequence[object],
    settings: Settings,
) -> None:
    shown = told(problems)
    if settings.strict:
        raise ProtocolError(
            f"the answer is not as documented: {shown}", outcome="done", **_parts(reply)
        )
    logger = getLogger(settings.service.name)
    logger.warning("%s: the answer is not as documented: %s", endpoint.name, shown)


# --- errors ---------------------------------------------------------------------------


def refusal(
    endpoint: Endpoint[Any], reply: Reply, scheme: Scheme, settings: Settings
) -> ApiError:
    """The error that this answer is, as documented."""
    shape = settings.service.error_shape_of(endpoint)
    code, message, detail = shape.parts(reply.content)
    rows = _matching([*endpoint.errors, *settings.service.errors], reply.status, code)
    outcome = rows[0].outcome if rows else None
    unprocessed = settings.service.unprocessed_of(endpoint)
    error = (rows[0].error if rows else _class(settings, reply.status, code))(
        message or _without_message(reply),
        outcome=outcome or status_outcome(reply.status, unprocessed),
        retry=rows[0].retry if rows else _RETRY.get(reply.status, "never"),
        code=code,
        detail=detail,
        request_id=scheme.request_id(reply, message),
        reasons=tuple(row.reason for row in rows if row.reason or row.remedy),
        remedies=tuple(row.remedy for row in rows if row.reason or row.remedy),
        **_parts(reply),
    )
    body = next((row.body for row in rows if row.body is not None), None)
    if body is not None:
        # If it is not JSON, there was no code or message either; `content` has all.
        with suppress(Unreadable):
            error.body, _ = codec(body).read(reply.content, scheme.unseal)
    return error


def _matching(
    rows: Iterable[ErrorCode], status: int, code: str | None
) -> list[ErrorCode]:
    """The rows for this error, the most specific kind of row that there is one of."""
    kinds = ((status, code), (None, code), (status, None))
    for kind in kinds if code is not None else kinds[2:]:
        found = [row for row in rows if (row.status, row.code) == kind]
        if found:
            return [row for row in found if row.error is found[0].error]
    return []


def _class(settings: Settings, status: int, code: str | None) -> type[ApiError]:
    """Of an error that is not documented for this endpoint."""
    known = settings.service.classes
    found = known.get((status, code or "")) or known.get((None, code or ""))
    return found or ApiError


def _without_message(reply: Reply) -> str:
    media = reply.headers.get("Content-Type", "no media type")
    return f"the server gave no message ({media}, {len(reply.content)} bytes)"
