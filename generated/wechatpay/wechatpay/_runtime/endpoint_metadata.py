"""Metadata of endpoints: errors, idempotency and responses."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final, Generic, Literal, TypeAlias, TypeGuard, TypeVar

from msgspec import Struct

from .confidential import Confidential
from .effects import MEBIBYTE
from .errors import ApiError, Outcome, Retry
from .headers import Headers, is_json, is_media_of
from .http_messages import RawResponse
from .public_names import public

T = TypeVar("T")


class RawContent(Struct, frozen=True):
    """Content without JSON, as the type of a response.

    `media` has the documented media types, empty for any. Mismatches quote only the
    media type of a response.
    """

    media: tuple[str, ...] = ()
    min_length: int = 0
    max_length: int | None = None

    def decode(self, response: RawResponse) -> tuple[Any, list[str]]:
        """Return the value, and its mismatches; raise ValueError if it has none."""
        content = response.content
        return content, [
            *self.length_mismatches(len(content), "bytes"),
            *self.media_mismatches(response),
        ]

    def length_mismatches(self, length: int, unit: str) -> list[str]:
        """Return the mismatches of a length."""
        if length < self.min_length:
            return [f"expected at least {self.min_length} {unit}, got {length}"]
        if self.max_length is not None and length > self.max_length:
            return [f"expected at most {self.max_length} {unit}, got {length}"]
        return []

    def media_mismatches(self, response: RawResponse) -> list[str]:
        """Return the mismatches of the media type."""
        media = response.headers.get("Content-Type")
        if not self.media or media is None or is_media_of(media, self.media):
            return []
        return [f"expected {' or '.join(self.media)}, got {media}"]

    @property
    def max_bytes(self) -> int:
        """Maximum size in bytes, if it is limited, else 0."""
        return self.max_length or 0

    # --- for mocks --------------------------------------------------------------------

    @property
    def sent_media(self) -> str | None:
        """Media type of a mock's response, if it is documented."""
        return next((media for media in self.media if "*" not in media), None)

    def encode(self, value: object) -> bytes | None:
        """Return the bytes of a value; None if it has another type."""
        return value if isinstance(value, bytes) else None

    def sample(self) -> bytes:
        """Return a minimal content."""
        return bytes(min(self.min_length, MEBIBYTE))


class BinaryContent(RawContent, frozen=True):
    """Binary content, as the type of a response; lengths are in bytes."""

    hash: Any = None
    """The `FileHash` that verifies it, if any."""


_LINES: Final = "application/x-ndjson, application/json"

BINARY: Final = BinaryContent()
"""Binary content of any size and media type."""


class Streamed(Struct, Generic[T], frozen=True):
    """Values that a response streams, as the type of a response.

    `format` is `events` for server-sent events, `lines` for JSON lines. The event whose
    data is `end` ends the stream. The name of an event is the value of the field `name`
    of its object, unless the data has that field.
    """

    type: Any
    format: Literal["events", "lines"]
    end: str | None = None
    name: str | None = None

    @property
    def accept(self) -> str:
        """Value of the Accept header."""
        return "text/event-stream" if self.format == "events" else _LINES

    def matches(self, response: RawResponse) -> bool:
        """Return whether a response with these headers is a stream."""
        media = response.headers.get("Content-Type")
        if not response.successful or response.status in (204, 205):
            return False
        if self.format == "events":
            return media is not None and is_media_of(media, ("text/event-stream",))
        return media is None or not is_media_of(media, ("text/html",))


def is_streamed(kind: object) -> TypeGuard[Streamed[Any]]:
    """Return whether the type of a response is a stream."""
    return isinstance(kind, Streamed)


