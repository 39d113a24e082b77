"""Descriptions of values in the notation of the spec: types as expressions, fields as entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from ..model import (
    AnyJson,
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Endpoint,
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
    TypeName,
    Union,
    Value,
    json_text,
)
from ..runtime.datetime_formats import RFC2822
from .changes import Values

T = TypeVar("T")


def describe_both(describe: Callable[[T], str | None], old: T, new: T) -> Values:
    """Return the descriptions of the old and the new value."""
    return describe(old), describe(new)


def expression(type: Type) -> str:
    """Return the type in the notation of the spec."""
    match type:
        case Nullable():
            return expression(type.type) + "?"
        case Union():
            return " | ".join(expression(member) for member in type.members)
        case Named():
            return type.to.name
        case String():
            literals = " | ".join(_quoted(value) for value in type.literals)
            return "string" + _within(literals or _length(type.length, documents=True))
        case Integer():
            return "integer" + _within(
                " | ".join(str(value) for value in type.literals) or range_(type.range)
            )
        case Number():
            return ("decimal" if type.exact else "number") + _within(range_(type.range))
        case Boolean():
            return "boolean" + _within("" if type.literal is None else str(type.literal).lower())
        case Bytes():
            return "bytes" + _within(_length(type.length))
        case File():
            return "file" + _within(_length(type.length))
        case PlainText():
            return "text" + _within(_length(type.length, documents=True))
        case DateTime():
            format = type.format or ""
            return "datetime" + _within(
                format if format in ("", "unix", "unix-ms", RFC2822) else _quoted(format)
            )
        case Date():
            return "date" + _within("" if type.format is None else _quoted(type.format))
        case Duration():
            return "duration" + _within(type.unit or "")
        case AnyJson():
            return "json"
        case ListOf():
            return f"list<{expression(type.item)}>" + _within(_length(type.length))
        case MapOf():
            return f"map<{expression(type.value)}>" + _within(_length(type.length))
        case JsonText():
            return f"text<{expression(type.type)}>"


def describe_field(field: Field) -> str:
    """Return the field as an entry of a spec: `note?: string(100)?`."""
    if not field.wire and isinstance(field.type, MapOf):
        return f"{field.name}: {expression(field.type.value)}"
    return f"{field.wire}{'' if field.required else '?'}: {expression(field.type)}"


def route(endpoint: Endpoint) -> str:
    """Return the HTTP method and path of an endpoint."""
    return f"{endpoint.method} {endpoint.path}"


def python_name(name: TypeName, ambiguous: Iterable[str]) -> str:
    """Return the name of a type in programs: `models.Order`, or `models.orders.Order` if several types have the name."""
    return ".".join(
        ("models", *name.module, name.name) if name.name in ambiguous else ("models", name.name)
    )


def describe_value(given: Value | None) -> str | None:
    return None if given is None else json_text(given.json)


def comma_list(given: Iterable[str]) -> str:
    return ", ".join(given)


def range_(range: NumberRange) -> str:
    if not range:
        return ""
    minimum = "" if range.minimum is None else f"{'>' if range.above else ''}{range.minimum}"
    maximum = "" if range.maximum is None else f"{'<' if range.below else ''}{range.maximum}"
    return f"{minimum}..{maximum}"


def _length(length: LengthRange, *, documents: bool = False) -> str:
    """Return `1..32`; for a string with a maximum length only, `32`."""
    if not length:
        return ""
    if documents and length.minimum is None:
        return str(length.maximum)
    return f"{'' if length.minimum is None else length.minimum}..{'' if length.maximum is None else length.maximum}"


def _within(inner: str) -> str:
    return f"({inner})" if inner else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
