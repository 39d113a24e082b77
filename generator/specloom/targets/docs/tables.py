"""Tables of fields, with nested fields below their object."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from ... import locales
from ...code import Markdown, markdown
from ...model import (
    Api,
    Enumeration,
    Field,
    Json,
    MapOf,
    Named,
    NamedType,
    Object,
    Text,
    Type,
    TypeName,
    Union,
    UnionType,
    innermost,
    wire_text,
)
from .. import descriptions
from . import types
from .localizer import Localizer
from .parameter_styles import encoded_shape

_MAX_DEPTH = 2
"""Levels of nested fields in the table of their object; types below have tables of their own."""
_WIDEST_EXAMPLE = 30


class FieldRow(Struct, frozen=True):
    """Row of a table of fields; all are table cells."""

    name: Markdown
    type: Markdown
    required: Markdown
    description: Markdown


class FieldTable(Struct, frozen=True):
    """Table of fields. That of a type that is nested too deep has the type's name and title."""

    fields: Sequence[FieldRow]
    name: Markdown | None = None
    title: Markdown | None = None


class FieldTables(Struct):
    """Builder of the tables of a page. A table shows the fields of a type once, where it occurs first, so that recursive types end."""

    api: Api
    localizer: Localizer
    _shown: set[TypeName] = field(default_factory=set[TypeName])
    """Types with their fields or values in the current table, or in those of its nested types."""
    _links: dict[TypeName, Markdown] = field(default_factory=dict[TypeName, Markdown])
    """Links to the types that have a table of their own on the page."""
    _anchors: dict[str, int] = field(default_factory=dict[str, int])
    _waiting: deque[TypeName] = field(default_factory=deque[TypeName])
    """Types whose own tables follow after the current one."""

    def of(
        self,
        fields: Iterable[Field],
        *,
        styled: bool = False,
        before: Iterable[FieldRow] = (),
        after: Iterable[FieldRow] = (),
    ) -> list[FieldTable]:
        """Return a table of the fields between other rows, and the tables of types nested too deep; none without rows.

        With `styled=True`, lists and objects have an encoding style, as in a query or form.
        """
        return self._tables([*before, *self._rows(fields, 0, styled=styled), *after])

    def of_type(self, type: Type) -> list[FieldTable]:
        """Return the tables of an object type, or of the items, values or members of a type."""
        match innermost(type):
            case Named(to=name):
                return self._tables(list(self._rows_of(name, 0)))
            case Union(members=members):
                return self._tables(list(self._members(members, 0)))
            case _:
                return []

    def _tables(self, rows: list[FieldRow]) -> list[FieldTable]:
        tables = [FieldTable(rows)] if rows else []
        while self._waiting:
            name = self._waiting.popleft()
            tables.append(
                FieldTable(
                    list(self._rows_of(name, 0)),
                    types.class_of(self.api, name),
                    self.localizer.inline(self.api.types[name].title),
                )
            )
        self._shown.clear()
        return tables

    def _rows(
        self, fields: Iterable[Field], depth: int, *, styled: bool = False
    ) -> Iterator[FieldRow]:
        for each in fields:
            yield FieldRow(
                markdown.nested_cell(markdown.code(each.wire), depth),
                markdown.cell(types.cell(self.api, each.type, self.localizer)),
                _required(each, self.localizer),
                self._description(each, depth, styled=styled),
            )
            yield from self._nested_rows(innermost(each.type), depth + 1)

    def _nested_rows(self, type: Type, depth: int) -> Iterator[FieldRow]:
        match type:
            case Named(to=name) if name not in self._shown and name not in self._links:
                yield from self._rows_of(name, depth)
            case Union(members=members) if depth <= _MAX_DEPTH:
                yield from self._members(members, depth)
            case _:
                return

    def _rows_of(self, name: TypeName, depth: int) -> Iterator[FieldRow]:
        match self.api.types[name]:
            case Object(fields=fields, extra=extra):
                self._shown.add(name)
                yield from self._rows(fields, depth)
                if extra:
                    yield from self._extra_rows(extra, depth)
            case UnionType(members=members, tag=tag):
                self._shown.add(name)
                yield from self._members(members, depth, tagged=tag is not None)
            case _:
                return

    def _extra_rows(self, extra: Field, depth: int) -> Iterator[FieldRow]:
        """Yield a row for the fields that an object does not list, and the fields of their type."""
        assert isinstance(extra.type, MapOf)
        localizer, value = self.localizer, innermost(extra.type)
        yield FieldRow(
            markdown.nested_cell(localizer.label("other_fields"), depth),
            markdown.cell(types.cell(self.api, extra.type.value, localizer)),
            localizer.label("no"),
            markdown.cell_lines(
                [
                    localizer.label("extra", markdown.code(f".{extra.name}")),
                    *self._about_type(value, depth),
                    localizer.join(self._facts(extra, styled=False), "sentences"),
                ]
            ),
        )
        yield from self._nested_rows(value, depth + 1)

    def _is_object(self, type: Type) -> bool:
        named = self.api.types[type.to] if isinstance(type, Named) else None
        return isinstance(named, Object | UnionType)

    def _members(
        self, members: Sequence[Type], depth: int, *, tagged: bool = False
    ) -> Iterator[FieldRow]:
        """Yield a row for each member that has fields or values, and its fields below it."""
        objects = [each for each in members if self._is_object(innermost(each))]
        for member in members:
            inner = innermost(member)
            if isinstance(inner, Named):
                title = self.localizer.inline(self.api.types[inner.to].title)
                if not tagged and len(objects) > 1 and member is objects[0]:
                    title = self.localizer.join(
                        [title, self.localizer.label("untagged")], "sentences"
                    )
                yield FieldRow(
                    markdown.nested_cell(
                        markdown.strong(markdown.text(types.name_of(member))), depth
                    ),
                    markdown.cell(types.cell(self.api, member, self.localizer)),
                    markdown.text(""),
                    markdown.cell_lines([title, *self._about_type(inner, depth)]),
                )
                yield from self._nested_rows(inner, depth + 1)

    def _description(self, each: Field, depth: int, *, styled: bool) -> Markdown:
        localizer = self.localizer
        title, description = self.api.meaning_of(each)
        if self.api.is_undocumented(each):
            localizer.note_missing_meaning(each.wire)
        lines = [markdown.strong(localizer.inline(title)), localizer.inline(description)]
        if each.when:
            lines.append(
                localizer.label("applies" if each.required else "if", localizer.inline(each.when))
            )
        lines += self._about_type(innermost(each.type), depth)
        lines.append(localizer.join(self._facts(each, styled=styled), "sentences"))
        if each.since:
            lines.append(localizer.label("since", localizer.inline(each.since)))
        if each.deprecated:
            lines.append(deprecation(each.deprecated, localizer))
        return markdown.cell_lines(lines)

    def _facts(self, each: Field, *, styled: bool) -> list[Markdown]:
        """Return limits, encoding style, unit, default and example, a sentence each."""
        localizer = self.localizer
        sentences = [types.limit(self.api, each, localizer)]
        if styled and (style := encoded_shape(self.api, each)):
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

    def _about_type(self, type: Type, depth: int) -> list[Markdown]:
        """Return the values of an enumeration, or the place where the fields of a type are if they do not follow."""
        if isinstance(type, Union) and depth >= _MAX_DEPTH:
            return [
                line for each in type.members for line in self._about_type(innermost(each), depth)
            ]
        if not isinstance(type, Named):
            return []
        name, named = type.to, self.api.types[type.to]
        if name in self._links:
            return [self.localizer.label("fields_of", self._links[name])]
        if name in self._shown:
            key = "values_above" if isinstance(named, Enumeration) else "fields_above"
            return [self.localizer.label(key, markdown.code(name.name))]
        if isinstance(named, Enumeration):
            self._shown.add(name)
            return [
                markdown.inline(
                    [markdown.code(wire_text(each.value)), self.localizer.inline(each.text)]
                )
                for each in named.values
            ]
        if depth < _MAX_DEPTH or not _has_rows(named):
            return []
        self._waiting.append(name)
        self._links[name] = self._link(name)
        return [self.localizer.label("fields_of", self._links[name])]

    def _link(self, name: TypeName) -> Markdown:
        """Return a link to the heading of a type; sites derive anchors from headings as GitHub does."""
        heading = types.class_of(self.api, name)
        anchor = heading.strip("`").replace(".", "").lower()
        count = self._anchors[anchor] = self._anchors.get(anchor, -1) + 1
        return markdown.link(heading, f"#{anchor}-{count}" if count else f"#{anchor}")


def _has_rows(named: NamedType) -> bool:
    """Return whether the table of an object or union has rows."""
    match named:
        case Object(fields=fields):
            return bool(fields)
        case UnionType(members=members):
            return any(isinstance(innermost(member), Named) for member in members)
        case _:
            return False


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
