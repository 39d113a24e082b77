"""Types of values, fields, and the named types of an API."""

from __future__ import annotations

from decimal import Decimal as Exact
from typing import Literal, TypeAlias

from msgspec import Struct

from .texts import SourceLocation, Text, Value


class LengthRange(Struct, frozen=True):
    """Limits of the length of a string, list, map or file; both inclusive, None for no limit."""

    minimum: int | None = None
    maximum: int | None = None

    def __bool__(self) -> bool:
        return self.minimum is not None or self.maximum is not None


class NumberRange(Struct, frozen=True):
    """Limits of a number; with `above` or `below` the end itself is excluded."""

    minimum: int | Exact | None = None
    maximum: int | Exact | None = None
    above: bool = False
    below: bool = False

    def __bool__(self) -> bool:
        return self.minimum is not None or self.maximum is not None


class String(Struct, frozen=True):
    """`string`: length in code points. `literals`, if any, are the only values. `pattern` matches the whole value."""

    length: LengthRange = LengthRange()
    literals: tuple[str, ...] = ()
    pattern: str | None = None


class Integer(Struct, frozen=True):
    """An integer; `literals`, if any, are the only values."""

    range: NumberRange = NumberRange()
    literals: tuple[int, ...] = ()


class Number(Struct, frozen=True):
    """A JSON number: exact (`Decimal` in Python) for `decimal`, a float for `number`."""

    range: NumberRange = NumberRange()
    exact: bool = False


class Boolean(Struct, frozen=True):
    """A boolean; `literal`, if set, is the only value."""

    literal: bool | None = None


class Bytes(Struct, frozen=True):
    """Base64 in JSON; length in bytes after decoding."""

    length: LengthRange = LengthRange()


class File(Struct, frozen=True):
    """Bytes outside JSON; length in bytes. `media` are the allowed media types, empty for any."""

    length: LengthRange = LengthRange()
    media: tuple[str, ...] = ()


class PlainText(Struct, frozen=True):
    """Text outside JSON, a whole body; length in code points. `media` are the allowed media types, empty for any."""

    length: LengthRange = LengthRange()
    media: tuple[str, ...] = ()


class DateTime(Struct, frozen=True):
    """RFC 3339 with offset; or `unix` (seconds), `unix-ms`, `rfc2822`, or a format as in `runtime/datetime_formats`."""

    format: str | None = None


class Date(Struct, frozen=True):
    """ISO 8601 `YYYY-MM-DD`, or a format as in `runtime/datetime_formats`."""

    format: str | None = None


class Duration(Struct, frozen=True):
    """ISO 8601, or an integer count of seconds (`s`) or milliseconds (`ms`)."""

    unit: Literal["s", "ms"] | None = None


class AnyJson(Struct, frozen=True):
    """`json`: any JSON value."""


class ListOf(Struct, frozen=True):
    """A JSON array."""

    item: Type
    length: LengthRange = LengthRange()


class MapOf(Struct, frozen=True):
    """A JSON object with any keys."""

    value: Type
    length: LengthRange = LengthRange()


class JsonText(Struct, frozen=True):
    """`text<T>`: a string that holds T as JSON."""

    type: Type


class Union(Struct, frozen=True):
    """An inline union, whose members differ by JSON kind."""

    members: tuple[Type, ...]


class Nullable(Struct, frozen=True):
    """`T?`: null is allowed. Always the outermost type."""

    type: Type


class Named(Struct, frozen=True):
    """A reference to an object, an enumeration or a named union. Other named types are expanded where they are used."""

    to: TypeName


Type: TypeAlias = (
    String
    | Integer
    | Number
    | Boolean
    | Bytes
    | File
    | PlainText
    | DateTime
    | Date
    | Duration
    | AnyJson
    | ListOf
    | MapOf
    | JsonText
    | Union
    | Nullable
    | Named
)


class TypeName(Struct, frozen=True, order=True):
    """Identity of a named type: its module, and its class name, unique in the module.

    `module` is the resource's path; the last part is `_types` for a folder's shared types.
    """

    module: tuple[str, ...]
    name: str


class Field(Struct, frozen=True):
    """A field of an object or a parameter of an endpoint; attributes of its named type are already applied."""

    wire: str
    """Wire name."""
    name: str
    """Python name."""
    type: Type
    required: bool
    """True if it must be present; the type decides whether it may be null."""
    title: Text = Text()
    description: Text = Text()
    example: Value | None = None
    default: Value | None = None
    """Value that the server assumes if the field is absent; never sent."""
    unit: Text = Text()
    when: Text = Text()
    """Condition under which it is required."""
    encrypted: bool = False
    secret: bool = False
    deprecated: Text | bool = False
    since: Text = Text()
    style: Literal["repeat", "comma", "pipe", "space", "brackets", "deep"] = "repeat"
    only: Literal["request", "response"] | None = None
    """The only direction that has it; the request form of its object is a type of its own."""
    fill: Literal["uuid", "now"] | None = None
    """Value that the client computes if the argument is absent; of parameters and fields of a request body."""
    location: SourceLocation = SourceLocation("", 1, 1)


class Object(Struct, frozen=True):
    """A JSON object with known fields: a class in Python."""

    name: TypeName
    fields: tuple[Field, ...]
    title: Text = Text()
    description: Text = Text()
    shared: bool = False
    """True if declared under `types:`; otherwise it belongs to the one place that defines it."""
    extra: Field | None = None
    """Map of the fields that are not listed, if they are kept; its wire name is empty."""
    location: SourceLocation = SourceLocation("", 1, 1)

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The fields, and `extra` if there is one."""
        return (*self.fields, self.extra) if self.extra else self.fields


class EnumValue(Struct, frozen=True):
    """A value of an enumeration."""

    value: str | int
    name: str
    """Name of the member in Python."""
    text: Text = Text()


class Enumeration(Struct, frozen=True):
    """An enumeration. Unless `closed`, it is open: an unlisted value is kept as received."""

    name: TypeName
    values: tuple[EnumValue, ...]
    closed: bool = False
    title: Text = Text()
    description: Text = Text()
    location: SourceLocation = SourceLocation("", 1, 1)


class UnionType(Struct, frozen=True):
    """A named union. With `tag`, its members are objects that differ by the literals of that field (a wire name)."""

    name: TypeName
    members: tuple[Type, ...]
    tag: str | None = None
    title: Text = Text()
    description: Text = Text()
    location: SourceLocation = SourceLocation("", 1, 1)


NamedType: TypeAlias = "Object | Enumeration | UnionType"


def innermost(type: Type) -> Type:
    """Return the innermost type of a list, a map, a nullable or a string with JSON."""
    match type:
        case Nullable() | JsonText():
            return innermost(type.type)
        case ListOf():
            return innermost(type.item)
        case MapOf():
            return innermost(type.value)
        case _:
            return type


def literals_of(type: Type) -> tuple[str | int, ...]:
    """Return the only values of a type, in order; none if there are others. A boolean has one at most."""
    match type:
        case String() | Integer():
            return type.literals
        case Boolean(literal=bool(literal)):
            return (literal,)
        case _:
            return ()


def is_constant(type: Type) -> bool:
    """Return whether a type has exactly one value."""
    match type:
        case String() | Integer():
            return len(type.literals) == 1
        case Boolean():
            return type.literal is not None
        case _:
            return False
