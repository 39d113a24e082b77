"""Deliveries: how they are proved, and what lies in them."""

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
"""Whether a delivery with these header fields and this body is the provider's; may be
async in async clients."""


class Delivery(Confidential, frozen=True):
    """One request of the provider's, as it came."""

    headers: Headers
    content: bytes

    def json(self) -> tuple[Any, list[InvalidBytes]]:
        """As `json_of`, of the body. Not to be asked for before the proof."""
        return json_of(self.content)


@dataclass(frozen=True, slots=True)
class Proof:
    """That a delivery is the provider's: nothing else may be signed with this `key`, and
    `seconds` is how long it would be believed."""

    key: str
    seconds: int


class Opened(Confidential, frozen=True):
    """What lies in a delivery. `content` is the payload as it came, `payload` its JSON."""

    name: str
    content: bytes
    payload: Any
    id: str | None = None
    create_time: datetime | None = None
    summary: str | None = None
    unseal: Callable[[str], str] | None = None
    """How encrypted fields in it are read."""
    damages: Sequence[InvalidBytes] = ()
    """Broken characters in it."""


class Envelope(ABC):
    """How the events of one API come."""

    proves = False
    """Whether it knows by itself who sent a delivery."""

    @abstractmethod
    def prove(
        self, delivery: Delivery, settings: Settings, verify: Verify | None
    ) -> Steps[Proof | None]:
        """Steps to know that the provider sent it; nothing of the body is parsed.

        None if it could be sent again unnoticed. Fails with `ForgedEvent`, `StaleEvent`.
        """

    @abstractmethod
    def open(self, delivery: Delivery, settings: Settings) -> Opened:
        """What lies in a delivery that has been proved.

        Fails with `UndecryptableEvent` or `MalformedEvent`.
        """

    def refusal(self, message: str) -> dict[str, str]:
        """The JSON of an answer that says that an event is not taken."""
        return {"message": message}


@dataclass(frozen=True, slots=True)
class ValueLocation:
    """Where something lies: in a header field, or at a dotted path in the body."""

    header: str | None = None
    path: str | None = None

    def read(self, delivery: Delivery, value: Any) -> str | None:
        """The text or number there, as text."""
        if self.header is not None:
            return delivery.headers.get(self.header)
        found = _at(value, self.path)
        return str(found) if isinstance(found, str | int) and found != "" else None


@dataclass(frozen=True, slots=True)
class PlainEnvelope(Envelope):
    """JSON with the name and the payload somewhere in it, not encrypted.

    With `verified=False` nothing proves who sent it, and it is believed; else the user
    says how that is known.
    """

    name: ValueLocation
    payload: str | None = None
    id: ValueLocation | None = None
    verified: bool = True

    def prove(
        self, delivery: Delivery, settings: Settings, verify: Verify | None
    ) -> Steps[Proof | None]:
        if verify is not None:
            proved = yield from call_user_function(
                "verify", lambda: verify(delivery.headers, delivery.content)
            )
            if proved is not True:
                raise ForgedEvent("`verify` did not return True for it")
        elif self.verified:
            raise ConfigError(
                "webhooks: nothing says how to know who sent an event: give a function of"
                " header fields and body, `webhooks.with_options(verify=…)`"
            )
        return None

    def open(self, delivery: Delivery, settings: Settings) -> Opened:
        value, damages = delivery.json()
        name = self.name.read(delivery, value)
        if name is None:
            raise MalformedEvent("it does not say which event it is")
        id = None if self.id is None else self.id.read(delivery, value)
        payload = value if self.payload is None else _at(value, self.payload)
        return Opened(name, delivery.content, payload, id, damages=damages)


def json_of(content: bytes) -> tuple[Any, list[InvalidBytes]]:
    """The JSON value in these bytes, and where a character in them is broken.

    Fails with `MalformedEvent`.
    """
    try:
        return decode(content)
    except InvalidJson as error:
        raise MalformedEvent(f"it is not JSON: {error}") from error


def _at(value: Any, path: str | None) -> Any:
    for key in path.split(".") if path is not None else ():
        value = value.get(key) if is_object(value) else None
    return value
