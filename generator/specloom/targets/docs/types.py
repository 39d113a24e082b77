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
    PlainText,
    String,
    Type,
    TypeName,
    Union,
    UnionType,
    code_span,
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
        case PlainText():
            return "text"
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


def class_of(api: Api, name: TypeName) -> Markdown:
    """Return the class of a named type, qualified by its module if two modules have a class of this name."""
    module = name.module if name.name in api.ambiguous else ()
    return markdown.code(".".join(("models", *module, name.name)))


def limit(api: Api, field: Field, localizer: Localizer) -> Markdown:
    """Return the limits of a field as a sentence; those of an encrypted field apply to its plaintext."""
    language = locales.nearest(localizer.language)
    text = limits(api, field.type, localizer)
    if text and field.encrypted:
        text = locales.text(language, "labels", "plain_text").format(text)
    return markdown.text(
        descriptions.capitalized(descriptions.with_full_stop(text, language)) if text else text
    )


def limits(api: Api, type: Type, localizer: Localizer) -> str:
    """Return the limits of a type as plain text."""
    language = locales.nearest(localizer.language)
    expanded = _with_union_members(api, type)
    parts = [*descriptions.limits(expanded, language), *_wire_formats(expanded, language)]
    return descriptions.separator("semicolon", language).join(parts)


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


def _wire_formats(type: Type, language: str) -> list[str]:
    """Return the wire formats that the type's name does not show."""
    match innermost(type):
        case Union(members=members):
            return [format for member in members for format in _wire_formats(member, language)]
        case DateTime(format=None):
            return [locales.text(language, "labels", "datetime")]
        case Date(format=None):
            return [locales.text(language, "labels", "date")]
        case Duration(unit=None):
            return [locales.text(language, "labels", "duration")]
        case Bytes():
            return [locales.text(language, "labels", "bytes")]
        case File(media=media) | PlainText(media=media) if media:
            names = descriptions.separator("or", language).join(map(code_span, media))
            return [locales.text(language, "labels", "media").format(names)]
        case _:
            return []
