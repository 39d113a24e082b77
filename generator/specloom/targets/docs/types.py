"""Names and limits of types in tables."""

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
    """Return the type in the notation of specs, without its limits."""
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


def cell(api: Api, type: Type, localizer: Localizer) -> Markdown:
    """Return the type, with the JSON kind of a named type."""
    name = markdown.code(name_of(type))
    match innermost(type):
        case Named(to=to):
            match api.types[to]:
                case Object():
                    kind = localizer.label("object")
                case Enumeration(values=values):
                    kind = localizer.label(
                        "integer" if values and isinstance(values[0].value, int) else "string"
                    )
                case UnionType(tag=None, members=members):
                    kind = markdown.code(name_of(Union(members)))
                case UnionType():
                    kind = localizer.label("object")
            return localizer.label("kind", name, kind) if name_of(type) == to.name else name
        case _:
            return name


def limit(api: Api, field: Field, localizer: Localizer) -> Markdown:
    """Return the limits of a field; those of an encrypted field apply to its plaintext."""
    field_limits = limits(api, field.type, localizer)
    return (
        localizer.label("plain_text", field_limits)
        if field_limits and field.encrypted
        else field_limits
    )


def limits(api: Api, type: Type, localizer: Localizer) -> Markdown:
    """Return the limits of a type."""
    expanded = _with_union_members(api, type)
    parts = [
        markdown.text(part)
        for part in descriptions.limits(expanded, locales.nearest(localizer.language))
    ]
    return localizer.join([*parts, *_wire_formats(expanded, localizer)], "semicolon")


def _with_union_members(api: Api, type: Type) -> Type:
    """Replace a named union with its members, whose limits no other row shows."""
    match type:
        case Nullable():
            return Nullable(_with_union_members(api, type.type))
        case ListOf():
            return replace(type, item=_with_union_members(api, type.item))
        case MapOf():
            return replace(type, value=_with_union_members(api, type.value))
        case Named(to=to) if isinstance(named := api.types[to], UnionType):
            return Union(named.members)
        case _:
            return type


def _wire_formats(type: Type, localizer: Localizer) -> list[Markdown]:
    """Return the wire formats that the type's name does not show."""
    match innermost(type):
        case Union(members=members):
            return [format for member in members for format in _wire_formats(member, localizer)]
        case DateTime(format=None):
            return [localizer.label("datetime")]
        case Date(format=None):
            return [localizer.label("date")]
        case Duration(unit=None):
            return [localizer.label("duration")]
        case Bytes():
            return [localizer.label("bytes")]
        case File(media=media) if media:
            return [
                localizer.label("media", localizer.join([markdown.code(name) for name in media]))
            ]
        case _:
            return []
