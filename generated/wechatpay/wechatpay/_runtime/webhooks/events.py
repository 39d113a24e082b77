"""Events, and what to answer when one has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from ..models import Model
from ..public_names import public
from ..wire_formats import SECRET
from .envelopes import Envelope

E = TypeVar("E")


@public("events")
class Acknowledgement(NamedTuple):
    """The answer to a delivery, for your framework to send."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Event(Model, frozen=True, kw_only=True):
    """What all events have; each also has a `name` and a `payload`."""

    id: str | None = None
    """The same whenever the event is repeated: remember which ones you have handled."""
    create_time: datetime | None = None
    """When it happened."""
    summary: str | None = None
    """A few words of the provider's."""
    content: Annotated[bytes, SECRET] = b""
    """The payload as it came, in JSON."""

    def acknowledge(self) -> Acknowledgement:
        """The answer that says that the event is taken and need not come again."""
        return TAKEN


@public("events")
class UnknownEvent(Event, frozen=True, kw_only=True):
    """An event that the documentation does not list."""

    name: str
    payload: Annotated[Any, SECRET]
    """Its payload, as JSON values."""


@dataclass(frozen=True, slots=True)
class EventTable(Generic[E]):
    """The events of one API: how they come, and the class of each name."""

    envelope: Envelope
    classes: Mapping[str, type[E]] = field(repr=False)


TAKEN = Acknowledgement(204, {}, b"")
