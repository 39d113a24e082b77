"""A text that matches a regular expression, for samples.

It is put together from the expression's own parts and never matched against it, which could take long. What is rare in specs (looking around,
references to groups) is not understood, and then there is none.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:|\(\?|[()|^$]|(?P<times>\*|\+|\?|\{(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\}(?<!\{\}))[?+]?|.",
    re.DOTALL,
)
_SIGNS = "0aA" + "".join(map(chr, range(0x21, 0x7F))) + " "
_LONGEST = 1000


class _Sequence(Struct):
    """Texts one after the other, each as often as it must come and as it may; what stands behind a `|` is another way and left out."""

    parts: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    ended: bool = False

    def text(self, length: int = 0) -> str:
        """The whole, repeated where it may be until it is so long; fails with ValueError if it grows too large."""
        missing = length - sum(len(part) * least for part, least, _ in self.parts)
        if missing < length - _LONGEST:
            raise ValueError("too long")
        made = ""
        for part, least, most in self.parts:
            more = min(most - least, max(0, -(-missing // len(part)))) if part else 0
            missing -= more * len(part)
            made += part * (least + more)
        return made


def matching(pattern: str, least: int, most: int) -> str | None:
    """A text of such a length that matches the whole pattern; None if none was found."""
    try:
        found = _read(pattern).text(min(least, _LONGEST))
    except (ValueError, IndexError, re.error):
        return None
    return found if least <= len(found) <= most else None


def _read(pattern: str) -> _Sequence:
    open_: list[_Sequence] = [_Sequence()]
    for token in _TOKEN.finditer(pattern):
        now = open_[-1]
        match token[0]:
            case "(?":
                raise ValueError("more than a group")
            case "(" | "(?:":
                open_.append(_Sequence())
            case ")":
                open_.pop()
                _add(open_[-1], now.text())
            case "|":
                now.ended = True
            case "^" | "$" | r"\A" | r"\Z":
                pass
            case _ if token["times"]:
                if not now.ended:
                    now.parts[-1] = (now.parts[-1][0], *_times(token))
            case sign:
                _add(now, _one(sign))
    return open_[0]


def _add(sequence: _Sequence, text: str) -> None:
    if not sequence.ended:
        sequence.parts.append((text, 1, 1))


def _times(token: re.Match[str]) -> tuple[int, int]:
    if token["times"] in "*+?":
        return int(token["times"] == "+"), 1 if token["times"] == "?" else _LONGEST
    least = int(token["least"] or 0)
    return least, int(token["most"] or _LONGEST) if token["comma"] else least


def _one(sign: str) -> str:
    """One character that the sign, a class or an escape stands for."""
    found = next((each for each in _SIGNS if re.fullmatch(sign, each)), "")
    if not found and sign[0] == "\\":
        raise ValueError(f"{sign} is no character")
    return found or sign.strip("[^]")[:1]
