"""Values for samples: documented ones as JSON, and generated ones where the spec has no example."""

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
    PlainText,
    String,
    Type,
    TypeName,
    Union,
    UnionType,
    json_text,
)
from ..client_interface import constant
from ..sample_times import SAMPLE_TIME, sample_date, sample_datetime
from .json_types import member_of
from .regex_samples import sample_text

MAX_DEPTH = 10
"""Maximum depth of nested objects in samples."""
_MAX_OBJECTS = 200
"""Maximum number of objects in a generated sample."""
_MAX_LENGTH = 1000
"""Maximum number of characters, bytes or items of a generated value."""
_MAX_TEXT = 5 * _MAX_LENGTH
"""Maximum number of characters of a generated list, map or JSON string."""


class _Ancestors(Struct, frozen=True):
    """Object types around a value, and the remaining number of objects: recursive types would not end."""

    types: frozenset[TypeName] = frozenset()
    room: Iterator[int] = field(default_factory=lambda: iter(range(_MAX_OBJECTS)))

    def entered(self, to: TypeName) -> _Ancestors | None:
        """Return the ancestors with this type; None if it is recursive, too deep, or one object too many."""
        if to in self.types or len(self.types) > MAX_DEPTH or next(self.room, None) is None:
            return None
        return _Ancestors(self.types | {to}, self.room)


def sample_value(api: Api, each: Field, ancestors: _Ancestors | None = None) -> Json:
    """Return the field's example, or else a generated value. Examples of secrets are never used: users might paste them."""
    if each.example is not None and not each.secret:
        return each.example.json
    return _value_of_type(api, each.type, each.wire, ancestors or _Ancestors())


def sample_body(api: Api, type: Type) -> Json:
    """Return a value for a body of this type."""
    return _value_of_type(api, type, "value", _Ancestors())


def completed(api: Api, type: Type, value: Json) -> Json:
    """Return an example as a client sends it: with constants, fields in order, and generated secrets."""
    match type:
        case Nullable():
            return completed(api, type.type, value)
        case ListOf() if isinstance(value, list):
            return [completed(api, type.item, item) for item in value]
        case MapOf() if isinstance(value, dict):
            return {key: completed(api, type.value, item) for key, item in value.items()}
        case JsonText() if isinstance(value, str):
            decoded = parsed(value)
            completed_value = completed(api, type.type, decoded)
            return value if completed_value == decoded else json_text(completed_value)
        case Union(members=members):
            return _completed_member(api, members, None, value)
        case Named(to=to):
            match api.types[to]:
                case Object(fields=fields, extra=extra) if isinstance(value, dict):
                    present = {
                        each.wire: (
                            completed_field(api, each, value[each.wire])
                            if each.wire in value
                            else constant(each)
                        )
                        for each in fields
                        if each.wire in value or constant(each) is not None
                    }
                    rest = {wire: item for wire, item in value.items() if wire not in present}
                    return present | (_completed_extra(api, extra, rest) if extra else rest)
                case UnionType(members=members, tag=tag):
                    return _completed_member(api, members, tag, value)
                case _:
                    return value
        case _:
            return value


def _completed_extra(api: Api, extra: Field, values: dict[str, Json]) -> dict[str, Json]:
    """Return the completed values of fields that are not listed; of secret ones none are shown."""
    assert isinstance(extra.type, MapOf)
    if extra.secret:
        return {}
    return {wire: completed(api, extra.type.value, item) for wire, item in values.items()}


def completed_field(api: Api, each: Field, value: Json) -> Json:
    """Return the completed value of a field; a secret is generated."""
    return sample_value(api, each) if each.secret else completed(api, each.type, value)


def _completed_member(api: Api, members: Sequence[Type], tag: str | None, value: Json) -> Json:
    member = member_of(api, members, tag, value)
    return value if member is None else completed(api, member, value)


def parsed(value: str) -> Json:
    """Parse a string as JSON; return the string itself if it is not JSON."""
    try:
        decoded: Json = json.loads(value, parse_float=Decimal)
    except ValueError:
        return value
    return decoded


