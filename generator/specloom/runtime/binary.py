"""Binary request bodies."""

from __future__ import annotations

from typing import Any

from .bodies import Body, Encoded, Encrypt
from .encode_errors import EncodeError
from .uploads import joined, limit, load


class Binary(Body):
    """Binary body of one media type; lengths are in bytes."""

    def __init__(
        self, media: str, min_length: int | None = None, max_length: int | None = None
    ) -> None:
        self.media = media
        self.min_length = min_length
        self.max_length = max_length

    @property
    def media_types(self) -> tuple[str, ...]:
        return (self.media,)

    def load_files(self, value: Any) -> object:
        try:
            return load(value)
        except EncodeError as error:
            error.keys.append("content")
            raise

    def check(self, value: Any) -> object:
        try:
            return limit(value, self.min_length, self.max_length)
        except EncodeError as error:
            error.keys.append("content")
            raise

    def encode(self, checked: Any, encrypt: Encrypt) -> Encoded:
        return Encoded(checked.media or self.media, joined([checked.segment]))
