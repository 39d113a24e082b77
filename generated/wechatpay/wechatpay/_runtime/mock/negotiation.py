"""Choice of a response's media type by the Accept header (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace as replace_response
from typing import Any

from msgspec.structs import replace

from ..calls import Endpoint
from ..endpoint_metadata import Accepts, RawContent
from ..headers import is_json, is_media_of
from . import DocumentedError, IncomingRequest, MockResponse


def offered(endpoint: Endpoint[Any]) -> tuple[str, ...]:
    """Return the media types among which a request chooses; empty without a choice."""
    kinds = (kind for kind in endpoint.responses.values() if isinstance(kind, Accepts))
    return tuple(dict.fromkeys(media for kind in kinds for media in kind.types))


def preferred(headers: Sequence[str], offers: Sequence[str]) -> str:
    """Return the media type that a request prefers; raise `DocumentedError` for none.

    Without a header, and among equals, it is the first one.
    """
    ranges = [_parsed(part) for part in ",".join(headers).split(",") if part.strip()]
    weights = [_weight(media, ranges) if ranges else 1.0 for media in offers]
    best = max(weights)
    if best <= 0:
        message = f"Accept: expected one of {', '.join(offers)}"
        raise DocumentedError(406, "NOT_ACCEPTABLE", message)
    return offers[weights.index(best)]


def asks_for_events(incoming: IncomingRequest) -> bool:
    """Return whether the Accept header names `text/event-stream`."""
    accept = incoming.headers.get("Accept") or ""
    return any(_parsed(part)[0] == "text/event-stream" for part in accept.split(","))


def _parsed(part: str) -> tuple[str, float]:
    """Return the media range and the weight of an entry of the header."""
    media, *parameters = (each.strip().lower() for each in part.split(";"))
    weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return media, float(weight)
    except ValueError:
        return media, 0.0


def _weight(media: str, ranges: Iterable[tuple[str, float]]) -> float:
    """Return the weight of a media type: that of the most specific range."""
    matching = [
        (len(pattern) * (pattern != "*/*"), weight)
        for pattern, weight in ranges
        if pattern == "*/*" or is_media_of(media, (pattern,))
    ]
    return max(matching, default=(0, 0.0))[1]


def for_media(endpoint: Endpoint[Any], media: str) -> Endpoint[Any]:
    """Return the endpoint with responses of one media type only."""
    chosen: Endpoint[Any] = object.__new__(type(endpoint))
    vars(chosen).update(vars(endpoint))  # `copy` returns the endpoint itself
    chosen.responses = {
        status: _type_of(kind, media) if isinstance(kind, Accepts) else kind
        for status, kind in endpoint.responses.items()
    }
    return chosen


def _type_of(kind: Accepts, media: str) -> Any:
    chosen = kind.types.get(media, next(iter(kind.types.values())))
    return replace(chosen, media=(media,)) if isinstance(chosen, RawContent) else chosen


def with_media(response: MockResponse, media: str) -> MockResponse:
    """Return a JSON response with the media type of the request, if that is JSON."""
    headers = tuple(
        (name, media if name == "Content-Type" and is_json(value) else value)
        for name, value in response.headers
    )
    is_success = response.status < 300 and is_json(media)
    return replace_response(response, headers=headers) if is_success else response
