"""Descriptions of types and fields as plain text: limits, units, conditions. The phrases come from the locales."""

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
    PlainText,
    String,
    Type,
    Union,
    code_span,
    wire_text,
)
from ..runtime.datetime_formats import datetime_format
from .sample_times import sample_date, sample_datetime


def phrase(key: str, language: str, *values: object) -> str:
    """Return a phrase in a language, with its placeholders filled in."""
    return locales.text(language, "phrases", key).format(*values)


def separator(key: str, language: str) -> str:
    """Return a punctuation mark of a language."""
    return locales.text(language, "separators", key)


def limits(type: Type, language: str) -> list[str]:
    """Return the limits of a type, one phrase each, the outermost first."""
    match type:
        case Nullable():
            return limits(type.type, language)
        case String():
            phrases = _literals(type.literals, language)
            phrases += _length(type.length, "characters", language)
            return phrases + (
                [phrase("pattern", language, _wire_code(type.pattern))]
                if type.pattern is not None
                else []
            )
        case Integer():
            return _literals(type.literals, language) + _range(type.range, language)
        case Number():
            return _range(type.range, language)
        case Boolean(literal=bool(literal)):
            return _literals([literal], language)
        case PlainText():
            return _length(type.length, "characters", language)
        case Bytes() | File():
            return _length(type.length, "bytes", language)
        case DateTime(format="unix" | "unix-ms" as format):
            return [phrase(format, language)]
        case DateTime(format="rfc2822" as format):
            return [phrase(format, language, _wire_code(sample_datetime(format)))]
        case DateTime(format=str(format)):
            return [
                phrase("format", language, _wire_code(format), _wire_code(sample_datetime(format))),
                _zone(format, language),
            ]
        case Date(format=str(format)):
            return [phrase("format", language, _wire_code(format), _wire_code(sample_date(format)))]
        case Duration(unit="s" | "ms" as unit):
            return [phrase(unit, language)]
        case ListOf():
            return _length(type.length, "items", language) + _nested(
                "each_item", type.item, language
            )
        case MapOf():
            return _length(type.length, "entries", language) + _nested(
                "each_value", type.value, language
            )
        case Union(members=members):
            return [
                part
                for member in members
                for part in _nested(f"if_{_kind(member)}", member, language)
            ]
        case JsonText():
            return [phrase("json", language), *limits(type.type, language)]
        case _:
            return []


def _zone(format: str, language: str) -> str:
    """Describe the time zone of values in a format."""
    format_ = datetime_format(format)
    if format_.zone is not None:
        return phrase("zone", language, format_.zone)
    return phrase("with_zone" if format_.zoned else "without_zone", language)


def about(field: Field, language: str) -> str:
    """Describe a field in sentences: title, unit, limits, default, description, conditions. Texts of the spec stay unchanged."""
    head = [phrase("unit", language, field.unit.best(language))] if field.unit else []
    head += limits(field.type, language)
    head += [
        phrase(mark, language)
        for mark, is_set in (
            ("encrypted", field.encrypted),
            ("secret", field.secret),
            (f"only_{field.only}", field.only),
        )
        if is_set
    ]
    title = field.title.best(language).rstrip(".。")
    sentences = [
        (
            separator("comma", language).join([title, *head])
            if title
            else capitalized(separator("comma", language).join(head))
        )
    ]
    if field.fill:
        sentences.append(phrase(f"fill_{field.fill}", language))
    if field.default is not None and not field.secret:
        sentences.append(phrase("default", language, _wire_code(field.default.json)))
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
    return join_sentences(filter(None, sentences), language)


def deprecation(deprecated: object, language: str) -> str:
    """Return `Deprecated: use this instead`, or `Deprecated`."""
    best = getattr(deprecated, "best", None)
    word = phrase("deprecated", language)
    return separator("colon", language).join([word, best(language)]) if best is not None else word


def capitalized(sentence: str) -> str:
    """Capitalize the first letter of a phrase."""
    return sentence[:1].upper() + sentence[1:]


def join_sentences(sentences: Iterable[str], language: str) -> str:
    """Join sentences, each with a full stop."""
    return separator("space", language).join(
        with_full_stop(sentence, language) for sentence in sentences
    )


def with_full_stop(sentence: str, language: str) -> str:
    """Add a full stop to a sentence, unless it has end punctuation."""
    sentence = sentence.strip()
    return (
        sentence
        if sentence.endswith((".", "。", "!", "?", "！", "？", ":", "："))
        else sentence + separator("stop", language)
    )


def _wire_code(value: Json) -> str:
    """Return a value as a code span, as it is on the wire."""
    return code_span(wire_text(value))


def _nested(key: str, type: Type, language: str) -> list[str]:
    """Return the limits of a type inside another one, as one phrase."""
    phrases = separator("comma", language).join(limits(type, language))
    if not phrases:
        return []
    # Chinese has no space between words, but one before ASCII.
    space = " " if phrases[0].isascii() and phrase(key, language, "")[-1].isalpha() else ""
    return [phrase(key, language, space + phrases)]


def _kind(member: Type) -> str:
    """Return the JSON kind of a union's member, which says to which values its limits apply."""
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


def _length(length: LengthRange, noun: str, language: str) -> list[str]:
    if not length:
        return []
    one, many = locales.texts(language, "phrases", "nouns", noun)
    least, most = length.minimum, length.maximum
    if least == most:
        return [phrase("exactly", language, least, one if least == 1 else many)]
    if most is None:
        return [phrase("at_least", language, least, one if least == 1 else many)]
    if least is None:
        return [phrase("at_most", language, most, one if most == 1 else many)]
    return [phrase("between", language, least, most, many)]


def _range(range: NumberRange, language: str) -> list[str]:
    least, most = range.minimum, range.maximum
    if least is not None and most is not None and not (range.above or range.below):
        return [phrase("range", language, _wire_code(least), _wire_code(most))]
    phrases = (
        [phrase("gt" if range.above else "ge", language, _wire_code(least))]
        if least is not None
        else []
    )
    return phrases + (
        [phrase("lt" if range.below else "le", language, _wire_code(most))]
        if most is not None
        else []
    )


def _literals(values: Sequence[str | int], language: str) -> list[str]:
    if not values:
        return []
    return [
        phrase(
            "constant" if len(values) == 1 else "one_of",
            language,
            separator("or", language).join(map(_wire_code, values)),
        )
    ]
