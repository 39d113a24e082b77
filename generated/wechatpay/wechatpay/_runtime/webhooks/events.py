"""Webhook events and their acknowledgement."""

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
    """Response to a delivery, for your web framework to send."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Event(Model, frozen=True, kw_only=True):
    """Base class of events; each also has a `name` and a `payload`."""

    id: str | None = None
    """Id of the event, the same in every retry: store it to handle each event once."""
    create_time: datetime | None = None
    """Time of the event."""
    summary: str | None = None
    """Short description by the provider."""
    content: Annotated[bytes, SECRET] = b""
    """Payload in JSON, decrypted but not decoded."""

    def acknowledge(self) -> Acknowledgement:
        """Return the response that acknowledges the event, so that it is not retried."""
        return ACKNOWLEDGED


@public("events")
class UnknownEvent(Event, frozen=True, kw_only=True):
    """Event that the documentation does not list."""

    name: str
    payload: Annotated[Any, SECRET]
    """Payload as JSON values."""


@dataclass(frozen=True, slots=True)
class EventTable(Generic[E]):
    """Events of one API: their envelope, and their classes by name."""

    envelope: Envelope
    classes: Mapping[str, type[E]] = field(repr=False)


ACKNOWLEDGED = Acknowledgement(204, {}, b"")
