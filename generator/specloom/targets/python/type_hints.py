"""Type hints for types of the model.

A type hint depends on its use:

- `argument`: plain types.
- `field` of a class: with limits and wire formats.
- `request`, a field of a class that only requests use: also accepts unlisted values of open enumerations.
- `value`, a whole response or payload: with wire formats; lists and maps are `list` and `dict`.

Arguments and fields have `Sequence` and `Mapping`, which accept any list or dict. A named class has the same hints whether it is sent,
received or both, so that a further endpoint with it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    PlainText,
    String,
    Type,
    Union,
    UnionType,
)
from .imports import Module

NONE = python.literal(None)
_NOTHING = python.empty_file()


class TypeHints(Struct, frozen=True):
    """Builder of type hints for one module."""

    api: Api
    module: Module
    use: Literal["argument", "request", "field", "value"]

    def of(self, type: Type) -> Python:
        """Return the type hint of a type, with None if it is nullable."""
        return self.union(self.members(type))

    def union(self, members: Iterable[Python], beside: Python = _NOTHING) -> Python:
        """Return the union of members: `a | b`, or `Union` with one member per line if it is long, beside a name on the same line."""
        unique = python.members_of_union(members)
        if len(unique) > 1 and python.is_long(beside, *unique):
            rows = [python.type_beside(_NOTHING, member) for member in unique]
            return python.multiline_subscript(self.module.use("typing", "Union"), rows)
        return python.type_beside(beside, python.union(unique))

    def members(self, type: Type) -> list[Python]:
        """Return the members of the union; most types have one."""
        if isinstance(type, Nullable):
            return [*self.members(type.type), NONE]
        if isinstance(type, Union):
            return [each for member in type.members for each in self.members(member)]
        if isinstance(type, Named):
            named = self.api.types[type.to]
            if isinstance(named, UnionType) and named.tag is None:
                # msgspec cannot resolve an alias before its definition, so use the members in place of the name.
                return [each for member in named.members for each in self.members(member)]
            return (
                self._enumerated(type, named)
                if isinstance(named, Enumeration) and not named.closed
                else [self._named(type)]
            )
        return [self._annotated(*self._plain(type))]

    def _enumerated(self, type: Named, enumeration: Enumeration) -> list[Python]:
        """Return an open enumeration, and in requests any other value as well."""
        name = self._named(type)
        is_integer = isinstance(enumeration.values[0].value, int)
        if self.use == "argument":
            return [name, self.module.builtin("int" if is_integer else "str")]
        if self.use == "request":
            return [
                python.subscript(
                    self._runtime_name("models", "OrInt" if is_integer else "OrStr"), [name]
                )
            ]
        return [name]

    def of_field(self, field: Field) -> list[Python]:
        """Return the members of a field's type hint, without None or UNSET for absence."""
        if self.use == "argument" or not (field.encrypted or field.secret):
            return self.members(field.type)
        null_members = [NONE] if isinstance(field.type, Nullable) else []
        inner = field.type.type if isinstance(field.type, Nullable) else field.type
        plain, extras = (
            (self.of(inner), []) if isinstance(inner, (Named, Union)) else self._plain(inner)
        )
        if field.encrypted:
            extras = [*self._marker("ENCRYPTED"), *extras]
        if field.secret:
            extras = [*self._marker("SECRET"), *extras]
        return [self._annotated(plain, extras), *null_members]

    def _annotated(self, plain: Python, extras: list[Python]) -> Python:
        if self.use == "argument" or not extras:
            return plain
        return python.subscript(self.module.use("typing", "Annotated"), [plain, *extras])

    def _plain(self, type: Type) -> tuple[Python, list[Python]]:
        """Return the type without limits, and the limits and wire formats for `Annotated`."""
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
                return self._runtime_name("uploads", "UploadLike"), self._limited(
                    lengths(type.length)
                )
            case PlainText():
                return self.module.builtin("str"), []
            case DateTime():
                return self.module.use("datetime", "datetime"), self._datetime(type)
            case Date():
                conversion = [] if type.format is None else self._formatted(type.format)
                return self.module.use("datetime", "date"), conversion
            case Duration():
                mark = {"s": "SECONDS", "ms": "MILLISECONDS", None: None}[type.unit]
                return self.module.use("datetime", "timedelta"), self._marker(mark) if mark else []
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
                return self.of(type.type), self._marker("JSON_TEXT")
            case _:
                raise TypeError(f"no type hint for {type!r}")

    def _named(self, type: Named) -> Python:
        name = type.to.name
        home = ("models", *type.to.module)
        if home == self.module.parts:
            return python.identifier(name)
        if self.module.parts[0] in ("models", "events") or type.to.name in self.api.ambiguous:
            is_own = home[1:] == self.module.parts[1:]
            alias = self.module.use_as(home, "_models") if is_own else self.module.use_module(home)
            return python.dotted(alias, name)
        return self.module.use_type(home, name)

    def _literal(self, values: tuple[str, ...] | tuple[int, ...]) -> Python:
        literals = [python.literal(value) for value in values]
        literal_class = self.module.use("typing", "Literal")
        # Counted twice, for the name and the other members of the union beside them.
        if len(literals) > 1 and python.is_long(*literals, *literals):
            return python.multiline_subscript(literal_class, literals)
        return python.subscript(literal_class, literals)

    def _limited(self, limits: dict[str, Python]) -> list[Python]:
        if not limits or self.use not in ("field", "request"):
            return []
        return [
            python.inline_call(
                self._runtime_name("wire_formats", "limited"), python.call_options(limits)
            )
        ]

    def _range(self, range: NumberRange, *, exact: bool) -> list[Python]:
        if not range:
            return []
        bounds = {
            "gt" if range.above else "ge": range.minimum,
            "lt" if range.below else "le": range.maximum,
        }
        present = {name: limit for name, limit in bounds.items() if limit is not None}
        values = {
            name: str(limit) if exact else float(limit) if isinstance(limit, Decimal) else limit
            for name, limit in present.items()
        }
        return self._limited({name: python.literal(limit) for name, limit in values.items()})

    def _datetime(self, type: DateTime) -> list[Python]:
        match type.format:
            case None if self.use == "argument":
                return []
            case None:  # not a limit that a server may relax: without a zone the time is ambiguous
                return [
                    python.inline_call(
                        self.module.use("msgspec", "Meta"),
                        [python.keyword_argument("tz", python.literal(True))],
                    )
                ]
            case "unix":
                return self._marker("UNIX")
            case "unix-ms":
                return self._marker("UNIX_MS")
            case format:
                return self._formatted(format)

    def _formatted(self, format: str) -> list[Python]:
        return [
            python.inline_call(mark, [python.literal(format)]) for mark in self._marker("formatted")
        ]

    def _marker(self, name: str) -> list[Python]:
        """Return a marker of the runtime's `wire_formats`; arguments have plain types without markers."""
        return [] if self.use == "argument" else [self._runtime_name("wire_formats", name)]

    def _runtime_name(self, module: str, name: str) -> Python:
        return self.module.use_own(("_runtime", module), name)


def lengths(length: LengthRange) -> dict[str, Python]:
    """Return keyword arguments for the limits of a length."""
    bounds = {"min_length": length.minimum, "max_length": length.maximum}
    return {name: python.literal(limit) for name, limit in bounds.items() if limit is not None}
