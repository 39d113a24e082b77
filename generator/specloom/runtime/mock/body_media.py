"""Media types of request bodies, by which endpoints with one route differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from ..bodies import BodySource
from ..calls import Endpoint
from ..field_info import field_types, split_annotated
from ..headers import is_json, is_media_of


def is_expected(endpoint: Endpoint[Any], media: str | None) -> bool:
    """Return whether the body of an endpoint has this media type; all JSON is equal."""
    if media is None or endpoint.body is None:
        return (media is None) == (endpoint.body is None)
    expected = tuple(_documented(endpoint, endpoint.body))
    return is_media_of(media, expected) or (
        is_json(media) and any(map(is_json, expected))
    )


def _documented(endpoint: Endpoint[Any], body: BodySource) -> Iterator[str]:
    """Yield the media types of a body: those of the argument that chooses one, or its own."""
    for parameter in endpoint.parameters["header"]:
        if parameter.wire.lower() == "content-type" and endpoint.arguments is not None:
            choice, _ = split_annotated(
                field_types(endpoint.arguments)[parameter.argument]
            )
            yield from _texts(choice)
    yield from body.media_types


def _texts(choice: object) -> Iterator[str]:
    """Yield the texts of a `Literal`, or of one in a union."""
    for each in get_args(choice):
        if isinstance(each, str):
            yield each
        else:
            yield from _texts(each)
