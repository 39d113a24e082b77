"""Values for samples: documented ones written as JSON, and likely ones where the spec gives no example."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import Struct, field

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
    Json,
    JsonText,
    LengthRange,
    ListOf,
    MapOf,
    Named,
    Nullable,
    Number,
    NumberRange,
    Object,
    String,
    Type,
    TypeName,
    Union,
    UnionType,
    json_text,
)
from ..client_interface import constant
from ..moments import MOMENT, day, moment
from .json_types import member_of
from .regex_samples import matching

DEEPEST = 10
"""Levels of fields within fields that tables and samples show in one another."""
_MOST = 200
"""Structures in a sample that nobody wrote."""
_LONGEST = 1000
"""So many characters, bytes or items a value has at most, made up for a sample."""
_READABLE = 5 * _LONGEST
"""Characters of lists, maps and texts that hold JSON, made up for a sample."""


class _Inside(Struct, frozen=True):
    """The structures around a value, and room for more of them: types that hold each other would have no end, or none in sight."""

    types: frozenset[TypeName] = frozenset()
    room: Iterator[int] = field(default_factory=lambda: iter(range(_MOST)))

    def entered(self, to: TypeName) -> _Inside | None:
        """Inside this structure as well; None if that goes too far."""
        if to in self.types or len(self.types) > DEEPEST or next(self.room, None) is None:
            return None
        return _Inside(self.types | {to}, self.room)


def likely(api: Api, each: Field, inside: _Inside | None = None) -> Json:
    """The field's example, or else a value that fits its type; never the example of a secret, which somebody would paste."""
    if each.example is not None and not each.secret:
        return each.example.json
    return _fitting(api, each.type, each.wire, inside or _Inside())


def likely_body(api: Api, type: Type) -> Json:
    """A value for a body of this type."""
    return _fitting(api, type, "value", _Inside())


def completed(api: Api, type: Type, value: Json) -> Json:
    """The value with the constants that an example may leave out, the fields of objects in their order, and secrets made up: what a client sends."""
    match type:
        case Nullable():
            return completed(api, type.type, value)
        case ListOf() if isinstance(value, list):
            return [completed(api, type.item, item) for item in value]
        case MapOf() if isinstance(value, dict):
            return {key: completed(api, type.value, item) for key, item in value.items()}
        case JsonText() if isinstance(value, str):
            held = parsed(value)
            whole = completed(api, type.type, held)
            return value if whole == held else json_text(whole)
        case Union(members=members):
            return _completed_member(api, members, None, value)
        case Named(to=to):
            match api.types[to]:
                case Object(fields=fields) if isinstance(value, dict):
                    given = {
                        each.wire: (
                            completed_field(api, each, value[each.wire])
                            if each.wire in value
                            else constant(each)
                        )
                        for each in fields
                        if each.wire in value or constant(each) is not None
                    }
                    return given | {wire: item for wire, item in value.items() if wire not in given}
                case UnionType(members=members, tag=tag):
                    return _completed_member(api, members, tag, value)
                case _:
                    return value
        case _:
            return value


def completed_field(api: Api, each: Field, value: Json) -> Json:
    """The same of a field's value; a secret one is made up."""
    return likely(api, each) if each.secret else completed(api, each.type, value)


def _completed_member(api: Api, members: Sequence[Type], tag: str | None, value: Json) -> Json:
    member = member_of(api, members, tag, value)
    return value if member is None else completed(api, member, value)


def parsed(value: str) -> Json:
    """The JSON that a text holds; the text itself if it holds none."""
    try:
        found: Json = json.loads(value, parse_float=Decimal)
    except ValueError:
        return value
    return found


def _fitting(api: Api, type: Type, name: str, inside: _Inside) -> Json:
    match type:
        case String():
            return (
                _telling(type.literals)
                if type.literals
                else _text(type, name.upper().replace("-", "_"))
            )
        case Integer():
            return type.literals[0] if type.literals else _within(type.range)
        case Number():
            return _within(type.range)
        case Boolean():
            return type.literal is not False
        case Bytes():
            return b64encode(bytes(_count(type.length, 3))).decode()
        case File():
            return "AAAA"
        case DateTime(format="unix"):
            return int(MOMENT.timestamp())
        case DateTime(format="unix-ms"):
            return int(MOMENT.timestamp()) * 1000
        case DateTime(format=format):
            return moment("%Y-%m-%dT%H:%M:%SZ" if format is None else format)
        case Date(format=format):
            return day("%Y-%m-%d" if format is None else format)
        case Duration():
            return "PT60S" if type.unit is None else 60
        case AnyJson():
            return {}
        case ListOf():
            item = _fitting(api, type.item, name, inside)
            return [item] * _times(type.length, item)
        case MapOf():
            item = _fitting(api, type.value, name, inside)
            return {f"key{number or ''}": item for number in range(_times(type.length, item))}
        case JsonText():
            text = json_text(_fitting(api, type.type, name, inside))
            return (
                text if len(text) <= _READABLE else "{}"
            )  # with each text within a text escapes double
        case Union():
            return _fitting(api, type.members[0], name, inside)
        case Nullable():
            return _fitting(api, type.type, name, inside)
        case Named(to=to):
            return _fitting_named(api, to, name, inside)


def _telling(values: Sequence[str | int]) -> str | int:
    """The first value that is not the empty text, which no path could hold."""
    return next((value for value in values if value != ""), values[0])


def _fitting_named(api: Api, to: TypeName, name: str, inside: _Inside) -> Json:
    match api.types[to]:
        case Enumeration(values=values):
            return _telling([each.value for each in values]) if values else name.upper()
        case Object(fields=fields):
            within = inside.entered(to)
            return (
                {each.wire: likely(api, each, within) for each in fields if each.required}
                if within
                else {}
            )
        case named:
            return _fitting(api, named.members[0], name, inside)


def _text(type: String, name: str) -> str:
    """The name, cut or filled up to a length that is allowed; of a text with a pattern one that matches it."""
    if type.pattern is not None:
        most = type.length.most
        found = matching(
            type.pattern, max(1, type.length.least or 0), _LONGEST if most is None else most
        )
        if found is not None:
            return found
    count = _count(type.length, len(name))
    return name[:count].ljust(count, "0")


def _within(range: NumberRange) -> int | Decimal:
    """A number in the range: its least, or 1, or what is next to an end that is excluded."""
    least, most = range.least, range.most
    if least is None:
        return 1 if most is None or most > 1 else most - range.below
    if not range.above:
        return least
    following = least + 1
    if most is None or following < most or (following == most and not range.below):
        return following
    return (Decimal(least) + most) / 2


def _count(span: LengthRange, usual: int) -> int:
    """The usual length, or the allowed one that is nearest to it; samples have an end, whatever a spec demands."""
    least = min(span.least or 0, _LONGEST)
    return max(least, usual if span.most is None else min(usual, span.most))


def _times(span: LengthRange, item: Json) -> int:
    """How often an item is shown: once, or as often as it must come, as long as that stays readable."""
    return _count(
        LengthRange(min(span.least or 0, max(1, _READABLE // len(json_text(item)))), span.most), 1
    )
