"""Webhook events: deliveries that the provider sends to a configured address."""

from __future__ import annotations

from msgspec import Struct

from .endpoints import Link
from .texts import SourceLocation, Text, Value
from .types import Type


class ValueLocation(Struct, frozen=True):
    """Location of a value in a delivery: a header, or a dotted path in the JSON body."""

    header: str | None = None
    path: str | None = None


class Envelope(Struct, frozen=True):
    """Envelope of an API's deliveries, unless its scheme defines one."""

    name: ValueLocation
    payload: str | None = None
    """Dotted path of the payload; None for the whole body."""
    id: ValueLocation | None = None
    verified: bool = True
    """False: deliveries have no proof of origin, and are accepted without verification."""


class EventExample(Struct, frozen=True):
    """A documented payload."""

    title: Text
    payload: Value
    location: SourceLocation = SourceLocation("", 1, 1)


class Event(Struct, frozen=True):
    """A webhook event."""

    name: str
    """Wire name."""
    class_name: str
    resource: tuple[str, ...]
    payload: Type
    title: Text = Text()
    description: Text = Text()
    to: str | None = None
    """Setting with the delivery address."""
    links: tuple[Link, ...] = ()
    updated: str | None = None
    deprecated: Text | bool = False
    examples: tuple[EventExample, ...] = ()
    location: SourceLocation = SourceLocation("", 1, 1)
