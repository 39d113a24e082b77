"""Media types of request bodies, by which endpoints with one route differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from ..calls import Endpoint
from ..field_info import field_types, split_annotated
from ..headers import is_json, is_media_of
from .routing import Match


def with_media(matches: Sequence[Match], media: str | None) -> Sequence[Match]:
    """Return the matches whose request body has this media type, or else is JSON like it.

    All of them if there is none.
    """
    documented = [
        (match, tuple(_documented(match.route.endpoint))) for match in matches
    ]
    exact = [
        match
        for match, expected in documented
        if (is_media_of(media, expected) if media is not None else not expected)
    ]
    similar = [
        match
        for match, expected in documented
        if media is not None and is_json(media) and any(map(is_json, expected))
    ]
    return exact or similar or matches


def _documented(endpoint: Endpoint[Any] | None) -> Iterator[str]:
    """Yield the media types of a body: those of the argument that chooses one, and its own."""
    if endpoint is None or endpoint.body is None:
        return
    for parameter in endpoint.parameters["header"]:
        if parameter.wire.lower() == "content-type" and endpoint.arguments is not None:
            choice, _ = split_annotated(
                field_types(endpoint.arguments)[parameter.argument]
            )
            yield from _texts(choice)
    yield from endpoint.body.media_types


def _texts(choice: object) -> Iterator[str]:
    """Yield the texts of a `Literal`, or of one in a union."""
    for each in get_args(choice):
        if isinstance(each, str):
            yield each
        else:
            yield from _texts(each)
