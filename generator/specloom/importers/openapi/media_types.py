"""Kinds of media types."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["JSON", "events", "lines", "form", "multipart", "text", "binary"]
JSON_TYPE = "application/json"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9*][a-z0-9!#$&^_.+-]*")
_LINES = {
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
    "application/stream+json",
    "application/x-json-stream",
    "application/json-lines",
}


def kind_of(media: str) -> Kind:
    """Return the kind of a media type."""
    name = media.split(";")[0].strip().lower()
    if name in _LINES:
        return "lines"
    if (
        name in {JSON_TYPE, "text/json", "*/*", "application/*", ""}
        or name.endswith("+json")
        or re.fullmatch(r"application/[\w.]*json", name)
    ):
        return "JSON"
    if name == "text/event-stream":
        return "events"
    if name == "application/x-www-form-urlencoded":
        return "form"
    if name.startswith("multipart/"):
        return "multipart"
    is_text = name.startswith("text/") or name.endswith(
        ("/xml", "+xml", "/yaml", "/x-yaml", "/javascript", "+yaml", "/graphql")
    )
    return "text" if is_text and name != "text/*" and not name.startswith("image/") else "binary"


def media_name(media: str) -> str | None:
    """Return a media type without parameters, in lower case; None if it is invalid."""
    name = media.split(";")[0].strip().lower()
    return name if _MEDIA_TYPE.fullmatch(name) and name != "*/*" else None
