"""What the generator itself says about a type or a field, in the languages it speaks: limits, units, conditions.

Languages other than these get English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
    ListOf,
    MapOf,
    Nullable,
    Number,
    Range,
    Span,
    String,
    Type,
    Union,
    code_span,
    wire_text,
)
from ..runtime.datetime_formats import datetime_format
from .moments import day, moment

_PHRASES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "exactly": "exactly {0} {1}",
        "between": "{0} to {2} {1}",
        "most": "at most {0} {1}",
        "least": "at least {0} {1}",
        "characters": "character|characters",
        "bytes": "byte|bytes",
        "items": "item|items",
        "entries": "entry|entries",
        "range": "{0} to {1}",
        "ge": "at least {0}",
        "gt": "above {0}",
        "le": "at most {0}",
        "lt": "below {0}",
        "one": "always {0}",
        "one of": "one of {0}",
        "pattern": "matches {0}",
        "each": "each {0}",
        "each value": "each value {0}",
        "if a text": "if a string: {0}",
        "if a number": "if a number: {0}",
        "if a boolean": "if a boolean: {0}",
        "if a list": "if a list: {0}",
        "if a map": "if an object: {0}",
        "format": "in the form {0}, such as {1}",
        "rfc2822": "by RFC 2822, such as {0}",
        "no zone": "without a time zone",
        "own zone": "with a time zone",
        "zone": "in {0}",
        "unix": "in seconds since 1970-01-01 UTC on the wire",
        "unix-ms": "in milliseconds since 1970-01-01 UTC on the wire",
        "s": "in seconds on the wire",
        "ms": "in milliseconds on the wire",
        "json": "as JSON text on the wire",
        "unit": "in {0}",
        "encrypted": "encrypted on the wire",
        "secret": "secret, never shown",
        "default": "Default: {0}",
        "when": "Required if {0}",
        "applies": "Applies if {0}",
        "body of": "Body of `{0}`",
        "answer of": "Answer of `{0}`",
        "payload of": "Payload of `{0}`",
        "deprecated": "Deprecated",
        "since": "Since {0}",
        "or": ", ",
        "comma": ", ",
        "semicolon": "; ",
        "stop": ".",
        "colon": ": ",
        "space": " ",
    },
    "zh": {
        "exactly": "恰好 {0} {1}",
        "between": "{0} 至 {2} {1}",
        "most": "最多 {0} {1}",
        "least": "至少 {0} {1}",
        "characters": "个字符|个字符",
        "bytes": "字节|字节",
        "items": "项|项",
        "entries": "个键|个键",
        "range": "{0} 至 {1}",
        "ge": "不小于 {0}",
        "gt": "大于 {0}",
        "le": "不大于 {0}",
        "lt": "小于 {0}",
        "one": "固定为 {0}",
        "one of": "取值 {0}",
        "pattern": "匹配 {0}",
        "each": "每项{0}",
        "each value": "每个值{0}",
        "if a text": "为字符串时：{0}",
        "if a number": "为数字时：{0}",
        "if a boolean": "为布尔值时：{0}",
        "if a list": "为列表时：{0}",
        "if a map": "为对象时：{0}",
        "format": "格式 {0}，例如 {1}",
        "rfc2822": "RFC 2822 格式，例如 {0}",
        "no zone": "不带时区",
        "own zone": "带时区",
        "zone": "时区 {0}",
        "unix": "传输为自 1970-01-01 UTC 起的秒数",
        "unix-ms": "传输为自 1970-01-01 UTC 起的毫秒数",
        "s": "传输为秒数",
        "ms": "传输为毫秒数",
        "json": "传输为 JSON 文本",
        "unit": "单位：{0}",
        "encrypted": "传输时加密",
        "secret": "敏感信息，不显示",
        "default": "缺省值：{0}",
        "when": "必填条件：{0}",
        "applies": "适用条件：{0}",
        "body of": "`{0}` 的请求体",
        "answer of": "`{0}` 的应答体",
        "payload of": "`{0}` 的通知内容",
        "deprecated": "已废弃",
        "since": "自 {0} 起",
        "or": "、",
        "comma": "，",
        "semicolon": "；",
        "stop": "。",
        "colon": "：",
        "space": "",
    },
}


def phrase(key: str, language: str, *values: object) -> str:
    """A phrase in a language, filled in."""
    return _PHRASES.get(language, _PHRASES["en"])[key].format(*values)


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
            return _span(type.length, "items", language) + _inside("each", type.item, language)
        case MapOf():
            return _span(type.length, "entries", language) + _inside(
                "each value", type.value, language
            )
        case Union(members=members):
            return [
                part
                for member in members
                for part in _inside(f"if {_kind(member)}", member, language)
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
    return phrase("own zone" if format_.zoned else "no zone", language)


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
            phrase("comma", language).join([title, *head])
            if title
            else capital(phrase("comma", language).join(head))
        )
    ]
    if field.default is not None and not field.secret:
        sentences.append(phrase("default", language, _code(field.default.json)))
    sentences.append(field.description.best(language))
    if field.when:
        sentences.append(
            phrase("applies" if field.required else "when", language, field.when.best(language))
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
    return phrase("colon", language).join([word, best(language)]) if best is not None else word


def capital(sentence: str) -> str:
    """A phrase of this module as the beginning of a sentence. Values in it are code and stay as written."""
    return sentence[:1].upper() + sentence[1:]


def joined(sentences: Iterable[str], language: str) -> str:
    """The sentences one after the other, each with its full stop."""
    return phrase("space", language).join(ended(sentence, language) for sentence in sentences)


def ended(sentence: str, language: str) -> str:
    """The sentence with a full stop, unless it ends with one of its own; the first letter as it is."""
    sentence = sentence.strip()
    return (
        sentence
        if sentence.endswith((".", "。", "!", "?", "！", "？", ":", "："))
        else sentence + phrase("stop", language)
    )


def _code(value: Json) -> str:
    """A value as it stands on the wire."""
    return code_span(wire_text(value))


def _inside(key: str, type: Type, language: str) -> list[str]:
    """The limits of a type that another one holds, in one phrase."""
    found = phrase("comma", language).join(limits(type, language))
    if not found:
        return []
    # Figures and quotes have a blank before them, also where words have none between them.
    blank = " " if found[0].isascii() and phrase(key, language, "")[-1].isalpha() else ""
    return [phrase(key, language, blank + found)]


def _kind(member: Type) -> str:
    """What tells the member of a union that has limits from the others: its JSON kind."""
    match member:
        case ListOf():
            return "a list"
        case MapOf():
            return "a map"
        case Boolean():
            return "a boolean"
        case Integer() | Number() | DateTime(format="unix" | "unix-ms") | Duration(unit="s" | "ms"):
            return "a number"
        case _:
            return "a text"


def _span(span: Span, noun: str, language: str) -> list[str]:
    if not span:
        return []
    one, many = phrase(noun, language).split("|")
    least, most = span.least, span.most
    if least == most:
        return [phrase("exactly", language, least, one if least == 1 else many)]
    if most is None:
        return [phrase("least", language, least, one if least == 1 else many)]
    if least is None:
        return [phrase("most", language, most, one if most == 1 else many)]
    return [phrase("between", language, least, many, most)]


def _range(range: Range, language: str) -> list[str]:
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
            "one" if len(values) == 1 else "one of",
            language,
            phrase("or", language).join(map(_code, values)),
        )
    ]
