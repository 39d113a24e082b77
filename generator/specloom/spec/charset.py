"""Characters allowed in a spec: visible ones, tabs and line breaks.

Control, bidirectional and invisible characters show a reviewer a text that differs from the generated one ("Trojan Source",
CVE-2021-42574). U+2028, U+2029 and U+0085 are line breaks to some programs only.
"""

from __future__ import annotations

import re
import unicodedata

from ..model import SourceLocation
from .collector import DiagnosticCollector
from .nodes import Source

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls (C0 without tab and newline, DEL, C1)
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers, Arabic letter mark
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"  # zero width, line separators, bidirectional, invisible operators
    "\ud800-\udfff\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"  # surrogates, variation selectors, BOM, fillers
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # shorthand and music controls, tags
)
_MAX_REPORTED = 10


def forbidden(text: str) -> re.Match[str] | None:
    """Return the first character that is not allowed in a spec."""
    return _FORBIDDEN.search(text)


def without_forbidden(text: str) -> str:
    """Return a text without the characters that are not allowed in a spec."""
    return _FORBIDDEN.sub("", text)


def describe(character: str) -> str:
    """Return code point and name, as in `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def check(source: Source, diagnostics: DiagnosticCollector) -> bool:
    """Return whether all characters are allowed; report the first few that are not."""
    matches = _FORBIDDEN.finditer(source.text)
    for count, match in enumerate(matches):
        line = source.text.count("\n", 0, match.start()) + 1
        column = match.start() - (source.text.rfind("\n", 0, match.start()) + 1) + 1
        diagnostics.add_at(
            SourceLocation(source.path, line, column),
            "invalid-character",
            f"invalid character {describe(match[0])}",
            "remove it, or write visible characters instead",
        )
        if count + 1 == _MAX_REPORTED:
            break
    else:
        return not forbidden(source.text)
    return False
