"""Tables of fields, with nested fields below their object."""

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
from .parameter_styles import encoded_shape
from .sample_values import MAX_DEPTH

COLUMNS = ("name", "type", "required", "meaning", "limit", "example")
_WIDEST_EXAMPLE = 30

Row = Sequence[Markdown]


class FieldTable(Struct):
    """Table of fields. A named type is expanded once, where it occurs first, so that recursive types end; types nested
    too deep follow after the other rows."""

    api: Api
    localizer: Localizer
    styled: bool = False
    """True for a query or form, in which lists and objects have an encoding style."""
    _explained: set[TypeName] = field(default_factory=set[TypeName])
    _postponed: list[Named] = field(default_factory=list[Named])
    """Types nested too deep to be expanded in place."""

    def of(
        self, fields: Iterable[Field], *, before: Iterable[Row] = (), after: Iterable[Row] = ()
    ) -> Markdown | None:
        """Return a table of the fields and their nested fields, between other rows; None if it has no rows."""
        return table(
            COLUMNS,
            [*before, *self._rows(fields, 0), *self._postponed_rows(), *after],
            self.localizer,
        )

    def of_type(self, type: Type) -> Markdown | None:
        """Return a table of the fields of an object type, or of the items, values or members of a type."""
        inner = innermost(type)
        return table(
            COLUMNS, [*self._nested_rows(inner, 0), *self._postponed_rows()], self.localizer
        )

    def _postponed_rows(self) -> Iterator[Row]:
        """Yield the postponed types, each under its name."""
        while self._postponed:
            type = self._postponed.pop(0)
            if type.to not in self._explained:
                yield from self._members([type], 0)

    def _rows(self, fields: Iterable[Field], depth: int) -> Iterator[Row]:
        for each in fields:
            yield self._row(each, depth)
            yield from self._nested_rows(innermost(each.type), depth + 1)

    def _nested_rows(self, type: Type, depth: int) -> Iterator[Row]:
        match type:
            case Named(to=name) if name not in self._explained:
                named = self.api.types[name]
                if isinstance(named, Enumeration):
                    return
                if depth > MAX_DEPTH:
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
        """Yield a row for each member that has fields or values, and its fields below it."""
        for member in members:
            inner = innermost(member)
            if isinstance(inner, Named):
                name = markdown.nested_cell(
                    markdown.strong(markdown.text(types.name_of(member))), depth
                )
                meaning = markdown.cell_lines(
                    [
                        self.localizer.inline(self.api.types[inner.to].title),
                        *self._values(inner, depth),
                    ]
                )
                yield self._member_row(name, types.cell(self.api, member, self.localizer), meaning)
                yield from self._nested_rows(inner, depth + 1)

    def _member_row(self, name: Markdown, type: Markdown, meaning: Markdown) -> Row:
        nothing = markdown.text("")
        return [name, type, nothing, meaning, nothing, nothing]

    def _row(self, each: Field, depth: int) -> Row:
        return [
            markdown.nested_cell(markdown.code(each.wire), depth),
            types.cell(self.api, each.type, self.localizer),
            _required(each, self.localizer),
            self._meaning(each, depth),
            self._limit(each, depth),
            _example(each),
        ]

    def _limit(self, each: Field, depth: int) -> Markdown:
        limit = types.limit(self.api, each, self.localizer)
        if not self.styled or depth or not (style := encoded_shape(self.api, each)):
            return limit
        return self.localizer.join(
            [limit, self.localizer.label("sent_as", markdown.code(style))], "semicolon"
        )

    def _meaning(self, each: Field, depth: int) -> Markdown:
        title, description = self.api.meaning_of(each)
        if self.api.is_undocumented(each):
            self.localizer.note_missing_meaning(each.wire)
        lines = [markdown.strong(self.localizer.inline(title)), self.localizer.inline(description)]
        if each.when:
            lines.append(
                self.localizer.label(
                    "applies" if each.required else "if", self.localizer.inline(each.when)
                )
            )
        if each.unit:
            lines.append(self.localizer.label("unit", self.localizer.inline(each.unit)))
        lines += self._values(each.type, depth)
        if each.default is not None and not each.secret:
            lines.append(
                self.localizer.label("default", markdown.code(shortened(each.default.json)))
            )
        lines += [
            self.localizer.label(key)
            for key, applies in (("encrypted", each.encrypted), ("secret", each.secret))
            if applies
        ]
        if each.since:
            lines.append(self.localizer.label("since", self.localizer.inline(each.since)))
        if each.deprecated:
            lines.append(deprecation(each.deprecated, self.localizer))
        return markdown.cell_lines(lines)

    def _values(self, type: Type, depth: int) -> list[Markdown]:
        """Return the values of an enumeration, or a reference to a type expanded elsewhere."""
        inner = innermost(type)
        if not isinstance(inner, Named):
            return []
        named = self.api.types[inner.to]
        if inner.to in self._explained:
            key = "values_above" if isinstance(named, Enumeration) else "fields_above"
            return [self.localizer.label(key, markdown.code(inner.to.name))]
        if not isinstance(named, Enumeration):
            return (
                [self.localizer.label("fields_below", markdown.code(inner.to.name))]
                if depth >= MAX_DEPTH
                else []
            )
        self._explained.add(inner.to)
        return [
            markdown.inline(
                [markdown.code(wire_text(each.value)), self.localizer.inline(each.text)]
            )
            for each in named.values
        ]


def table(columns: Sequence[str], rows: Iterable[Row], localizer: Localizer) -> Markdown | None:
    """Return a table with localized column titles, or None if it has no rows."""
    cells = list(rows)
    return markdown.table([localizer.label(column) for column in columns], cells) if cells else None


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


def _required(each: Field, localizer: Localizer) -> Markdown:
    if each.required:
        return localizer.label("yes")
    return localizer.label("depends" if each.when else "no")


def _example(each: Field) -> Markdown:
    if each.example is None or each.secret:
        return markdown.text("")
    return markdown.code(shortened(each.example.json))


def shortened(value: Json) -> str:
    """Shorten a value for the cell of a table."""
    text = wire_text(value)
    return text if len(text) <= _WIDEST_EXAMPLE else text[: _WIDEST_EXAMPLE - 1] + "…"
