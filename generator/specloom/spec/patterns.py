"""Regular expressions of a spec: checks that they are valid and cheap to match.

Python's `re` backtracks. A repeated group that contains a repetition may take exponential time on a short text, in the generator and in
every client, so it is rejected.
"""

from __future__ import annotations

import re
import warnings

from msgspec.structs import replace

from .. import model
from ..model import Type
from .collector import DiagnosticCollector
from .nodes import Scalar

_MAX_LENGTH_NESTED = 20
"""Maximum length of a text for a pattern with a repeated group."""
_MAX_STEPS = 10**7
_PART = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!>]|<[=!]))?|\)|\{[0-9]*(?:,[0-9]*)?\}|.",
    re.DOTALL,
)


def check_pattern(node: Scalar, diagnostics: DiagnosticCollector) -> bool:
    """Return whether a pattern is valid and supported; report a problem if not."""
    reason, hint = "", ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(node.text)
    except re.error as error:
        diagnostics.add(
            node,
            "invalid-pattern",
            f"invalid regular expression: {error.msg}",
            offset=error.pos or 0,
            length=1,
        )
        return False
    except (RecursionError, OverflowError, Warning):
        reason, hint = "regular expression is too large or ambiguous for Python", "simplify it"
    if not reason and re.search(r"\(\?[^:=!<>]|\(\?<[^=!]", node.text):
        reason, hint = (
            "unsupported group in the regular expression",
            "use (…) or (?:…), without flags, names or conditions",
        )
    elif not reason and _may_explode(node.text):
        reason, hint = (
            "a repeated group contains a repetition, which may take exponential time",
            "rewrite it, for example (?:ab*)* as [ab]*, or limit the length instead",
        )
    if reason:
        diagnostics.add(node, "invalid-pattern", reason, hint)
    return not reason


def is_cheap_to_match(pattern: str, length: int) -> bool:
    """Return whether matching a text of this length is cheap, by a conservative estimate of the backtracking."""
    repetitions = len(re.findall(r"[*+]|\{[0-9]*,[0-9]*\}", pattern))
    nested = re.search(r"\)(?:[*+]|\{[0-9]*,[0-9]*\})", pattern) is not None
    return length <= _MAX_LENGTH_NESTED if nested else length**repetitions <= _MAX_STEPS


def with_pattern(type_: Type, pattern: str) -> Type | None:
    """Return the type with the pattern on each of its strings, or None if it has no strings."""
    match type_:
        case model.String():
            return replace(type_, pattern=pattern)
        case model.Nullable():
            inner = with_pattern(type_.type, pattern)
            return inner and model.Nullable(inner)
        case model.ListOf():
            inner = with_pattern(type_.item, pattern)
            return inner and replace(type_, item=inner)
        case model.MapOf():
            inner = with_pattern(type_.value, pattern)
            return inner and replace(type_, value=inner)
        case model.Union():
            changed = [with_pattern(member, pattern) for member in type_.members]
            if not any(changed):
                return None
            return model.Union(
                tuple(new or old for new, old in zip(changed, type_.members, strict=True))
            )
        case _:
            return None


def _may_explode(pattern: str) -> bool:
    """Return whether an unbounded repetition is inside a group that is itself repeated without bound."""
    open_groups: list[bool] = []
    repeats = False  # whether the current group contains an unbounded repetition
    closed: bool | None = None  # the same for the group that just ended
    for part in _PART.findall(pattern):
        if part[0] in "*+" or (part[0] == "{" and part.endswith(",}")):
            if closed:
                return True
            repeats, closed = True, None
        elif part[0] == "(":
            open_groups.append(repeats)
            repeats, closed = False, None
        elif part[0] == ")" and open_groups:
            closed = repeats
            repeats = open_groups.pop() or repeats
        else:
            closed = None
    return False
