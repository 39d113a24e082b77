"""What an endpoint documents: its errors, what a repetition does, what it answers."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

from msgspec import Struct

from .confidential import Confidential
from .errors import ApiError, Outcome, Retry
from .headers import Headers, is_media_of
from .http_messages import RawResponse
from .public_names import public

T = TypeVar("T")


class BinaryContent(Struct, frozen=True):
    """As the type of a response: its bytes as they come.

    `media` has the documented media types, none for any; lengths are in bytes.
    """

    media: tuple[str, ...] = ()
    min_length: int = 0
    max_length: int | None = None

    def mismatches(self, response: RawResponse) -> list[str]:
        """Where a response differs from this; it quotes nothing but the media type."""
        found: list[str] = []
        size, media = len(response.content), response.headers.get("Content-Type")
        if size < self.min_length:
            found.append(f"expected at least {self.min_length} bytes, got {size}")
        if self.max_length is not None and size > self.max_length:
            found.append(f"expected at most {self.max_length} bytes, got {size}")
        if self.media and media is not None and not is_media_of(media, self.media):
            found.append(f"expected {' or '.join(self.media)}, got {media}")
        return found


BINARY: Final = BinaryContent()
"""Bytes of any size and media type."""


class ErrorCode(Struct, frozen=True):
    """A documented error: which status and code it has (None: any), and its class.

    `retry` says what a repetition may hope for. `outcome` says what became of the request;
    None leaves it to the status, see `status_outcome`.
    """

    status: int | None
    code: str | None
    error: type[ApiError]
    reason: str = ""
    remedy: str = ""
    retry: Retry = "never"
    outcome: Outcome | None = None
    body: Any = None


def status_outcome(status: int, unprocessed: Container[int]) -> Outcome:
    """The outcome of a request that gets this status, if its error says nothing else.

    After 408 and from 500 on it may have been executed: a server may break halfway, and a
    gateway does not know what was done behind it. `unprocessed` has the statuses of these
    that the provider documents as not processed.
    """
    unclear = status == 408 or status >= 500
    return "unknown" if unclear and status not in unprocessed else "rejected"


class Keyed:
    """The server recognises a repeated request by these fields, so it does no harm.

    That holds for a call in which each of them has a value; any other counts as `none`.

    `inquiry` names the endpoint that tells what became of one.
    """

    def __init__(self, *fields: str, inquiry: str | None = None) -> None:
        self.fields = fields
        self.inquiry = inquiry


Idempotency: TypeAlias = Literal["safe", "none"] | Keyed
"""What a repeated request does: nothing (`safe`), its effect again (`none`), or nothing
more because the server recognises it (`Keyed`)."""


@public()
class Response(Confidential, Generic[T], frozen=True):
    """An answer: the typed value, and what came around it."""

    value: T
    status: int
    headers: Headers
    request_id: str | None
    content: bytes
    """The body as it came, decompressed."""

    def __repr__(self) -> str:
        shown = f"value={self.value!r}, status={self.status}"
        return f"Response({shown}, request_id={self.request_id!r})"
