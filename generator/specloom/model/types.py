"""Types: what a value may be, and the named types that an API declares."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal as Exact
from typing import Literal, TypeAlias

from .texts import Place, Text, Value


@dataclass(frozen=True, slots=True)
class Span:
    """How long a text, a list, a map or a file may be; both ends included, None is no limit."""

    least: int | None = None
    most: int | None = None

    def __bool__(self) -> bool:
        return self.least is not None or self.most is not None


@dataclass(frozen=True, slots=True)
class Range:
    """Between what a number lies; `above`/`below` say that the end itself is excluded."""

    least: int | Exact | None = None
    most: int | Exact | None = None
    above: bool = False
    below: bool = False

    def __bool__(self) -> bool:
        return self.least is not None or self.most is not None


@dataclass(frozen=True, slots=True)
class String:
    """`string`: length in code points; `literals` are the only values if there are any; `pattern` matches the whole value."""

    length: Span = Span()
    literals: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Integer:
    range: Range = Range()
    literals: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number; exact (Python's Decimal) for `decimal`, a float for `number`."""

    range: Range = Range()
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Boolean:
    literal: bool | None = None


@dataclass(frozen=True, slots=True)
class Bytes:
    """Base64 in JSON; length in bytes after decoding."""

    length: Span = Span()


@dataclass(frozen=True, slots=True)
class File:
    """Raw bytes, outside JSON; length in bytes. `media` are the media types allowed, empty for any."""

    length: Span = Span()
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DateTime:
    """RFC 3339 with offset; or `unix` (seconds), `unix-ms`, or a strptime format."""

    format: str | None = None


@dataclass(frozen=True, slots=True)
class Date:
    """ISO 8601 `YYYY-MM-DD`, or a strptime format."""

    format: str | None = None


@dataclass(frozen=True, slots=True)
class Duration:
    """ISO 8601, or an integer count of seconds (`s`) or milliseconds (`ms`)."""

    unit: Literal["s", "ms"] | None = None


@dataclass(frozen=True, slots=True)
class AnyJson:
    """`json`: any JSON value."""


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Type
    length: Span = Span()


@dataclass(frozen=True, slots=True)
class MapOf:
    """A JSON object with any keys."""

    value: Type
    length: Span = Span()


@dataclass(frozen=True, slots=True)
class JsonText:
    """`text<T>`: a string that holds T as JSON."""

    type: Type


@dataclass(frozen=True, slots=True)
class Union:
    """A union written in place; members differ by JSON kind."""

    members: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Nullable:
    """`T?`: null is allowed. Only ever outermost."""

    type: Type


@dataclass(frozen=True, slots=True)
class Named:
    """A reference to a structure, an enumeration or a named union. Other named types are written out where they are used."""

    to: TypeName


Type: TypeAlias = (
    String | Integer | Number | Boolean | Bytes | File | DateTime | Date | Duration | AnyJson
    | ListOf | MapOf | JsonText | Union | Nullable | Named
)


@dataclass(frozen=True, slots=True, order=True)
class TypeName:
    """The identity of a named type: the module it stands in, and its class name, unique there.

    `module` is the resource's path; the last part is `_types` for a folder's shared types.
    """

    module: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a structure, or a parameter of an endpoint, with what its named type gives it already filled in."""

    wire: str
    """The name on the wire."""
    name: str
    """The name in Python."""
    type: Type
    required: bool
    """Must be present; whether it may be null is the type's affair."""
    title: Text = Text()
    description: Text = Text()
    example: Value | None = None
    default: Value | None = None
    """What the server takes when it is absent; never sent."""
    unit: Text = Text()
    when: Text = Text()
    """When it is required, if that depends."""
    encrypted: bool = False
    secret: bool = False
    deprecated: Text | bool = False
    since: Text = Text()
    style: Literal["repeat", "comma", "brackets", "deep"] = "repeat"
    place: Place = Place("", 1, 1)


@dataclass(frozen=True, slots=True)
class Structure:
    """A JSON object with known fields: a class in Python."""

    name: TypeName
    fields: tuple[Field, ...]
    title: Text = Text()
    description: Text = Text()
    sent: bool = False
    """Reachable from a request."""
    received: bool = False
    """Reachable from an answer."""
    place: Place = Place("", 1, 1)


@dataclass(frozen=True, slots=True)
class EnumValue:
    value: str | int
    name: str
    """The member's name in Python."""
    text: Text = Text()


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Open unless `closed`: a value that is not listed is kept as it came."""

    name: TypeName
    values: tuple[EnumValue, ...]
    closed: bool = False
    title: Text = Text()
    description: Text = Text()
    place: Place = Place("", 1, 1)


@dataclass(frozen=True, slots=True)
class UnionType:
    """A named union; with `tag`, its members are structures told apart by the literals of that field (a wire name)."""

    name: TypeName
    members: tuple[Type, ...]
    tag: str | None = None
    title: Text = Text()
    description: Text = Text()
    place: Place = Place("", 1, 1)


NamedType: TypeAlias = "Structure | Enumeration | UnionType"
