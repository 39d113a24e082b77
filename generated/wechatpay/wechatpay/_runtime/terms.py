"""What an endpoint documents: its errors, what a repetition does, what it answers."""

from __future__ import annotations

from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

from msgspec import Struct

from .errors import ApiError, Outcome, Retry
from .headers import Headers

T = TypeVar("T")


class _Raw:
    def __repr__(self) -> str:
        return "RAW"


RAW: Final = _Raw()
"""As an answer's type: its bytes as they come."""


class ErrorCode(Struct, frozen=True):
    """A documented error: which status and code it has (None: any), and its class.

    `retry` says what a repetition may hope for, and `later` also that the server has done
    nothing yet, so that any request may be repeated.
    """

    status: int | None
    code: str | None
    error: type[ApiError]
    reason: str = ""
    remedy: str = ""
    retry: Retry = "never"
    outcome: Outcome = "rejected"
    body: Any = None


class Keyed:
    """The server recognises a repeated request by these fields, so it does no harm.

    `ask` names the endpoint that tells what became of one.
    """

    def __init__(self, *fields: str, ask: str | None = None) -> None:
        self.fields = fields
        self.ask = ask


Idempotency: TypeAlias = Literal["safe", "none"] | Keyed
"""What a repeated request does: nothing (`safe`), its effect again (`none`), or nothing
more because the server recognises it (`Keyed`)."""


class Response(Struct, Generic[T], frozen=True):
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
