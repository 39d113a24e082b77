"""Events: one old and one new, paired by name, else by class; programs read them, so they are judged as answers."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ..model import Envelope, Event, EventExample, SourceLocation, Text, ValueLocation
from .changes import ANSWER, Changes
from .describing import both, names
from .endpoints import links
from .matching import Pairs
from .texts import Texts
from .types import Types


class Events(Struct, frozen=True):
    """Compares events, and says what it finds."""

    pairs: Pairs
    changes: Changes
    texts: Texts

    def compare(self, at: SourceLocation) -> None:
        """All events, and how they are delivered; `at` is where the spec says that."""
        old, new = self.pairs.old, self.pairs.new
        if old.envelope != new.envelope:
            self.changes.add(
                "envelope-changed",
                ANSWER,
                new.client,
                "",
                both(_told, old.envelope, new.envelope),
                at,
            )
        pairs = list(self.pairs.events())
        for before, now in pairs:
            self._event(before, now)
        gone, here = [before for before, _ in pairs], [now for _, now in pairs]
        for event in old.all_events():
            if event not in gone:
                self.changes.add(
                    "event-removed", ANSWER, _subject(event), "", (event.name, None), event.location
                )
        for event in new.all_events():
            if event not in here:
                self.changes.add(
                    "event-added", ANSWER, _subject(event), "", (None, event.name), event.location
                )

    def _event(self, old: Event, new: Event) -> None:
        subject, place = _subject(new), new.location
        if old.class_name != new.class_name:
            self.changes.add("event-renamed", ANSWER, subject, "", both(_subject, old, new), place)
        if old.name != new.name:
            self.changes.add("event-name-changed", ANSWER, subject, "", (old.name, new.name), place)
        for found in Types(self.pairs, "answer", lists=True).differences(old.payload, new.payload):
            self.changes.add(
                found.rule, ANSWER, subject, found.of("payload"), (found.old, found.new), place
            )
        if old.to != new.to:
            self.changes.add("event-address-changed", ANSWER, subject, "", (old.to, new.to), place)
        self.texts.deprecation(ANSWER, subject, "", old.deprecated, new.deprecated, place)
        self.texts.text(ANSWER, subject, "title", old.title, new.title, place)
        self.texts.text(ANSWER, subject, "description", old.description, new.description, place)
        links(self.changes, self.texts, subject, old.links, new.links, place)
        if old.updated != new.updated:
            self.changes.add("page-changed", ANSWER, subject, "", (old.updated, new.updated), place)
        for number, (before, now) in enumerate(_side_by_side(old.examples, new.examples), 1):
            if before is None or now is None:
                at = before or now
                told = both(lambda each: None if each is None else "there", before, now)
                self.changes.add(
                    "example-changed",
                    ANSWER,
                    subject,
                    f"example {number}",
                    told,
                    at.location if at else place,
                )
                continue
            self.texts.text(
                ANSWER, subject, f"title of example {number}", before.title, now.title, now.location
            )
            if replace(before, title=Text(), location=now.location) != replace(now, title=Text()):
                self.changes.add(
                    "example-changed",
                    ANSWER,
                    subject,
                    f"example {number}",
                    (None, None),
                    now.location,
                )


def _subject(event: Event) -> str:
    return f"events.{event.class_name}"


def _side_by_side(
    old: tuple[EventExample, ...], new: tuple[EventExample, ...]
) -> Iterator[tuple[EventExample | None, EventExample | None]]:
    for number in range(max(len(old), len(new))):
        yield (
            old[number] if number < len(old) else None,
            new[number] if number < len(new) else None,
        )


def _told(envelope: Envelope | None) -> str | None:
    if envelope is None:
        return None
    parts = {"name": _spot(envelope.name), "payload": envelope.payload, "id": _spot(envelope.id)}
    shown = names(f"{name} {part}" for name, part in parts.items() if part is not None)
    return shown if envelope.verified else f"{shown}, not verified"


def _spot(spot: ValueLocation | None) -> str | None:
    if spot is None:
        return None
    return f"header {spot.header}" if spot.header is not None else spot.path
