"""Deliveries that are refused.

    EventError
    ├── OversizedEvent       more bytes than allowed
    ├── ForgedEvent          its signature is missing or does not hold
    ├── StaleEvent           it was signed too long ago, or in the future
    ├── ReplayedEvent        it came before, to the byte
    ├── UndecryptableEvent   its payload cannot be decrypted
    └── MalformedEvent       it is what the provider sent, but cannot be read

All but the last two are raised before anything of the body is parsed.
"""

from __future__ import annotations

from typing import ClassVar

from ..errors import Error
from ..public_names import public


@public("errors")
class EventError(Error):
    """A delivery that is refused; `content` and `headers` have it as it came."""

    status_to_answer: ClassVar[int] = 400
    """Status of the acknowledgement that `webhooks.failure(error)` gives."""
    answer: ClassVar[str] = "refused"
    """Its message: whoever sent the delivery need not learn more."""


@public("errors")
class OversizedEvent(EventError):
    """The body has more bytes than `webhooks.with_options(limit=…)` allows."""

    status_to_answer = 413
    answer = "too large"


@public("errors")
class ForgedEvent(EventError):
    """What proves where the delivery comes from is missing, or does not hold."""

    status_to_answer = 401
    answer = "signature not accepted"


@public("errors")
class StaleEvent(EventError):
    """The delivery was signed too long ago, or this computer's clock is wrong."""

    status_to_answer = 401
    answer = "time not accepted"


@public("errors")
class ReplayedEvent(EventError):
    """The very same delivery came before; when an event is repeated, it is signed anew."""

    status_to_answer = 409
    answer = "received before"


@public("errors")
class UndecryptableEvent(EventError):
    """The payload cannot be decrypted: most often, the client has another key."""

    status_to_answer = 500
    answer = "not readable here"


@public("errors")
class MalformedEvent(EventError):
    """The delivery is the provider's, but not what the documentation describes."""

    answer = "not understood"
