"""Text bodies: responses are decoded by their charset, requests are sent as UTF-8."""

from __future__ import annotations

import re
from typing import Any, Final

from .bodies import Encoded, Encrypt, RawBody
from .encode_errors import EncodeError, wrong_type
from .endpoint_metadata import RawContent
from .http_messages import RawResponse
from .scalars import is_encodable

_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([\w.:+-]+)", re.ASCII | re.I)
_BYTES_PER_CHARACTER: Final = 4
_NO_CHARSETS: Final = frozenset(
    {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"}
)
"""Codecs of Python that are not charsets; some are slow on purpose-made input."""


class TextContent(RawContent, frozen=True):
    """Text, as the type of a response; lengths are in characters.

    The charset is that of its media type, or else UTF-8.
    """

    def decode(self, response: RawResponse) -> tuple[str, list[str]]:
        """Return the text, and its mismatches; raise ValueError if it is no text."""
        text = decode_text(response.content, response.headers.get("Content-Type"))
        mismatches = self.length_mismatches(len(text), "characters")
        return text, [*mismatches, *self.media_mismatches(response)]

    @property
    def max_bytes(self) -> int:
        """Maximum size in bytes, if it is limited, else 0."""
        return (self.max_length or 0) * _BYTES_PER_CHARACTER

    # --- for mocks ------------------------------------------------------------------

    @property
    def sent_media(self) -> str | None:
        """Media type of a mock's response."""
        return f"{super().sent_media or 'text/plain'}; charset=utf-8"

    def encode(self, value: object) -> bytes | None:
        """Return the bytes of a text; None if the value is something else."""
        return value.encode() if isinstance(value, str) else super().encode(value)

    def sample(self) -> bytes:
        """Return a text of the minimum length, or `text`."""
        return b"text"[: self.max_length] + b"t" * (self.min_length - 4)


TEXT: Final = TextContent()
"""Text of any length and media type."""


class Text(RawBody):
    """Text body of one media type, sent as UTF-8; lengths are in characters."""

    def __init__(
        self,
        media: str = "text/plain",
        min_length: int | None = None,
        max_length: int | None = None,
    ) -> None:
        self.media = media
        self.min_length = min_length
        self.max_length = max_length

    @property
    def media_types(self) -> tuple[str, ...]:
        return (self.media,)

    def check(self, value: Any) -> object:
        error: EncodeError | None = None
        if not isinstance(value, str):
            error = wrong_type("str", value)
        elif not is_encodable(value):
            error = EncodeError("must not contain a lone surrogate")
        elif problem := self._problem(value):
            error = EncodeError(problem)
        if error is not None:
            error.keys.append("body")
            raise error
        return value

    def _problem(self, text: str) -> str:
        if self.min_length is not None and len(text) < self.min_length:
            return f"must have at least {self.min_length} characters"
        if self.max_length is not None and len(text) > self.max_length:
            return f"must have at most {self.max_length} characters"
        return ""

    def encode(self, checked: Any, encrypt: Encrypt) -> Encoded:
        return Encoded(f"{self.media}; charset=utf-8", checked.encode())

    def receive(self, content: bytes, media: str | None) -> object:
        text = decode_text(content, media)
        if problem := self._problem(text):
            raise ValueError(problem)
        return text


def decode_text(content: bytes, media: str | None) -> str:
    """Decode a text by the charset of its media type, or else as UTF-8.

    A byte order mark is not part of the text. Raise ValueError for an unknown charset,
    and for bytes that are invalid in it.
    """
    named = _CHARSET.search(media or "")
    charset = named[1].lower() if named else "utf-8"
    codec = charset.replace("-", "_")
    if codec in _NO_CHARSETS:
        raise ValueError(f"unknown charset {charset}")
    try:
        return content.decode("utf-8-sig" if codec in ("utf_8", "utf8") else codec)
    except LookupError:
        raise ValueError(f"unknown charset {charset}") from None
    except UnicodeDecodeError as error:
        # The error itself has all of the bytes.
        raise ValueError(f"byte {error.start} is invalid in {charset}") from None
    except (UnicodeError, RecursionError, OverflowError):
        raise ValueError(f"invalid in {charset}") from None
