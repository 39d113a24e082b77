"""Cells of the row of a field: what does not depend on the page, so that it is made once for all pages of a language."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from ... import locales
from ...code import Markdown, markdown
from ...model import Api, Field, Json, Text, wire_text
from .. import descriptions
from . import types
from .localizer import Localizer
from .parameter_styles import encoded_shape

_WIDEST_EXAMPLE = 30


class Cells(Struct, frozen=True):
    """Cells of a field. The description is its meaning, a part that depends on the page, and the facts."""

    field: Field
    name: Markdown
    type: Markdown
    required: Markdown
    meaning: Sequence[Markdown]
    facts: Sequence[Markdown]
    localizer: Localizer
    """What is missing of these texts."""


class FieldCells(Struct):
    """Cells of the fields of an API in one language."""

    api: Api
    language: str
    _made: dict[tuple[int, bool], Cells] = field(default_factory=dict[tuple[int, bool], Cells])
    """Cells by the identity of their field, which they keep."""

    def of(self, each: Field, *, styled: bool) -> Cells:
        """Return the cells of a field; with `styled=True`, its encoding is described."""
        key = id(each), styled
        cells = self._made.get(key)
        if cells is None:
            cells = self._made[key] = self._cells(each, styled=styled)
        return cells

    def _cells(self, each: Field, *, styled: bool) -> Cells:
        localizer = Localizer(self.language)
        title, description = self.api.meaning_of(each)
        if self.api.is_undocumented(each):
            localizer.note_missing_meaning(each.wire)
        meaning = [markdown.strong(localizer.inline(title)), localizer.inline(description)]
        if each.when:
            meaning.append(
                localizer.label("applies" if each.required else "if", localizer.inline(each.when))
            )
        sentences = _sentences(self.api, each, localizer, styled=styled)
        facts = [localizer.join(sentences, "sentences")]
        if each.since:
            facts.append(localizer.label("since", localizer.inline(each.since)))
        if each.deprecated:
            facts.append(deprecation(each.deprecated, localizer))
        return Cells(
            each,
            markdown.code(each.wire),
            markdown.cell(types.cell(self.api, each.type, localizer)),
            _required(each, localizer),
            meaning,
            facts,
            localizer,
        )


def _sentences(api: Api, each: Field, localizer: Localizer, *, styled: bool) -> list[Markdown]:
    """Return limits, encoding style, unit, default and example, a sentence each."""
    sentences = [types.limit(api, each, localizer)]
    if styled and (style := encoded_shape(api, each)):
        sentences.append(localizer.label("sent_as", markdown.code(style)))
    sentences += [
        localizer.label(key)
        for key, applies in (
            ("encrypted", each.encrypted),
            ("secret", each.secret),
            (f"only_{each.only}", each.only),
        )
        if applies
    ]
    if each.unit:
        sentences.append(localizer.label("unit", localizer.inline(each.unit)))
    if each.fill:
        sentences.append(localizer.label(f"fill_{each.fill}"))
    if each.secret:
        return sentences
    if each.default is not None:
        value = markdown.code(shortened(each.default.json))
        sentences.append(localizer.label("default", value))
    if each.example is not None:
        sentences.append(example(shortened(each.example.json), localizer))
    return sentences


def deprecation(deprecated: Text | bool, localizer: Localizer) -> Markdown:
    """Return "Deprecated" in bold, and the replacement."""
    if not isinstance(deprecated, Text):
        return markdown.strong(localizer.label("deprecated"))
    instead = descriptions.with_full_stop(
        localizer.text(deprecated), locales.nearest(localizer.language)
    )
    return localizer.label(
        "fact", markdown.strong(localizer.label("deprecated_column")), markdown.text(instead)
    )


def example(value: str, localizer: Localizer) -> Markdown:
    """Return an example in a description."""
    return localizer.label("example_value", markdown.code(value))


def _required(each: Field, localizer: Localizer) -> Markdown:
    if each.required and not each.fill:
        return localizer.label("yes")
    return localizer.label("depends" if each.when else "no")


def shortened(value: Json) -> str:
    """Shorten a value for the cell of a table."""
    text = wire_text(value)
    return text if len(text) <= _WIDEST_EXAMPLE else text[: _WIDEST_EXAMPLE - 1] + "…"
