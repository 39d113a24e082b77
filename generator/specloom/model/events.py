"""Events: what the provider sends by itself, to an address that it was given."""

from __future__ import annotations

from msgspec import Struct

from .endpoints import Link
from .texts import SourceLocation, Text, Value
from .types import Type


class ValueLocation(Struct, frozen=True):
    """Where in a delivery something lies: a header, or a dotted path in the JSON of its body."""

    header: str | None = None
    path: str | None = None


class Envelope(Struct, frozen=True):
    """How the events of an API lie in what is delivered, where its scheme does not say so."""

    name: ValueLocation
    payload: str | None = None
    """Dotted path of the payload; None: it is the whole body."""
    id: ValueLocation | None = None
    verified: bool = True
    """False: deliveries carry nothing that proves where they come from, and are taken without."""


class EventExample(Struct, frozen=True):
    """A documented payload."""

    title: Text
    payload: Value
    location: SourceLocation = SourceLocation("", 1, 1)


class Event(Struct, frozen=True):
    name: str
    """The name on the wire."""
    class_name: str
    resource: tuple[str, ...]
    payload: Type
    title: Text = Text()
    description: Text = Text()
    to: str | None = None
    """The setting that holds the address which it is sent to."""
    links: tuple[Link, ...] = ()
    updated: str | None = None
    deprecated: Text | bool = False
    examples: tuple[EventExample, ...] = ()
    location: SourceLocation = SourceLocation("", 1, 1)
