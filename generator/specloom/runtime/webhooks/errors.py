"""Errors of rejected deliveries.

    EventError
    ├── OversizedEvent       larger than the limit
    ├── ForgedEvent          signature missing or wrong
    ├── StaleEvent           signed too long ago, or in the future
    ├── ReplayedEvent        received before, byte for byte
    ├── UndecryptableEvent   payload cannot be decrypted
    └── MalformedEvent       verified, but not as documented

All but the last two are raised before the body is parsed.
"""

from __future__ import annotations

from typing import ClassVar

from ..errors import Error
from ..public_names import public


@public("errors")
class EventError(Error):
    """Rejected delivery; `content` and `headers` have it as received."""

    response_status: ClassVar[int] = 400
    """Status of the response that `webhooks.failure(error)` returns."""
    response_message: ClassVar[str] = "rejected"
    """Message of that response; it reveals no more than the sender needs."""


@public("errors")
class OversizedEvent(EventError):
    """Body larger than `webhooks.with_options(limit=…)` allows."""

    response_status = 413
    response_message = "too large"


@public("errors")
class ForgedEvent(EventError):
    """Signature of the delivery missing or wrong."""

    response_status = 401
    response_message = "invalid signature"


@public("errors")
class StaleEvent(EventError):
    """Delivery signed too long ago or in the future; the local clock may be wrong."""

    response_status = 401
    response_message = "invalid timestamp"


@public("errors")
class ReplayedEvent(EventError):
    """Delivery received before; a retry of the provider has a new signature."""

    response_status = 409
    response_message = "already received"


@public("errors")
class UndecryptableEvent(EventError):
    """Payload that cannot be decrypted; most often the client has another key."""

    response_status = 500
    response_message = "cannot be decrypted"


@public("errors")
class MalformedEvent(EventError):
    """Verified delivery that is not as documented."""

    response_message = "malformed"
