"""Descriptions of types and fields in plain text: limits, units, conditions. The phrases come from the locales."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .. import locales
from ..model import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Field,
    File,
    Integer,
    Json,
    JsonText,
    LengthRange,
    ListOf,
    MapOf,
    Nullable,
    Number,
    NumberRange,
    String,
    Type,
    Union,
    code_span,
    wire_text,
)
from ..runtime.datetime_formats import datetime_format
from .moments import day, moment


def phrase(key: str, language: str, *values: object) -> str:
    """A phrase in a language, with its placeholders filled in."""
    return locales.text(language, "phrases", key).format(*values)


def separator(key: str, language: str) -> str:
    """Punctuation of a language."""
    return locales.text(language, "separators", key)


def limits(type: Type, language: str) -> list[str]:
    """What a value of this type must keep to, one phrase each, the outermost first."""
    match type:
        case Nullable():
            return limits(type.type, language)
        case String():
            found = _literals(type.literals, language)
            found += _span(type.length, "characters", language)
            return found + (
                [phrase("pattern", language, _code(type.pattern))]
                if type.pattern is not None
                else []
            )
        case Integer():
            return _literals(type.literals, language) + _range(type.range, language)
        case Number():
            return _range(type.range, language)
        case Boolean(literal=bool(literal)):
            return _literals([literal], language)
        case Bytes() | File():
            return _span(type.length, "bytes", language)
        case DateTime(format="unix" | "unix-ms" as format):
            return [phrase(format, language)]
        case DateTime(format="rfc2822" as format):
            return [phrase(format, language, _code(moment(format)))]
        case DateTime(format=str(format)):
            return [
                phrase("format", language, _code(format), _code(moment(format))),
                _zone(format, language),
            ]
        case Date(format=str(format)):
            return [phrase("format", language, _code(format), _code(day(format)))]
        case Duration(unit="s" | "ms" as unit):
            return [phrase(unit, language)]
        case ListOf():
            return _span(type.length, "items", language) + _inside("each_item", type.item, language)
        case MapOf():
            return _span(type.length, "entries", language) + _inside(
                "each_value", type.value, language
            )
        case Union(members=members):
            return [
                part
                for member in members
                for part in _inside(f"if_{_kind(member)}", member, language)
            ]
        case JsonText():
            return [phrase("json", language), *limits(type.type, language)]
        case _:
            return []


def _zone(format: str, language: str) -> str:
    """Whether values of a format have a time zone, and which."""
    format_ = datetime_format(format)
    if format_.zone is not None:
        return phrase("zone", language, format_.zone)
    return phrase("with_zone" if format_.zoned else "without_zone", language)


def about(field: Field, language: str) -> str:
    """One or more sentences on a field: title, unit and limits, default, description, when it is required. Texts of the spec stay as written."""
    head = [phrase("unit", language, field.unit.best(language))] if field.unit else []
    head += limits(field.type, language)
    head += [
        phrase(mark, language)
        for mark, set_ in (("encrypted", field.encrypted), ("secret", field.secret))
        if set_
    ]
    title = field.title.best(language).rstrip(".。")
    sentences = [
        (
            separator("comma", language).join([title, *head])
            if title
            else capital(separator("comma", language).join(head))
        )
    ]
    if field.default is not None and not field.secret:
        sentences.append(phrase("default", language, _code(field.default.json)))
    sentences.append(field.description.best(language))
    if field.when:
        sentences.append(
            phrase(
                "applies_if" if field.required else "required_if",
                language,
                field.when.best(language),
            )
        )
    if field.since:
        sentences.append(phrase("since", language, field.since.best(language)))
    if field.deprecated:
        sentences.append(deprecation(field.deprecated, language))
    return joined(filter(None, sentences), language)


def deprecation(deprecated: object, language: str) -> str:
    """`Deprecated: use this instead`, or just `Deprecated`."""
    best = getattr(deprecated, "best", None)
    word = phrase("deprecated", language)
    return separator("colon", language).join([word, best(language)]) if best is not None else word


def capital(sentence: str) -> str:
    """A phrase as the beginning of a sentence. Values in it are code and stay as written."""
    return sentence[:1].upper() + sentence[1:]


def joined(sentences: Iterable[str], language: str) -> str:
    """The sentences one after the other, each with its full stop."""
    return separator("space", language).join(ended(sentence, language) for sentence in sentences)


def ended(sentence: str, language: str) -> str:
    """The sentence with a full stop, unless it ends with one of its own; the first letter as it is."""
    sentence = sentence.strip()
    return (
        sentence
        if sentence.endswith((".", "。", "!", "?", "！", "？", ":", "："))
        else sentence + separator("stop", language)
    )


def _code(value: Json) -> str:
    """A value as it stands on the wire."""
    return code_span(wire_text(value))


def _inside(key: str, type: Type, language: str) -> list[str]:
    """The limits of a type that another one holds, in one phrase."""
    found = separator("comma", language).join(limits(type, language))
    if not found:
        return []
    # Figures and quotes have a blank before them, also where words have none between them.
    blank = " " if found[0].isascii() and phrase(key, language, "")[-1].isalpha() else ""
    return [phrase(key, language, blank + found)]


def _kind(member: Type) -> str:
    """What tells the member of a union that has limits from the others: its JSON kind."""
    match member:
        case ListOf():
            return "list"
        case MapOf():
            return "object"
        case Boolean():
            return "boolean"
        case Integer() | Number() | DateTime(format="unix" | "unix-ms") | Duration(unit="s" | "ms"):
            return "number"
        case _:
            return "string"


def _span(span: LengthRange, noun: str, language: str) -> list[str]:
    if not span:
        return []
    one, many = locales.texts(language, "phrases", "nouns", noun)
    least, most = span.least, span.most
    if least == most:
        return [phrase("exactly", language, least, one if least == 1 else many)]
    if most is None:
        return [phrase("at_least", language, least, one if least == 1 else many)]
    if least is None:
        return [phrase("at_most", language, most, one if most == 1 else many)]
    return [phrase("between", language, least, most, many)]


def _range(range: NumberRange, language: str) -> list[str]:
    least, most = range.least, range.most
    if least is not None and most is not None and not (range.above or range.below):
        return [phrase("range", language, _code(least), _code(most))]
    found = (
        [phrase("gt" if range.above else "ge", language, _code(least))] if least is not None else []
    )
    return found + (
        [phrase("lt" if range.below else "le", language, _code(most))] if most is not None else []
    )


def _literals(values: Sequence[str | int], language: str) -> list[str]:
    if not values:
        return []
    return [
        phrase(
            "constant" if len(values) == 1 else "one_of",
            language,
            separator("or", language).join(map(_code, values)),
        )
    ]