def _value_of_type(api: Api, type: Type, name: str, ancestors: _Ancestors) -> Json:
    match type:
        case String():
            return (
                _first_nonempty(type.literals)
                if type.literals
                else _text(type, name.upper().replace("-", "_"))
            )
        case Integer():
            return type.literals[0] if type.literals else _number(type.range)
        case Number():
            return _number(type.range)
        case Boolean():
            return type.literal is not False
        case Bytes():
            return b64encode(bytes(_length(type.length, 3))).decode()
        case PlainText():
            return _text(String(type.length), "TEXT")
        case File():
            return "AAAA"
        case DateTime(format="unix"):
            return int(SAMPLE_TIME.timestamp())
        case DateTime(format="unix-ms"):
            return int(SAMPLE_TIME.timestamp()) * 1000
        case DateTime(format=format):
            return sample_datetime("%Y-%m-%dT%H:%M:%SZ" if format is None else format)
        case Date(format=format):
            return sample_date("%Y-%m-%d" if format is None else format)
        case Duration():
            return "PT60S" if type.unit is None else 60
        case AnyJson():
            return {}
        case ListOf():
            item = _value_of_type(api, type.item, name, ancestors)
            return [item] * _item_count(type.length, item)
        case MapOf():
            item = _value_of_type(api, type.value, name, ancestors)
            return {f"key{number or ''}": item for number in range(_item_count(type.length, item))}
        case JsonText():
            text = json_text(_value_of_type(api, type.type, name, ancestors))
            return (
                text if len(text) <= _MAX_TEXT else "{}"
            )  # each nested JSON string doubles the escapes
        case Union():
            return _value_of_type(api, type.members[0], name, ancestors)
        case Nullable():
            return _value_of_type(api, type.type, name, ancestors)
        case Named(to=to):
            return _value_of_named(api, to, name, ancestors)


def _first_nonempty(values: Sequence[str | int]) -> str | int:
    """Return the first value other than the empty string, which a path cannot contain."""
    return next((value for value in values if value != ""), values[0])


def _value_of_named(api: Api, to: TypeName, name: str, ancestors: _Ancestors) -> Json:
    match api.types[to]:
        case Enumeration(values=values):
            return _first_nonempty([each.value for each in values]) if values else name.upper()
        case Object(fields=fields):
            within = ancestors.entered(to)
            return (
                {each.wire: sample_value(api, each, within) for each in fields if each.required}
                if within
                else {}
            )
        case named:
            return _value_of_type(api, named.members[0], name, ancestors)


def _text(type: String, name: str) -> str:
    """Return the name, cut or padded to an allowed length, or a text that matches the pattern."""
    if type.pattern is not None:
        longest = type.length.maximum
        sample = sample_text(
            type.pattern,
            max(1, type.length.minimum or 0),
            _MAX_LENGTH if longest is None else longest,
        )
        if sample is not None:
            return sample
    count = _length(type.length, len(name))
    return name[:count].ljust(count, "0")


def _number(range: NumberRange) -> int | Decimal:
    """Return a number in the range: the minimum, 1, or the closest to an excluded limit."""
    least, most = range.minimum, range.maximum
    if least is None:
        return 1 if most is None or most > 1 else most - range.below
    if not range.above:
        return least
    next_integer = least + 1
    if most is None or next_integer < most or (next_integer == most and not range.below):
        return next_integer
    return (Decimal(least) + most) / 2


def _length(limits: LengthRange, usual: int) -> int:
    """Return the usual length or the closest allowed one, at most `_MAX_LENGTH`."""
    least = min(limits.minimum or 0, _MAX_LENGTH)
    return max(least, usual if limits.maximum is None else min(usual, limits.maximum))


def _item_count(limits: LengthRange, item: Json) -> int:
    """Return the number of items: one or the minimum, limited to a readable size."""
    return _length(
        LengthRange(
            min(limits.minimum or 0, max(1, _MAX_TEXT // len(json_text(item)))), limits.maximum
        ),
        1,
    )
