"""How the documentation names a type, and what a value of it must keep to."""

from __future__ import annotations

from msgspec.structs import replace

from ... import locales
from ...code import Markdown, markdown
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
    ListOf,
    MapOf,
    Named,
    Nullable,
    Number,
    Object,
    String,
    Type,
    Union,
    UnionType,
    innermost,
)
from .. import descriptions
from .localizer import Localizer


def name_of(type: Type) -> str:
    """The type in the notation of specs, without its limits."""
    match type:
        case Nullable():
            return f"{name_of(type.type)} | null"
        case Union():
            return " | ".join(name_of(member) for member in type.members)
        case Named():
            return type.to.name
        case ListOf():
            return f"list<{name_of(type.item)}>"
        case MapOf():
            return f"map<{name_of(type.value)}>"
        case JsonText():
            return f"text<{name_of(type.type)}>"
        case AnyJson():
            return "json"
        case Number(exact=True):
            return "decimal"
        case (
            String()
            | Integer()
            | Number()
            | Boolean()
            | Bytes()
            | File()
            | DateTime()
            | Date()
            | Duration()
        ):
            return type.__class__.__name__.lower()


def cell(api: Api, type: Type, reader: Localizer) -> Markdown:
    """The type, and for a named one what it is on the wire."""
    name = markdown.code(name_of(type))
    match innermost(type):
        case Named(to=to):
            match api.types[to]:
                case Object():
                    kind = reader.words("object")
                case Enumeration(values=values):
                    kind = reader.words(
                        "integer" if values and isinstance(values[0].value, int) else "string"
                    )
                case UnionType(tag=None, members=members):
                    kind = markdown.code(name_of(Union(members)))
                case UnionType():
                    kind = reader.words("object")
            return reader.words("kind", name, kind) if name_of(type) == to.name else name
        case _:
            return name


def limit(api: Api, field: Field, reader: Localizer) -> Markdown:
    """The limits of a field; those of an encrypted one mean its plain text."""
    found = limits(api, field.type, reader)
    return reader.words("plain_text", found) if found and field.encrypted else found


def limits(api: Api, type: Type, reader: Localizer) -> Markdown:
    """What a value of a type must keep to."""
    written_out = _written_out(api, type)
    parts = [
        markdown.text(part)
        for part in descriptions.limits(written_out, locales.nearest(reader.language))
    ]
    return reader.listed([*parts, *_forms(written_out, reader)], "semicolon")


def _written_out(api: Api, type: Type) -> Type:
    """The type with the members of a named union instead of its name: their limits are said nowhere else."""
    match type:
        case Nullable():
            return Nullable(_written_out(api, type.type))
        case ListOf():
            return replace(type, item=_written_out(api, type.item))
        case MapOf():
            return replace(type, value=_written_out(api, type.value))
        case Named(to=to) if isinstance(named := api.types[to], UnionType):
            return Union(named.members)
        case _:
            return type


def _forms(type: Type, reader: Localizer) -> list[Markdown]:
    """How a value is written on the wire, where the type's name does not say so."""
    match innermost(type):
        case Union(members=members):
            return [form for member in members for form in _forms(member, reader)]
        case DateTime(format=None):
            return [reader.words("datetime")]
        case Date(format=None):
            return [reader.words("date")]
        case Duration(unit=None):
            return [reader.words("duration")]
        case Bytes():
            return [reader.words("bytes")]
        case File(media=media) if media:
            return [reader.words("media", reader.listed([markdown.code(name) for name in media]))]
        case _:
            return []
