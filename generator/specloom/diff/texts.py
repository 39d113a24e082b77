"""Comparison of texts in the languages of both versions, so that a new language is one change and not thousands."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ..model import SourceLocation, Text
from .changes import Changes, Direction


class TextComparison(Struct, frozen=True):
    """Compares localized texts."""

    changes: Changes
    languages: tuple[str, ...]
    """Languages of both versions."""

    def difference(self, old: Text, new: Text) -> tuple[str, str] | None:
        """Return the first two texts that differ, or None; a missing text is ''."""
        for language in self.languages:
            before, after = old.get(language) or "", new.get(language) or ""
            if before != after:
                return before, after
        return None

    def compare(
        self,
        sides: Iterable[Direction],
        subject: str,
        part: str,
        old: Text,
        new: Text,
        location: SourceLocation,
        rule: str = "text-changed",
    ) -> None:
        """Compare two texts."""
        if (found := self.difference(old, new)) is not None:
            self.changes.add(
                rule, sides, subject, part, (found[0] or None, found[1] or None), location
            )

    def compare_deprecation(
        self,
        sides: Iterable[Direction],
        subject: str,
        part: str,
        old: Text | bool,
        new: Text | bool,
        location: SourceLocation,
    ) -> None:
        """Compare two deprecations, each a text or a boolean."""
        old_text, new_text = _as_text(old), _as_text(new)
        if bool(old) != bool(new):
            rule = "deprecated" if new else "no-longer-deprecated"
            texts = self.difference(old_text, new_text) or ("", "")
            self.changes.add(
                rule, sides, subject, part, (texts[0] or None, texts[1] or None), location
            )
        else:
            self.compare(
                sides,
                subject,
                f"deprecation of {part}" if part else "deprecation",
                old_text,
                new_text,
                location,
            )


def _as_text(deprecated: Text | bool) -> Text:
    return Text() if isinstance(deprecated, bool) else deprecated
