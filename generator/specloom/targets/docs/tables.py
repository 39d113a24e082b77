"""Tables of fields, with nested fields below their object."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from ...code import Markdown, markdown
from ...model import (
    Api,
    Enumeration,
    Field,
    MapOf,
    Named,
    NamedType,
    Object,
    Type,
    TypeName,
    Union,
    UnionType,
    innermost,
    wire_text,
)
from . import types
from .field_cells import FieldCells
from .localizer import Localizer

_MAX_DEPTH = 2
"""Levels of nested fields in the table of their object; types below have tables of their own."""


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

    cells: FieldCells
    localizer: Localizer
    _shown: set[TypeName] = field(default_factory=set[TypeName])
    """Types with their fields or values in the current table, or in those of its nested types."""
    _links: dict[TypeName, Markdown] = field(default_factory=dict[TypeName, Markdown])
    """Links to the types that have a table of their own on the page."""
    _anchors: dict[str, int] = field(default_factory=dict[str, int])
    _waiting: deque[TypeName] = field(default_factory=deque[TypeName])
    """Types whose own tables follow after the current one."""

    @property
    def api(self) -> Api:
        return self.cells.api

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
            cells = self.cells.of(each, styled=styled)
            self.localizer.add(cells.localizer)
            inner = innermost(each.type)
            yield FieldRow(
                markdown.nested_cell(cells.name, depth),
                cells.type,
                cells.required,
                markdown.cell_lines(
                    [*cells.meaning, *self._about_type(inner, depth), *cells.facts]
                ),
            )
            yield from self._nested_rows(inner, depth + 1)

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
                    self.cells.of(extra, styled=False).facts[0],
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