class Accepts:
    """Types of a response by media type, among which a request chooses."""

    def __init__(self, types: Mapping[str, Any]) -> None:
        self.types = types

    @property
    def max_bytes(self) -> int:
        """Maximum size in bytes of the largest limited content, else 0."""
        raw = (each for each in self.types.values() if isinstance(each, RawContent))
        return max((each.max_bytes for each in raw), default=0)

    def choose(self, media: str | None, accept: str | None) -> tuple[Any, list[str]]:
        """Return the type of a response with this media type, and its mismatches.

        `accept` is the media type that was requested. A response without a media type
        counts as requested, and any JSON counts as the documented one. Raise ValueError
        for an undocumented media type.
        """
        default = next(iter(self.types))
        requested = default if accept is None or accept not in self.types else accept
        if media is None or _is_like(media, requested):
            return self.types[requested], []
        exact = (each for each in self.types if is_media_of(media, (each,)))
        like = (each for each in self.types if _is_like(media, each))
        sent = next(exact, None) or next(like, None)
        if sent is None:
            raise ValueError(f"undocumented media type {media}")
        return self.types[sent], [f"expected {requested}, got {media}"]


def _is_like(media: str, documented: str) -> bool:
    """Return whether a media type is the documented one, or both are JSON."""
    return is_media_of(media, (documented,)) or (is_json(media) and is_json(documented))


class ErrorCode(Struct, frozen=True):
    """A documented error: its status, its code (None: any) and its exception class.

    The status may be a range (`4XX`, `5XX`), or `default` for errors that no other row
    has. `retry` and `outcome` are those of the request; None derives them from the
    status, see `status_outcome`.
    """

    status: int | str | None
    code: str | None
    error: type[ApiError]
    reason: str = ""
    remedy: str = ""
    retry: Retry | None = "never"
    outcome: Outcome | None = None
    body: Any = None

    @property
    def is_general(self) -> bool:
        """True for a row of several statuses with any code."""
        return self.code is None and isinstance(self.status, str)


def status_range(status: int) -> str:
    """Return the range of a status, such as `4XX` of 404."""
    return f"{status // 100}XX"


def first_status(documented: int | str | None) -> int:
    """Return a documented status, or the first of its range; 0 if it may be any."""
    if isinstance(documented, str):
        return {"2XX": 200, "4XX": 400, "5XX": 500}.get(documented, 0)
    return documented or 0


def is_success(documented: int | str) -> bool:
    """Return whether a documented status, or its range, is that of a success."""
    return 200 <= first_status(documented) < 300


def matching_errors(
    rows: Iterable[ErrorCode], status: int, codes: Sequence[str]
) -> list[ErrorCode]:
    """Return the documented errors that match, of the most specific kind; the first of
    several codes is the most specific.

    An error in a response with a success status, such as one within a stream, has its
    code only: the status that is documented for the code does not matter.
    """
    statuses = (status, status_range(status))
    kinds: list[tuple[int | str | None, str | None]] = []
    documented = tuple(rows)
    for code in codes:
        kinds += [(each, code) for each in (*statuses, None)]
        if is_success(status):
            kinds += [(row.status, code) for row in documented if row.code == code]
    kinds += [(each, None) for each in (*statuses, "default")]
    for kind in kinds:
        matching = [row for row in documented if (row.status, row.code) == kind]
        if matching:
            return [row for row in matching if row.error is matching[0].error]
    return []


def status_outcome(status: int, unprocessed: Container[int]) -> Outcome:
    """Return the outcome of a request whose response has this status.

    With 408, and from 500 on, it may have been executed: a server may fail halfway, and
    a gateway does not know what the server behind it did. `unprocessed` has the
    statuses that the provider documents as not processed.
    """
    unclear = status == 408 or status >= 500
    return "unknown" if unclear and status not in unprocessed else "rejected"


class Keyed:
    """Idempotency by key: the server recognizes a retried request by these fields.

    A call in which one of them has no value counts as `none`.
    """

    def __init__(self, *fields: str) -> None:
        self.fields = fields


Idempotency: TypeAlias = Literal["safe", "none"] | Keyed
"""Effect of a retry: none, as of the first request (`safe`); the same effect again
(`none`); or no further effect, because the server recognizes it (`Keyed`)."""


@public()
class Response(Confidential, Generic[T], frozen=True):
    """Response of an endpoint: the decoded value, with status, headers and body."""

    value: T
    status: int
    headers: Headers
    request_id: str | None
    content: bytes
    """Body, decompressed."""

    def __repr__(self) -> str:
        shown = f"value={self.value!r}, status={self.status}"
        return f"Response({shown}, request_id={self.request_id!r})"
