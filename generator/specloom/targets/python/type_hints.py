"""Types of the model as Python annotations.

Four places ask for one: an argument of a function (plain types), a field of a class (with limits and forms on the wire), a field of a class that
belongs to a request, and a whole value that is received (with forms on the wire). Arguments and fields are sequences and mappings, which any list
or dict is; a value that comes alone is a list or dict. What belongs to a request takes unlisted values of open enumerations; a class that any place
may use has the members of the enumeration, for they are what is read. It is the same whether it is sent, received, or both: another endpoint that
uses it changes nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from ...code import Python, python
from ...model import (
    AnyJson,
    Api,
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enumeration,
    Field,
    File,
    Integer,
    JsonText,
    LengthRange,
    ListOf,
    MapOf,
    Named,
    Nullable,
    Number,
    NumberRange,
    String,
    Type,
    Union,
    UnionType,
)
from .imports import Module

NONE = python.member(python.literal(None))


class Annotations(Struct, frozen=True):
    """Writes annotations into one module."""

    api: Api
    module: Module
    use: Literal["argument", "request", "field", "value"]

    def of(self, type: Type) -> Python:
        """The annotation of a type, null included."""
        return python.union(each.flat for each in self.members(type))

    def members(self, type: Type) -> list[python.UnionMember]:
        """The members of the union that an annotation is, most often one."""
        if isinstance(type, Nullable):
            return [*self.members(type.type), NONE]
        if isinstance(type, Union):
            return [found for member in type.members for found in self.members(member)]
        if isinstance(type, Named):
            named = self.api.types[type.to]
            if isinstance(named, UnionType) and named.tag is None:
                # msgspec cannot follow an alias that is not defined yet, so the members stand where the name is used.
                return [found for member in named.members for found in self.members(member)]
            return (
                self._enumerated(type, named)
                if isinstance(named, Enumeration) and not named.closed
                else [python.member(self._named(type))]
            )
        return [self._annotated(*self._plain(type))]

    def _enumerated(self, type: Named, enumeration: Enumeration) -> list[python.UnionMember]:
        """An open enumeration; where a value is sent and never read, any other one as well."""
        name = self._named(type)
        whole = isinstance(enumeration.values[0].value, int)
        if self.use == "argument":
            return [
                python.member(name),
                python.member(self.module.builtin("int" if whole else "str")),
            ]
        if self.use == "request":
            return [python.member(self._ours("models", "OrInt" if whole else "OrStr"), [name])]
        return [python.member(name)]

    def of_field(self, field: Field) -> list[python.UnionMember]:
        """The members of a field's annotation, without what says that it may be absent."""
        if self.use == "argument" or not (field.encrypted or field.secret):
            return self.members(field.type)
        nothing = [NONE] if isinstance(field.type, Nullable) else []
        bare = field.type.type if isinstance(field.type, Nullable) else field.type
        plain, extras = (
            (self.of(bare), []) if isinstance(bare, (Named, Union)) else self._plain(bare)
        )
        if field.encrypted:
            extras = [*self._mark("ENCRYPTED"), *extras]
        if field.secret:
            extras = [*self._mark("SECRET"), *extras]
        return [self._annotated(plain, extras), *nothing]

    def _annotated(self, plain: Python, extras: list[Python]) -> python.UnionMember:
        if self.use == "argument" or not extras:
            return python.member(plain)
        return python.member(self.module.use("typing", "Annotated"), [plain, *extras])

    def _plain(self, type: Type) -> tuple[Python, list[Python]]:
        """The type without limits, and the limits and conversions that `Annotated` adds."""
        match type:
            case String():
                if type.literals:
                    return self._literal(type.literals), []
                pattern = (
                    {"pattern": python.literal(type.pattern)} if type.pattern is not None else {}
                )
                return self.module.builtin("str"), self._limited(
                    {**lengths(type.length), **pattern}
                )
            case Integer():
                if type.literals:
                    return self._literal(type.literals), []
                return self.module.builtin("int"), self._range(type.range, exact=False)
            case Number():
                if type.exact:
                    return self.module.use("decimal", "Decimal"), self._range(
                        type.range, exact=True
                    )
                return self.module.builtin("float"), self._range(type.range, exact=False)
            case Boolean(literal=bool(literal)):
                return self._literal((literal,)), []
            case Boolean():
                return self.module.builtin("bool"), []
            case Bytes():
                return self.module.builtin("bytes"), self._limited(lengths(type.length))
            case File():
                return self._ours("uploads", "UploadLike"), self._limited(lengths(type.length))
            case DateTime():
                return self.module.use("datetime", "datetime"), self._datetime(type)
            case Date():
                conversion = [] if type.format is None else self._formatted(type.format)
                return self.module.use("datetime", "date"), conversion
            case Duration():
                mark = {"s": "SECONDS", "ms": "MILLISECONDS", None: None}[type.unit]
                return self.module.use("datetime", "timedelta"), self._mark(mark) if mark else []
            case AnyJson():
                return self.module.use("typing", "Any"), []
            case ListOf():
                item = self.of(type.item)
                if self.use == "value":
                    return python.subscript(self.module.builtin("list"), [item]), []
                sequence = self.module.use("collections.abc", "Sequence")
                return python.subscript(sequence, [item]), self._limited(lengths(type.length))
            case MapOf():
                pair = [self.module.builtin("str"), self.of(type.value)]
                if self.use == "value":
                    return python.subscript(self.module.builtin("dict"), pair), []
                return python.subscript(
                    self.module.use("collections.abc", "Mapping"), pair
                ), self._limited(lengths(type.length))
            case JsonText():
                return self.of(type.type), self._mark("JSON_TEXT")
            case _:
                raise TypeError(f"no annotation for {type!r}")

    def _named(self, type: Named) -> Python:
        name = type.to.name
        home = ("models", *type.to.module)
        if home == self.module.parts:
            return python.identifier(name)
        if self.module.parts[0] in ("models", "events") or type.to.name in self.api.ambiguous:
            return python.dotted(self.module.use_module(home), name)
        return self.module.use_type(home, name)

    def _literal(self, values: tuple[str, ...] | tuple[int, ...]) -> Python:
        return python.subscript(
            self.module.use("typing", "Literal"), [python.literal(value) for value in values]
        )

    def _limited(self, limits: dict[str, Python]) -> list[Python]:
        if not limits or self.use not in ("field", "request"):
            return []
        return [python.call(self._ours("wire_formats", "limited"), python.call_options(limits))]

    def _range(self, range: NumberRange, *, exact: bool) -> list[Python]:
        if not range:
            return []
        limits = {
            "gt" if range.above else "ge": range.least,
            "lt" if range.below else "le": range.most,
        }
        given = {name: end for name, end in limits.items() if end is not None}
        ends = {
            name: str(end) if exact else float(end) if isinstance(end, Decimal) else end
            for name, end in given.items()
        }
        return self._limited({name: python.literal(end) for name, end in ends.items()})

    def _datetime(self, type: DateTime) -> list[Python]:
        match type.format:
            case None if self.use == "argument":
                return []
            case None:  # no limit, which a server may loosen: without a zone it is no moment
                return [
                    python.call(
                        self.module.use("msgspec", "Meta"),
                        [python.keyword_argument("tz", python.literal(True))],
                    )
                ]
            case "unix":
                return self._mark("UNIX")
            case "unix-ms":
                return self._mark("UNIX_MS")
            case format:
                return self._formatted(format)

    def _formatted(self, format: str) -> list[Python]:
        return [python.call(mark, [python.literal(format)]) for mark in self._mark("formatted")]

    def _mark(self, name: str) -> list[Python]:
        """A mark of the runtime's `wire` module; functions take plain values and have none."""
        return [] if self.use == "argument" else [self._ours("wire_formats", name)]

    def _ours(self, module: str, name: str) -> Python:
        return self.module.use_ours(("_runtime", module), name)


def lengths(span: LengthRange) -> dict[str, Python]:
    """The keyword arguments for a span."""
    given = {"min_length": span.least, "max_length": span.most}
    return {name: python.literal(end) for name, end in given.items() if end is not None}
