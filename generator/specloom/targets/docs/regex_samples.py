"""Sample text for a regular expression.

The text is built from the parts of the expression, and never matched against it, because matching can take exponential time.
Lookaround and backreferences, which are rare in specs, are not supported.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:|\(\?|[()|^$]|(?P<times>\*|\+|\?|\{(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\}(?<!\{\}))[?+]?|.",
    re.DOTALL,
)
_CANDIDATES = "0aA" + "".join(map(chr, range(0x21, 0x7F))) + " "
_MAX_LENGTH = 1000


class _Sequence(Struct):
    """Sequence of texts with minimum and maximum repetitions; only the first alternative of `|` is used."""

    parts: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    is_complete: bool = False

    def text(self, length: int = 0) -> str:
        """Return the text, with repetitions up to the length if possible; raise `ValueError` if it gets too long."""
        missing = length - sum(len(part) * least for part, least, _ in self.parts)
        if missing < length - _MAX_LENGTH:
            raise ValueError("too long")
        result = ""
        for part, least, most in self.parts:
            more = min(most - least, max(0, -(-missing // len(part)))) if part else 0
            missing -= more * len(part)
            result += part * (least + more)
        return result


def sample_text(pattern: str, least: int, most: int) -> str | None:
    """Return a text within the length limits that matches the whole pattern, or None."""
    try:
        text = _parse(pattern).text(min(least, _MAX_LENGTH))
    except (ValueError, IndexError, re.error):
        return None
    return text if least <= len(text) <= most else None


def _parse(pattern: str) -> _Sequence:
    stack: list[_Sequence] = [_Sequence()]
    for token in _TOKEN.finditer(pattern):
        current = stack[-1]
        match token[0]:
            case "(?":
                raise ValueError("unsupported group")
            case "(" | "(?:":
                stack.append(_Sequence())
            case ")":
                stack.pop()
                _append(stack[-1], current.text())
            case "|":
                current.is_complete = True
            case "^" | "$" | r"\A" | r"\Z":
                pass
            case _ if token["times"]:
                if not current.is_complete:
                    current.parts[-1] = (current.parts[-1][0], *_repetitions(token))
            case character:
                _append(current, _sample_character(character))
    return stack[0]


def _append(sequence: _Sequence, text: str) -> None:
    if not sequence.is_complete:
        sequence.parts.append((text, 1, 1))


def _repetitions(token: re.Match[str]) -> tuple[int, int]:
    if token["times"] in "*+?":
        return int(token["times"] == "+"), 1 if token["times"] == "?" else _MAX_LENGTH
    least = int(token["least"] or 0)
    return least, int(token["most"] or _MAX_LENGTH) if token["comma"] else least


def _sample_character(character_class: str) -> str:
    """Return a character that matches a character, class or escape."""
    sample = next(
        (candidate for candidate in _CANDIDATES if re.fullmatch(character_class, candidate)), ""
    )
    if not sample and character_class[0] == "\\":
        raise ValueError(f"{character_class} is not a character")
    return sample or character_class.strip("[^]")[:1]
