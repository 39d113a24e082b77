"""Texts: compared in the languages that both versions have, so that a new translation of everything is one change and not thousands."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ..model import SourceLocation, Text
from .changes import Changes, Direction


class Texts(Struct, frozen=True):
    """Compares texts, and says what it finds."""

    changes: Changes
    languages: tuple[str, ...]
    """Those of both versions."""

    def difference(self, old: Text, new: Text) -> tuple[str, str] | None:
        """The first texts that differ, or None; a text that is missing is ''."""
        for language in self.languages:
            before, now = old.get(language) or "", new.get(language) or ""
            if before != now:
                return before, now
        return None

    def text(
        self,
        sides: Iterable[Direction],
        subject: str,
        what: str,
        old: Text,
        new: Text,
        place: SourceLocation,
        rule: str = "text-changed",
    ) -> None:
        """Says that a text is another."""
        if (found := self.difference(old, new)) is not None:
            self.changes.add(
                rule, sides, subject, what, (found[0] or None, found[1] or None), place
            )

    def deprecation(
        self,
        sides: Iterable[Direction],
        subject: str,
        what: str,
        old: Text | bool,
        new: Text | bool,
        place: SourceLocation,
    ) -> None:
        """Says what became of a deprecation: a text, or just True."""
        was, is_ = _said(old), _said(new)
        if bool(old) != bool(new):
            rule = "deprecated" if new else "no-longer-deprecated"
            texts = self.difference(was, is_) or ("", "")
            self.changes.add(
                rule, sides, subject, what, (texts[0] or None, texts[1] or None), place
            )
        else:
            self.text(
                sides, subject, f"deprecation of {what}" if what else "deprecation", was, is_, place
            )


def _said(deprecated: Text | bool) -> Text:
    return Text() if isinstance(deprecated, bool) else deprecated
