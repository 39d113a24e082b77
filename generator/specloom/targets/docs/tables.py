"""Tables of fields: one row each, fields of fields below the field that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from ... import locales
from ...code import Markdown, markdown
from ...model import (
    Api,
    Enumeration,
    Field,
    Json,
    Named,
    Object,
    Text,
    Type,
    TypeName,
    Union,
    innermost,
    wire_text,
)
from .. import descriptions
from . import types
from .localizer import Localizer
from .parameter_styles import spelled
from .sample_values import DEEPEST

COLUMNS = ("name", "type", "required", "meaning", "limit", "example")
_WIDEST_EXAMPLE = 30

Row = Sequence[Markdown]


class FieldTable(Struct):
    """The rows of one table. A named type is explained where it comes first, so that types which hold themselves end, and
    large ones are not repeated; what would lie too deep follows after the other rows."""

    api: Api
    reader: Localizer
    styled: bool = False
    """The fields are those of a query or a form, in which lists and objects have a style."""
    _explained: set[TypeName] = field(default_factory=set[TypeName])
    _postponed: list[Named] = field(default_factory=list[Named])
    """Types that come too deep to be explained there."""

    def of(
        self, fields: Iterable[Field], *, before: Iterable[Row] = (), after: Iterable[Row] = ()
    ) -> Markdown | None:
        """A table of the fields and of what they hold, between other rows; nothing if there is none at all."""
        return table(COLUMNS, [*before, *self._rows(fields, 0), *self._rest(), *after], self.reader)

    def of_type(self, type: Type) -> Markdown | None:
        """A table of the fields of a structure, or of those that the items, values or members of the type hold."""
        inner = innermost(type)
        return table(COLUMNS, [*self._below(inner, 0), *self._rest()], self.reader)

    def _rest(self) -> Iterator[Row]:
        """What was postponed, each type under its name."""
        while self._postponed:
            type = self._postponed.pop(0)
            if type.to not in self._explained:
                yield from self._members([type], 0)

    def _rows(self, fields: Iterable[Field], depth: int) -> Iterator[Row]:
        for each in fields:
            yield self._row(each, depth)
            yield from self._below(innermost(each.type), depth + 1)

    def _below(self, type: Type, depth: int) -> Iterator[Row]:
        match type:
            case Named(to=name) if name not in self._explained:
                named = self.api.types[name]
                if isinstance(named, Enumeration):
                    return
                if depth > DEEPEST:
                    self._postponed.append(type)
                    return
                self._explained.add(name)
                if isinstance(named, Object):
                    yield from self._rows(named.fields, depth)
                else:
                    yield from self._members(named.members, depth)
            case Union(members=members):
                yield from self._members(members, depth)
            case _:
                return

    def _members(self, members: Sequence[Type], depth: int) -> Iterator[Row]:
        """A row for each member that has fields or values, and its fields below it."""
        for member in members:
            inner = innermost(member)
            if isinstance(inner, Named):
                name = markdown.nested(markdown.strong(markdown.text(types.name_of(member))), depth)
                described = markdown.stacked(
                    [
                        self.reader.inline(self.api.types[inner.to].title),
                        *self._values(inner, depth),
                    ]
                )
                yield self._padded(name, types.cell(self.api, member, self.reader), described)
                yield from self._below(inner, depth + 1)

    def _padded(self, name: Markdown, type: Markdown, meaning: Markdown) -> Row:
        nothing = markdown.text("")
        return [name, type, nothing, meaning, nothing, nothing]

    def _row(self, each: Field, depth: int) -> Row:
        return [
            markdown.nested(markdown.code(each.wire), depth),
            types.cell(self.api, each.type, self.reader),
            _required(each, self.reader),
            self._meaning(each, depth),
            self._limit(each, depth),
            _example(each),
        ]

    def _limit(self, each: Field, depth: int) -> Markdown:
        found = types.limit(self.api, each, self.reader)
        if not self.styled or depth or not (style := spelled(self.api, each)):
            return found
        return self.reader.listed(
            [found, self.reader.words("sent_as", markdown.code(style))], "semicolon"
        )

    def _meaning(self, each: Field, depth: int) -> Markdown:
        title, description = self.api.meaning_of(each)
        if self.api.is_undocumented(each):
            self.reader.lacks_meaning(each.wire)
        lines = [markdown.strong(self.reader.inline(title)), self.reader.inline(description)]
        if each.when:
            lines.append(
                self.reader.words(
                    "applies" if each.required else "if", self.reader.inline(each.when)
                )
            )
        if each.unit:
            lines.append(self.reader.words("unit", self.reader.inline(each.unit)))
        lines += self._values(each.type, depth)
        if each.default is not None and not each.secret:
            lines.append(self.reader.words("default", markdown.code(shortened(each.default.json))))
        lines += [
            self.reader.words(mark)
            for mark, is_so in (("encrypted", each.encrypted), ("secret", each.secret))
            if is_so
        ]
        if each.since:
            lines.append(self.reader.words("since", self.reader.inline(each.since)))
        if each.deprecated:
            lines.append(deprecation(each.deprecated, self.reader))
        return markdown.stacked(lines)

    def _values(self, type: Type, depth: int) -> list[Markdown]:
        """The values of an enumeration; of what is explained elsewhere, where to look."""
        inner = innermost(type)
        if not isinstance(inner, Named):
            return []
        named = self.api.types[inner.to]
        if inner.to in self._explained:
            above = "values_above" if isinstance(named, Enumeration) else "fields_above"
            return [self.reader.words(above, markdown.code(inner.to.name))]
        if not isinstance(named, Enumeration):
            return (
                [self.reader.words("fields_below", markdown.code(inner.to.name))]
                if depth >= DEEPEST
                else []
            )
        self._explained.add(inner.to)
        return [
            markdown.inline([markdown.code(wire_text(each.value)), self.reader.inline(each.text)])
            for each in named.values
        ]


def table(columns: Sequence[str], rows: Iterable[Row], reader: Localizer) -> Markdown | None:
    """A table with localized column titles, or nothing if it had no rows."""
    found = list(rows)
    return markdown.table([reader.words(column) for column in columns], found) if found else None


def deprecation(deprecated: Text | bool, reader: Localizer) -> Markdown:
    """The word in bold, and what to do instead."""
    if not isinstance(deprecated, Text):
        return markdown.strong(reader.words("deprecated"))
    instead = descriptions.ended(reader.says(deprecated), locales.nearest(reader.language))
    return reader.words(
        "fact", markdown.strong(reader.words("deprecated_column")), markdown.text(instead)
    )


def _required(each: Field, reader: Localizer) -> Markdown:
    if each.required:
        return reader.words("yes")
    return reader.words("depends" if each.when else "no")


def _example(each: Field) -> Markdown:
    if each.example is None or each.secret:
        return markdown.text("")
    return markdown.code(shortened(each.example.json))


def shortened(value: Json) -> str:
    """A value as the cell of a table has room for it."""
    written = wire_text(value)
    return written if len(written) <= _WIDEST_EXAMPLE else written[: _WIDEST_EXAMPLE - 1] + "…"
