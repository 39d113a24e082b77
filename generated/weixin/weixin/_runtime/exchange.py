"""One call, from its values to its answer, without any I/O of its own."""

from __future__ import annotations

from logging import DEBUG, getLogger
from typing import Any, TypeVar

from .actions import Send, Steps
from .answers import respond
from .auth.scheme import Scheme
from .calls import Call, Endpoint
from .errors import Error, TimeoutError
from .headers import merge
from .messages import Reply, Request
from .settings import Settings
from .terms import Response

T = TypeVar("T")


def exchange(call: Call[T], settings: Settings) -> Steps[Response[T]]:
    """Steps to the response to a call.

    Fails with one of the errors in `errors`, which then names the endpoint.
    """
    endpoint = call.endpoint
    until = settings.clock() + settings.deadline
    try:
        scheme = settings.scheme(endpoint)
        request = _request(call, scheme, settings)
        reply = yield from _attempt(request, endpoint, scheme, until, settings)
        return respond(endpoint, reply, scheme, settings)
    except Error as error:
        error.endpoint = endpoint.name
        error.ask = endpoint.ask
        raise


def _request(call: Call[Any], scheme: Scheme, settings: Settings) -> Request:
    """The request, encoded; all attempts send these bytes, each signed afresh."""
    host = settings.hosts_of(call.endpoint)[0]
    headers = merge(settings.headers, call.draft.headers, {"Host": host.authority})
    body = signed = b""
    if call.endpoint.body is not None:
        encoded = call.endpoint.body.encode(call.draft.body, scheme.seal)
        headers["Content-Type"] = encoded.media
        body, signed = encoded.content, encoded.signed
    if call.endpoint.body is not None or call.endpoint.method not in ("GET", "HEAD"):
        headers["Content-Length"] = str(len(body))
    target = call.draft.target(host.prefix, scheme.seal)
    return Request(call.endpoint.method, host, target, headers, body, signed)


def _attempt(
    request: Request,
    endpoint: Endpoint[Any],
    scheme: Scheme,
    until: float,
    settings: Settings,
) -> Steps[Reply]:
    signed = yield from scheme.authorize(request, until)
    start = settings.clock()
    if start >= until:
        raise TimeoutError(f"{settings.deadline:g} s were over before it was sent")
    logger = getLogger(settings.service.name)
    try:
        reply = yield from Send(signed, until)
    except Error as error:
        logger.debug("%s: %s", endpoint.name, error.message)
        raise
    if logger.isEnabledFor(DEBUG):
        # The path as documented: the real one, and the query, may hold secrets.
        logger.debug(
            "%s: %s %s%s -> %d in %.0f ms",
            endpoint.name,
            request.method,
            request.host.origin,
            endpoint.path,
            reply.status,
            (settings.clock() - start) * 1000,
        )
    return reply
