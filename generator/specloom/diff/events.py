"""Comparison of events. Programs read them, so their changes are classified like those of responses."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ..model import Envelope, Event, EventExample, SourceLocation, Text, ValueLocation
from .changes import RESPONSE, Changes
from .describing import comma_list, describe_both
from .endpoints import links
from .matching import Matching
from .texts import TextComparison
from .types import TypeComparison


class EventComparison(Struct, frozen=True):
    """Compares the events of two APIs."""

    matching: Matching
    changes: Changes
    texts: TextComparison

    def compare(self, envelope_location: SourceLocation) -> None:
        """Compare all events and their envelope; `envelope_location` is the location of the envelope in the spec."""
        old, new = self.matching.old, self.matching.new
        if old.envelope != new.envelope:
            self.changes.add(
                "envelope-changed",
                RESPONSE,
                new.client,
                "",
                describe_both(_describe_envelope, old.envelope, new.envelope),
                envelope_location,
            )
        pairs = list(self.matching.events())
        for before, after in pairs:
            self._event(before, after)
        paired_old, paired_new = [before for before, _ in pairs], [after for _, after in pairs]
        for event in old.all_events():
            if event not in paired_old:
                self.changes.add(
                    "event-removed",
                    RESPONSE,
                    _subject(event),
                    "",
                    (event.name, None),
                    event.location,
                )
        for event in new.all_events():
            if event not in paired_new:
                self.changes.add(
                    "event-added", RESPONSE, _subject(event), "", (None, event.name), event.location
                )

    def _event(self, old: Event, new: Event) -> None:
        subject, location = _subject(new), new.location
        if old.class_name != new.class_name:
            self.changes.add(
                "event-renamed", RESPONSE, subject, "", describe_both(_subject, old, new), location
            )
        if old.name != new.name:
            self.changes.add(
                "event-name-changed", RESPONSE, subject, "", (old.name, new.name), location
            )
        for difference in TypeComparison(self.matching, "response", in_list=True).differences(
            old.payload, new.payload
        ):
            self.changes.add(
                difference.rule,
                RESPONSE,
                subject,
                difference.within("payload"),
                (difference.old, difference.new),
                location,
            )
        if old.to != new.to:
            self.changes.add(
                "event-address-changed", RESPONSE, subject, "", (old.to, new.to), location
            )
        self.texts.compare_deprecation(
            RESPONSE, subject, "", old.deprecated, new.deprecated, location
        )
        self.texts.compare(RESPONSE, subject, "title", old.title, new.title, location)
        self.texts.compare(
            RESPONSE, subject, "description", old.description, new.description, location
        )
        links(self.changes, self.texts, subject, old.links, new.links, location)
        if old.updated != new.updated:
            self.changes.add(
                "page-changed", RESPONSE, subject, "", (old.updated, new.updated), location
            )
        for number, (before, after) in enumerate(_example_pairs(old.examples, new.examples), 1):
            if before is None or after is None:
                example = before or after
                presence = describe_both(
                    lambda each: None if each is None else "present", before, after
                )
                self.changes.add(
                    "example-changed",
                    RESPONSE,
                    subject,
                    f"example {number}",
                    presence,
                    example.location if example else location,
                )
                continue
            self.texts.compare(
                RESPONSE,
                subject,
                f"title of example {number}",
                before.title,
                after.title,
                after.location,
            )
            if replace(before, title=Text(), location=after.location) != replace(
                after, title=Text()
            ):
                self.changes.add(
                    "example-changed",
                    RESPONSE,
                    subject,
                    f"example {number}",
                    (None, None),
                    after.location,
                )


def _subject(event: Event) -> str:
    return f"events.{event.class_name}"


def _example_pairs(
    old: tuple[EventExample, ...], new: tuple[EventExample, ...]
) -> Iterator[tuple[EventExample | None, EventExample | None]]:
    for number in range(max(len(old), len(new))):
        yield (
            old[number] if number < len(old) else None,
            new[number] if number < len(new) else None,
        )


def _describe_envelope(envelope: Envelope | None) -> str | None:
    if envelope is None:
        return None
    parts = {
        "name": _describe_location(envelope.name),
        "payload": envelope.payload,
        "id": _describe_location(envelope.id),
    }
    parts_text = comma_list(f"{name} {part}" for name, part in parts.items() if part is not None)
    return parts_text if envelope.verified else f"{parts_text}, not verified"


def _describe_location(location: ValueLocation | None) -> str | None:
    if location is None:
        return None
    return f"header {location.header}" if location.header is not None else location.path
