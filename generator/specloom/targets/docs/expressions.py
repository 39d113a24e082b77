"""Python expressions for JSON values of known types, as a user of the client would write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from ...code import Python, python
from ...model import (
    Api,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enumeration,
    EnumValue,
    Field,
    File,
    Json,
    JsonText,
    ListOf,
    MapOf,
    Named,
    Nullable,
    Number,
    Object,
    Type,
    Union,
    UnionType,
)
from ...runtime.datetime_formats import datetime_format
from ..client_interface import constant
from .json_types import member_of
from .sample_values import parsed, sample_value

_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?T?(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?"
)


class ModuleImport(Struct, frozen=True):
    """Import from a module of the standard library."""

    name: Python
    names: Sequence[Python]


class Expressions(Struct):
    """Builder of expressions that collects the imports they need."""

    api: Api
    _standard: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _own: set[str] = field(default_factory=set[str])

    def imports(self) -> dict[str, Any]:
        """Return the values of `docs/sample_imports.py.j2`, for all expressions until now."""
        classes = sorted(name for name in self._own if name[0].isupper())
        return {
            "modules": [
                ModuleImport(
                    python.module_name(module), list(map(python.identifier, sorted(names)))
                )
                for module, names in sorted(self._standard.items())
            ],
            "package": python.identifier(self.api.package),
            "names": list(
                map(python.identifier, [*classes, *sorted(self._own.difference(classes))])
            ),
        }

    def value(self, each: Field, value: Json) -> Python:
        """Return a field's value. An encrypted field gets a generated one, because its example may be ciphertext."""
        example = sample_value(self.api, replace(each, example=None)) if each.encrypted else value
        return self._expression(each.type, example)

    def _expression(self, type: Type, value: Json) -> Python:
        match type:
            case Nullable():
                return python.literal(None) if value is None else self._expression(type.type, value)
            case ListOf() if isinstance(value, list):
                return python.list_of([self._expression(type.item, item) for item in value])
            case MapOf() if isinstance(value, dict):
                rows = [
                    (python.literal(key), self._expression(type.value, item))
                    for key, item in value.items()
                ]
                return python.dict_of(rows)
            case JsonText() if isinstance(value, str):
                return self._expression(type.type, parsed(value))
            case Union(members=members):
                return self._member(members, value)
            case Named():
                return self._named(type, value)
            case Number(exact=True) if isinstance(value, (int, Decimal)) and not isinstance(
                value, bool
            ):
                return python.call(
                    self.import_standard("decimal", "Decimal"), [python.literal(str(value))]
                )
            case File(media=media):
                return self._file(media)
            case Bytes() if isinstance(value, str):
                return python.call(
                    self.import_standard("base64", "b64decode"), [python.literal(value)]
                )
            case DateTime() | Date() | Duration():
                return self._time(type, value)
            case _:
                return _literal(value)

    def _file(self, media: Sequence[str]) -> Python:
        """Return a path; if several media types are allowed, an `Upload` with the media type."""
        path = python.call(self.import_standard("pathlib", "Path"), [python.literal("file")])
        if len(media) < 2:
            return path
        return python.call(
            self.import_own("Upload"),
            [path, python.keyword_argument("media", python.literal(media[0]))],
        )

    def _named(self, type: Named, value: Json) -> Python:
        match self.api.types[type.to]:
            case Enumeration(values=values):
                known = [each for each in values if each.value == value]
                return self._enumerated(type, known, value)
            case Object(fields=fields, extra=extra) if isinstance(value, dict):
                keywords = [
                    python.keyword_argument(
                        each.name,
                        self.value(each, value[each.wire]),
                    )
                    for each in fields
                    if each.wire in value and constant(each) is None
                ]
                listed = {each.wire for each in fields}
                rest = {wire: item for wire, item in value.items() if wire not in listed}
                if extra and rest:
                    keywords.append(
                        python.keyword_argument(extra.name, self._expression(extra.type, rest))
                    )
                return python.call(self._model(type), keywords)
            case UnionType(members=members, tag=tag):
                return self._member(members, value, tag)
            case _:
                return _literal(value)

    def _member(self, members: Sequence[Type], value: Json, tag: str | None = None) -> Python:
        """Return a value of a union as its member type."""
        member = member_of(self.api, members, tag, value)
        return self._expression(member, value) if member is not None else _literal(value)

    def _enumerated(self, type: Named, known: Sequence[EnumValue], value: Json) -> Python:
        model = self._model(type)
        return (
            python.dotted(model, known[0].name) if known else python.call(model, [_literal(value)])
        )

    def _model(self, type: Named) -> Python:
        """Return the class, qualified by its module if two modules have a class of this name."""
        models = self.import_own("models")
        module = type.to.module if type.to.name in self.api.ambiguous else ()
        return python.dotted(models, *module, type.to.name)

    def _time(self, type: DateTime | Date | Duration, value: Json) -> Python:
        if isinstance(type, Duration):
            return python.call(
                self.import_standard("datetime", "timedelta"), _duration_arguments(type, value)
            )
        kind = self.import_standard(
            "datetime", "datetime" if isinstance(type, DateTime) else "date"
        )
        if isinstance(value, int):
            seconds = value / 1000 if type.format == "unix-ms" else value
            zone = self.import_standard("datetime", "UTC")
            return python.call(
                python.dotted(kind, "fromtimestamp"), [python.literal(seconds), zone]
            )
        return python.call(
            python.dotted(kind, "fromisoformat"), [python.literal(_iso(type, value))]
        )

    def import_standard(self, module: str, name: str) -> Python:
        self._standard.setdefault(module, set()).add(name)
        return python.identifier(name)

    def import_own(self, name: str) -> Python:
        self._own.add(name)
        return python.identifier(name)


def _literal(value: Json) -> Python:
    """Return any JSON value as Python, with fractions as floats."""
    return python.literal(_floats(value))


def _floats(value: Json) -> python.Plain:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [_floats(item) for item in value]
    return {key: _floats(item) for key, item in value.items()} if isinstance(value, dict) else value


def _duration_arguments(type: Duration, value: Json) -> list[Python]:
    """Return the arguments of `timedelta`."""
    if isinstance(value, int):
        return python.call_options(
            {"milliseconds" if type.unit == "ms" else "seconds": python.literal(value)}
        )
    duration = _DURATION.fullmatch(value) if isinstance(value, str) else None
    parts = (
        {name: int(count) for name, count in duration.groupdict().items() if count}
        if duration
        else {}
    )
    return python.call_options({name: python.literal(count) for name, count in parts.items()})


def _iso(type: DateTime | Date, value: Json) -> Json:
    """Convert a time from the format of its type to ISO 8601."""
    if type.format is None or not isinstance(value, str):
        return value
    try:
        parsed = datetime_format(type.format).decode(value)
    except ValueError:
        return value
    return parsed.isoformat() if isinstance(type, DateTime) else parsed.date().isoformat()
