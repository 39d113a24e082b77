"""Type expressions of scalar schemas: limits, formats, values and patterns."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from decimal import Decimal
from typing import cast

from ...spec import charset, patterns
from ...spec.collector import DiagnosticCollector
from ...spec.nodes import Scalar, Source
from .context import Context
from .documents import At

_MAX_DIGITS = 30
_MAX_PATTERN = 500
_FORMATS = {"date-time": "datetime", "date": "date", "duration": "duration", "byte": "bytes"}
_MOMENTS = {"unix-time", "unixtime", "unix", "timestamp", "unix-timestamp", "epoch"}
_PLAIN_FORMATS = {"datetime", "date", "duration"}


def string(at: At, context: Context) -> tuple[str, str | None]:
    """Return the type expression of a string, and its pattern."""
    format_ = at.text("format").lower()
    if format_ == "binary":
        return "file", None
    if at.text("contentEncoding").lower() == "base64":
        format_ = "byte"
    word = _FORMATS.get(format_, "string")
    if word in _PLAIN_FORMATS:
        return word, None
    if word == "bytes":
        return word, None
    length = limits(at, "minLength", "maxLength", context)
    return word + (f"({length})" if length else ""), pattern(at, context)


def integer(at: At, context: Context) -> str:
    if at.text("format").lower() in _MOMENTS:
        return "datetime(unix)"
    span = _range(at, context, whole=True)
    return f"integer({span})" if span else "integer"


def number(at: At, context: Context) -> str:
    span = _range(at, context, whole=False)
    return f"number({span})" if span else "number"


def limits(at: At, low: str, high: str, context: Context) -> str:
    """Return a length such as `1..32`; empty without limits."""
    least, most = _natural(at.raw(low)), _natural(at.raw(high))
    for key, value in ((low, least), (high, most)):
        if value is None and at.raw(key) is not None:
            context.note(at, "repaired", key, f"removed `{key}`, which is no natural number")
    if least is not None and most is not None and least > most:
        context.note(at, "repaired", low, f"removed `{low}` {least}, greater than `{high}` {most}")
        least = None
    if not least and most is None:
        return ""
    return f"{least or ''}..{'' if most is None else most}"


def pattern(at: At, context: Context) -> str | None:
    """Return the pattern of a string for whole values in Python's syntax; None if it has none or an unsupported one."""
    written = at.raw("pattern")
    if not isinstance(written, str) or not written:
        return None
    whole = _whole(written)
    if whole is None:
        return None
    reason = _pattern_problem(whole)
    if reason:
        context.note(at, "left out", "pattern", f"`{written[:80]}`: {reason}")
        return None
    return whole


def _whole(written: str) -> str | None:
    """Return a pattern for the whole value, from one that is searched in it."""
    start, end = written.startswith("^"), written.endswith("$") and not written.endswith("\\$")
    inner = written[1 if start else 0 : -1 if end else None]
    if _alternates(inner):
        if start and end and not re.search(r"(?<!\\)[\^$]", inner):
            # ^a|b$ is anchored at one side each, which is always a slip for ^(?:a|b)$.
            return f"(?:{inner})"
        return inner if start and end else f"[\\s\\S]*(?:{written})[\\s\\S]*"
    before, after = "" if start else "[\\s\\S]*", "" if end else "[\\s\\S]*"
    if inner.startswith(".*"):
        before = ""
    if inner.endswith(".*"):
        after = ""
    whole = before + inner + after
    return whole if whole not in {".*", "[\\s\\S]*", "[\\s\\S]*[\\s\\S]*", ""} else None


def _alternates(text: str) -> bool:
    """Return whether a pattern has an alternative outside of all groups."""
    depth, inside = 0, False
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "[":
            inside = True
        elif character == "]":
            inside = False
        elif not inside and character == "(":
            depth += 1
        elif not inside and character == ")":
            depth -= 1
        elif not inside and character == "|" and depth == 0:
            return True
    return False


def _pattern_problem(text: str) -> str:
    if len(text) > _MAX_PATTERN:
        return f"more than {_MAX_PATTERN} characters"
    if charset.forbidden(text):
        return "it has invisible characters"
    diagnostics = DiagnosticCollector()
    source = Source("", text, [text])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            patterns.check_pattern(Scalar(source, 1, 1, 1, text, "quoted"), diagnostics)
    except (RecursionError, OverflowError):
        return "too complex"
    return diagnostics.problems[0].message if diagnostics.problems else ""


def values(at: At, kinds: list[str], context: Context) -> tuple[list[object], bool]:
    """Return the distinct values of `enum` or `const` with the type of the schema, and whether null is one of them."""
    written = at.map.get("enum") if "enum" in at.map else [at.map.get("const")]
    items = cast("list[object]", written) if isinstance(written, list) else [written]
    null = any(item is None for item in items)
    result: list[object] = []
    for item in items:
        if item is None:
            continue
        value = _converted(item, kinds)
        if value is not item and type(value) is not type(item):
            context.note(
                at,
                "repaired",
                "enum value of another type",
                f"value {str(item)[:60]!r} became {str(value)[:60]!r}, as its type is {' or '.join(kinds)}",
            )
        if (
            isinstance(value, Decimal)
            and value == value.to_integral_value()
            and "number" not in kinds
        ):
            value = int(value)
        if not any(value == other and type(value) is type(other) for other in result):
            result.append(value)
    return result, null


