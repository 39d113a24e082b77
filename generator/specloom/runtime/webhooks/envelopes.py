"""Envelopes: how deliveries of an API are verified, and where their event is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from ..callbacks import call_user_function
from ..codec import InvalidJson, decode
from ..confidential import Confidential
from ..effects import Steps
from ..errors import ConfigError
from ..headers import Headers
from ..json_types import is_object
from ..repair import InvalidBytes
from ..settings import Settings
from .errors import ForgedEvent, MalformedEvent

Verify: TypeAlias = Callable[[Headers, bytes], bool | Awaitable[bool]]
"""User function that returns whether headers and body are a delivery of the provider; may
be async in async clients."""


class Delivery(Confidential, frozen=True):
    """One delivery as received."""

    headers: Headers
    content: bytes

    def json(self) -> tuple[Any, list[InvalidBytes]]:
        """Parse the body, as `parse_json` does; call this only after verification."""
        return parse_json(self.content)


@dataclass(frozen=True, slots=True)
class ReplayKey:
    """Key that identifies a verified delivery, for replay protection.

    `seconds` is the time for which its signature stays valid.
    """

    key: str
    seconds: int


class DecryptedEvent(Confidential, frozen=True):
    """Event of a delivery; `content` is the decrypted payload, `payload` its JSON value."""

    name: str
    content: bytes
    payload: Any
    id: str | None = None
    create_time: datetime | None = None
    summary: str | None = None
    decrypt: Callable[[str], str] | None = None
    """Decrypts encrypted fields of the payload."""
    invalid_bytes: Sequence[InvalidBytes] = ()
    """Invalid characters in envelope and payload."""


class Envelope(ABC):
    """Format of an API's deliveries."""

    is_signed = False
    """True if deliveries are signed, so that users need no `verify` function."""

    @abstractmethod
    def verify(
        self, delivery: Delivery, settings: Settings, user_verify: Verify | None
    ) -> Steps[ReplayKey | None]:
        """Verify that the provider sent the delivery, without parsing its body.

        Return the key for replay protection; None if the envelope has none. Raise
        `ForgedEvent` or `StaleEvent`.
        """

    @abstractmethod
    def open(self, delivery: Delivery, settings: Settings) -> DecryptedEvent:
        """Return the event of a verified delivery.

        Raise `UndecryptableEvent` or `MalformedEvent`.
        """

    def failure_body(self, message: str) -> dict[str, str]:
        """Return the JSON body of a response that does not acknowledge the event."""
        return {"message": message}


@dataclass(frozen=True, slots=True)
class ValueLocation:
    """Location of a value in a delivery: a header, or a dotted path in the body."""

    header: str | None = None
    path: str | None = None

    def read(self, delivery: Delivery, body: Any) -> str | None:
        """Return the value as text; None if it is missing, empty, or no text or integer."""
        if self.header is not None:
            return delivery.headers.get(self.header)
        value = _value_at(body, self.path)
        return str(value) if isinstance(value, str | int) and value != "" else None


@dataclass(frozen=True, slots=True)
class PlainEnvelope(Envelope):
    """JSON that is neither signed nor encrypted; name and payload are somewhere in it.

    With `verified=False` every delivery is accepted. Otherwise the user provides a function
    that verifies deliveries.
    """

    name: ValueLocation
    payload: str | None = None
    id: ValueLocation | None = None
    verified: bool = True

    def verify(
        self, delivery: Delivery, settings: Settings, user_verify: Verify | None
    ) -> Steps[ReplayKey | None]:
        if user_verify is not None:
            is_verified = yield from call_user_function(
                "verify", lambda: user_verify(delivery.headers, delivery.content)
            )
            if is_verified is not True:
                raise ForgedEvent("`verify` did not return True for this delivery")
        elif self.verified:
            raise ConfigError(
                "webhooks: the API does not define how to verify deliveries; pass a function"
                " of headers and body: `webhooks.with_options(verify=…)`"
            )
        return None

    def open(self, delivery: Delivery, settings: Settings) -> DecryptedEvent:
        body, invalid_bytes = delivery.json()
        name = self.name.read(delivery, body)
        if name is None:
            raise MalformedEvent("missing name of the event")
        id = None if self.id is None else self.id.read(delivery, body)
        payload = body if self.payload is None else _value_at(body, self.payload)
        return DecryptedEvent(
            name, delivery.content, payload, id, invalid_bytes=invalid_bytes
        )


def parse_json(content: bytes) -> tuple[Any, list[InvalidBytes]]:
    """Return the JSON value of these bytes and the invalid characters in it.

    Raise `MalformedEvent` if it is not JSON.
    """
    try:
        return decode(content)
    except InvalidJson as error:
        raise MalformedEvent(f"not JSON: {error}") from error


def _value_at(body: Any, path: str | None) -> Any:
    for key in path.split(".") if path is not None else ():
        body = body.get(key) if is_object(body) else None
    return body
