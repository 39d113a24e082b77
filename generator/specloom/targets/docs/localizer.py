"""Texts of one page in one language, with a record of missing texts and translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from msgspec import Struct, field

from ... import locales
from ...code import Markdown, markdown
from ...model import Text


class Localizer(Struct):
    """Selects the texts of a page, and records what is missing for the notice at its head."""

    language: str
    _untranslated: bool = False
    _missing: dict[Markdown, None] = field(default_factory=dict[Markdown, None])
    _meanings: dict[Markdown, None] = field(default_factory=dict[Markdown, None])

    def text(self, text: Text) -> str:
        """Return the text in the page's language. A fallback to another language is recorded, unless the text has no words."""
        if text.is_missing(self.language):
            self._untranslated = True
        return text.best(self.language)

    def inline(self, text: Text) -> Markdown:
        return markdown.text(self.text(text))

    def label(self, key: str, *values: Markdown) -> Markdown:
        """Return a label of the locale with its placeholders filled in."""
        if not values:
            return self.labels[key]
        return markdown.sentence(locales.text(self.language, "labels", key), *values)

    @property
    def labels(self) -> Mapping[str, Markdown]:
        """Return the labels without placeholders."""
        return _labels(self.language)

    def guide_text(self, *keys: str) -> Markdown:
        """Return a text of the user guide."""
        return markdown.sentence(locales.text(self.language, "guide", *keys))

    def guide_keys(self, table: str) -> list[str]:
        """Return the keys of a table of the user guide, in order."""
        return [*locales.table(self.language, "guide", table)]

    def guide_list(self, key: str, *values: Markdown) -> list[Markdown]:
        """Return a list of the user guide, with its placeholders filled in."""
        return [
            markdown.sentence(text, *values) for text in locales.texts(self.language, "guide", key)
        ]

    def note_missing(self, key: str, *values: Markdown) -> None:
        """Record a missing part of the page; `key` is the label that names it."""
        self._missing[self.label(key, *values)] = None

    def note_missing_meaning(self, wire: str) -> None:
        self._meanings[markdown.code(wire)] = None

    def add(self, other: Localizer) -> None:
        """Record what another one has recorded."""
        if other._untranslated:
            self._untranslated = True
        self._missing.update(other._missing)
        self._meanings.update(other._meanings)

    def join(self, parts: Sequence[Markdown], separator: str = "comma") -> Markdown:
        """Join the parts that are not empty, with the comma of the language or another separator."""
        nonempty = [part for part in parts if part]
        if not nonempty:
            return markdown.text("")
        joined = nonempty[0]
        for part in nonempty[1:]:
            joined = self.label(separator, joined, part)
        return joined

    def notice(self) -> Markdown | None:
        """Return the notice on missing translations and texts, if there are any."""
        missing = [*self._missing]
        if self._meanings:
            missing.append(self.label("a_meaning", self.join([*self._meanings])))
        parts = [self.label("untranslated")] if self._untranslated else []
        if missing:
            parts.append(self.label("missing", self.join(missing)))
        return self.join(parts, "sentences") if parts else None


@lru_cache
def _labels(language: str) -> Mapping[str, Markdown]:
    texts = locales.table(language, "labels")
    return MappingProxyType(
        {key: markdown.sentence(text) for key, text in texts.items() if "{" not in text}
    )