def _converted(item: object, kinds: list[str]) -> object:
    """Return a value in one of these types, if it can be; else as it is."""
    if not kinds or not isinstance(item, str | bool | int | Decimal):
        return item
    is_boolean = isinstance(item, bool)
    is_number = isinstance(item, int | Decimal) and not is_boolean
    if isinstance(item, str):
        if "string" in kinds:
            return item
        if "integer" in kinds and re.fullmatch(r"-?[0-9]{1,18}", item):
            return int(item)
        if "boolean" in kinds and item.lower() in {"true", "false"}:
            return item.lower() == "true"
        return item
    is_right = (is_boolean and "boolean" in kinds) or (
        is_number and {"integer", "number"} & {*kinds}
    )
    if "string" in kinds and not is_right:
        return str(item).lower() if is_boolean else str(item)
    return item


def literals(found: list[object]) -> str | None:
    """Return the type expression of values of one scalar type; None if there is none."""
    if found and all(isinstance(value, str) for value in found):
        if not all(is_literal(value) for value in cast("list[str]", found)):
            return None
        return f"string({' | '.join(quoted(value) for value in cast('list[str]', found))})"
    if found and all(isinstance(value, bool) for value in found):
        return f"boolean({str(found[0]).lower()})" if len(found) == 1 else "boolean"
    if found and all(isinstance(value, int) and not isinstance(value, bool) for value in found):
        if any(len(str(value)) > _MAX_DIGITS for value in found):
            return "integer"
        if len(found) == 1:
            return f"integer({found[0]}..{found[0]})"
        return f"integer({' | '.join(map(str, found))})"
    return None


def is_literal(value: str) -> bool:
    return charset.forbidden(value) is None and "\n" not in value and "\u00a0" not in value


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def plain(number_: int | Decimal) -> str | None:
    """Return a number without an exponent; None if it is too long."""
    if isinstance(number_, Decimal):
        number_ = number_.normalize()
        text = format(number_, "f") if -30 < number_.adjusted() < 30 else ""
    else:
        text = str(number_)
    return text if text and len(text) <= _MAX_DIGITS else None


def _range(at: At, context: Context, *, whole: bool) -> str:
    low, above = _bound(at, "minimum", "exclusiveMinimum", max)
    high, below = _bound(at, "maximum", "exclusiveMaximum", min)
    if whole:
        low, high = _to_whole(low, up=True), _to_whole(high, up=False)
        low, above = (low + 1, False) if above and low is not None else (low, above)
        high, below = (high - 1, False) if below and high is not None else (high, below)
    is_empty = (
        low is not None and high is not None and (low > high or (low == high and (above or below)))
    )
    if is_empty:
        context.note(
            at, "repaired", "minimum", f"removed the range {low} to {high}, which is empty"
        )
        return ""
    texts = [None if value is None else plain(value) for value in (low, high)]
    if not any(texts):
        return ""
    left = (">" if above else "") + texts[0] if texts[0] else ""
    right = ("<" if below else "") + texts[1] if texts[1] else ""
    return f"{left}..{right}"


def _bound(
    at: At, key: str, exclusive: str, strictest: object
) -> tuple[int | Decimal | None, bool]:
    """Return a limit, and whether it is exclusive (a flag in 3.0, a number in 3.1)."""
    limit, flag = _numeric(at.raw(key)), at.raw(exclusive)
    own = _numeric(flag)
    if own is None:
        return limit, flag is True and limit is not None
    if limit is None or (max if strictest is max else min)(limit, own) == own:
        return own, True
    return limit, False


def _to_whole(value: int | Decimal | None, *, up: bool) -> int | None:
    if value is None or isinstance(value, int):
        return value
    if abs(value.adjusted()) > _MAX_DIGITS:
        return None
    floor = int(value // 1)
    return floor + 1 if up and value != floor else floor


def _numeric(value: object) -> int | Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", value):
        return Decimal(value) if "." in value else int(value)
    return None


def _natural(value: object) -> int | None:
    found = _numeric(value)
    if isinstance(found, Decimal) and found == found.to_integral_value() and found.adjusted() < 30:
        found = int(found)
    if not isinstance(found, int) or found < 0 or len(str(found)) > _MAX_DIGITS:
        return None
    return found


def types_of(at: At) -> tuple[list[str], bool]:
    """Return the JSON types that a schema names, and whether null is one of them."""
    written = at.raw("type")
    named: Iterable[object] = (
        [written]
        if isinstance(written, str)
        else cast("list[object]", written) if isinstance(written, list) else []
    )
    types = [str(each).lower() for each in named if isinstance(each, str)]
    null = "null" in types or at.flag("nullable") or at.flag("x-nullable")
    return [each for each in dict.fromkeys(types) if each != "null"], null
