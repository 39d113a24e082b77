"""Exceptions of downloads."""

from __future__ import annotations

from typing import Any

from ..errors import ProtocolError, Retry
from ..public_names import public


@public("errors")
class DownloadBroken(ProtocolError):
    """A download broke off, was silent for too long, or cannot be stored."""

    retry: Retry = "same"

    delivered: int = 0
    """Number of bytes that arrived before."""
    total: int | None = None
    """Size of the file; None if the server did not send it."""

    def __init__(
        self,
        message: str = "",
        *,
        delivered: int = 0,
        total: int | None = None,
        **attributes: Any,
    ) -> None:
        super().__init__(message, **attributes)
        self.delivered = delivered
        self.total = total


@public("errors")
class HashMismatch(DownloadBroken):
    """The hash of a file is not the expected one; do not use the file."""

    retry = "never"
