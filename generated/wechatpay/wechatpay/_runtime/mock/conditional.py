"""Conditional requests (RFC 9110, 13): endpoints that document 304 send an ETag."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from ..calls import Endpoint
from . import IncomingRequest, MockResponse


def conditional(
    endpoint: Endpoint[Any] | None, incoming: IncomingRequest, response: MockResponse
) -> MockResponse:
    """Return the response, or 304 if the request has its ETag."""
    if endpoint is None or 304 not in endpoint.responses or response.status != 200:
        return response
    headers = {name.lower(): value for name, value in response.headers}
    tag = headers.get("etag")
    if tag is None:
        tag = f'"{sha256(response.body).hexdigest()[:16]}"'
        response = response.with_headers(("ETag", tag))
    known = ",".join(incoming.headers.get_all("If-None-Match")).split(",")
    if _bare(tag) in map(_bare, known) or "*" in map(_bare, known):
        return MockResponse(304, headers=(("ETag", tag),))
    return response


def _bare(tag: str) -> str:
    """Return an ETag for the weak comparison of GET requests."""
    return tag.strip().removeprefix("W/")
