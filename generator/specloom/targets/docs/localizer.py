"""One page in one language: what its texts say to the reader, and a record of the texts that it lacks."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from ... import locales
from ...code import Markdown, markdown
from ...model import Text
from . import labels


class Localizer(Struct):
    """Chooses texts while a page is made, and remembers what was not there, so that the page can say so in one place."""

    language: str
    _untranslated: bool = False
    _missing: dict[Markdown, None] = field(default_factory=dict[Markdown, None])
    _meanings: dict[Markdown, None] = field(default_factory=dict[Markdown, None])

    def says(self, text: Text) -> str:
        """The text in the reader's language, or else in the one there is, which is a gap unless it is free of words."""
        if text.is_missing(self.language):
            self._untranslated = True
        return text.best(self.language)

    def inline(self, text: Text) -> Markdown:
        return markdown.text(self.says(text))

    def words(self, key: str, *values: Markdown) -> Markdown:
        """A label, filled in."""
        return labels.words(key, self.language, *values)

    def guide(self, *keys: str) -> Markdown:
        """A text of the user guide."""
        return markdown.sentence(locales.text(self.language, "guide", *keys))

    def keys(self, table: str) -> list[str]:
        """The keys of a table of the user guide, in order."""
        return [*locales.table(self.language, "guide", table)]

    def bullets(self, key: str, *values: Markdown) -> Markdown:
        """A list of the user guide, with its placeholders filled in."""
        return markdown.bullets(
            markdown.sentence(text, *values) for text in locales.texts(self.language, "guide", key)
        )

    def lacks(self, key: str, *values: Markdown) -> None:
        """The page has no such thing: a label with the name of it."""
        self._missing[self.words(key, *values)] = None

    def lacks_meaning(self, wire: str) -> None:
        self._meanings[markdown.code(wire)] = None

    def listed(self, parts: Sequence[Markdown], separator: str = "comma") -> Markdown:
        """The parts with the language's comma (or another label) between them."""
        found = [part for part in parts if part]
        if not found:
            return markdown.text("")
        joined = found[0]
        for part in found[1:]:
            joined = self.words(separator, joined, part)
        return joined

    def titled(self, key: str, title: Text) -> Markdown:
        """A heading of the documentation's own, and a title of the spec's if there is one."""
        return markdown.inline([self.words(key), self.inline(title)], " · ")

    def navigation(self, links: Sequence[Markdown]) -> Markdown:
        """Links at the head of a page."""
        return markdown.inline(links, " · ")

    def notice(self) -> Markdown | None:
        """What the page has to say about itself."""
        missing = [*self._missing]
        if self._meanings:
            missing.append(self.words("a_meaning", self.listed([*self._meanings])))
        parts = [self.words("untranslated")] if self._untranslated else []
        if missing:
            parts.append(self.words("missing", self.listed(missing, "and_no")))
        return markdown.quotation(self.listed(parts, "sentences")) if parts else None
