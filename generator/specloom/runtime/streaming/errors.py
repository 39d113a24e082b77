"""Exceptions of streams."""

from __future__ import annotations

from typing import Any

from ..errors import ProtocolError
from ..public_names import public


@public("errors")
class StreamBroken(ProtocolError):
    """A stream broke off, was silent for too long, or has an invalid value.

    `content` is the invalid value, as received. The client opens the stream again only
    if it has delivered no value and the request may be retried.
    """

    retry = "same"

    delivered: int = 0
    """Number of values that the stream delivered before it broke."""

    def __init__(
        self, message: str = "", *, delivered: int = 0, **attributes: Any
    ) -> None:
        super().__init__(message, **attributes)
        self.delivered = delivered
