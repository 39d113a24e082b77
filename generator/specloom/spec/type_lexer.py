"""The tokens of type expressions, and the small parts that limits are made of: numbers, lengths, ranges, quoted texts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NoReturn, TypeVar

from msgspec import Struct

from ..model import LengthRange, NumberRange
from ..runtime.datetime_formats import DIRECTIVE, DIRECTIVES, Format

_TOKEN = re.compile(
    r"[ ]*(?:(?P<number>-?[0-9]+(?:\.[0-9]+)?)|(?P<dots>\.\.)|(?P<name>[A-Za-z_][\w.-]*)"
    r"|(?P<literal>'(?:[^']|'')*')|(?P<mark>[()<>|?])|(?P<end>\Z)|(?P<other>.))",
    re.DOTALL | re.ASCII,
)

_T = TypeVar("_T", int, str)


class TypeSyntaxError(Exception):
    """What is wrong with an expression, and where in it."""

    def __init__(self, message: str, at: int, length: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.length, self.hint = message, at, length, hint


class LexToken(Struct, frozen=True):
    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)


def tokens(text: str) -> list[LexToken]:
    """All tokens; the last is of kind "end"."""
    found: list[LexToken] = []
    at = 0
    while True:
        match = _TOKEN.match(text, at)
        kind = match.lastgroup if match else None
        if match is None or kind is None:
            return [*found, LexToken("end", "", len(text))]
        found.append(LexToken(kind, match[kind], match.start(kind)))
        if kind == "end":
            return found
        if match[0].endswith("'") and kind == "other":
            raise TypeSyntaxError(
                "the text that begins here does not end",
                match.start(kind),
                1,
                "a quote inside a text is doubled: 'it''s'",
            )
        at = match.end()


class Cursor:
    """Reads tokens from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.index = 0

    @property
    def token(self) -> LexToken:
        return self.tokens[self.index]

    def following(self) -> str:
        """The text of the token after the present one."""
        return self.tokens[min(self.index + 1, len(self.tokens) - 1)].text

    def before(self) -> LexToken:
        """The token before the present one."""
        return self.tokens[max(0, self.index - 1)]

    def take(self, text: str, kind: str = "mark") -> bool:
        """Whether the present token is this one, which is then passed."""
        if self.token.kind == kind and self.token.text == text:
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            if self.token.text == "?" and self.token.kind == "mark":
                self.fail("`?` may stand only at the end of a type")
            self.fail(f"`{text}` is expected here")

    def fail(self, message: str, hint: str = "") -> NoReturn:
        raise TypeSyntaxError(message, self.token.at, max(1, len(self.token.text)), hint)

    def length(self, single: bool) -> LengthRange:
        """`1..32`, `1..`, `..32`, and where `single` also `32`, at most."""
        start = self.token
        least = self.natural() if start.kind == "number" else None
        if not self.take("..", "dots"):
            if least is None or not single:
                self.fail(
                    "a length such as 1..32 is expected here"
                    + (" (or 32, at most)" if single else "")
                )
            return LengthRange(None, least)
        most = self.natural() if self.token.kind == "number" or least is None else None
        if least is not None and most is not None and least > most:
            raise TypeSyntaxError(
                f"{least} is more than {most}", start.at, self.before().end - start.at
            )
        return LengthRange(least, most)

    def range(self, whole: bool) -> NumberRange:
        """`0..100`, `>0..`, `..<1`; numbers with a fraction only where not `whole`."""
        start = self.token
        above = self.take(">")
        least = self.number(whole) if above or self.token.kind == "number" else None
        if not self.take("..", "dots"):
            self.fail("a range such as 0..100 is expected here")
        below = self.take("<")
        bounded = below or least is None or self.token.kind == "number"
        most = self.number(whole) if bounded else None
        if (
            least is not None
            and most is not None
            and (least > most or (least == most and (above or below)))
        ):
            raise TypeSyntaxError(
                "no number lies in this range", start.at, self.before().end - start.at
            )
        return NumberRange(least, most, above, below)

    def natural(self) -> int:
        token = self.token
        value = self.number(whole=True)
        if value < 0:
            raise TypeSyntaxError("a length is not negative", token.at, len(token.text))
        return int(value)

    def number(self, whole: bool) -> int | Decimal:
        token = self.token
        if token.kind != "number":
            self.fail("a number is expected here")
        if len(token.text) > 30:
            self.fail("a number of more than 30 characters")
        if "." in token.text and whole:
            self.fail("a whole number is expected here")
        self.index += 1
        return Decimal(token.text) if "." in token.text else int(token.text)

    def integers(self) -> tuple[int, ...]:
        """`0 | 100 | 150`."""
        values = [int(self.number(whole=True))]
        while self.take("|"):
            token = self.token
            values.append(self._new(int(self.number(whole=True)), values, token))
        return tuple(values)

    def literals(self) -> tuple[str, ...]:
        """`'A' | 'B'`."""
        values = [self.literal()]
        while self.take("|"):
            token = self.token
            values.append(self._new(self.literal(), values, token))
        return tuple(values)

    def literal(self) -> str:
        token = self.token
        if token.kind != "literal":
            self.fail("a text in single quotes is expected here")
        self.index += 1
        return token.text[1:-1].replace("''", "'")

    def format(self, moment: datetime | date, needs: str) -> str:
        """A format which gives this moment or date back."""
        token = self.token
        text = self.literal()
        directives: list[str] = DIRECTIVE.findall(text)
        wrong = next((d for d in directives if d not in DIRECTIVES), None)
        if wrong is not None:
            known = " ".join(f"%{d}" for d in DIRECTIVES)
            raise TypeSyntaxError(
                f"`%{wrong}` may not stand in a format",
                token.at,
                len(token.text),
                f"known are {known}",
            )
        if not directives:
            raise TypeSyntaxError(
                "a format such as '%Y%m%d' is expected here", token.at, len(token.text)
            )
        try:
            returns = _returned(moment, text) == moment
        except ValueError:
            returns = False
        if not returns:
            raise TypeSyntaxError(
                f"what is written in the format {token.text} does not come back",
                token.at,
                len(token.text),
                f"each once: {needs}",
            )
        return text

    def choice(self, *words: str) -> str:
        """One of these words."""
        if self.token.kind != "name" or self.token.text not in words:
            self.fail(f"{' or '.join(words)} is expected here")
        self.index += 1
        return self.before().text

    def _new(self, value: _T, values: list[_T], token: LexToken) -> _T:
        if value in values:
            raise TypeSyntaxError(f"{token.text} stands here twice", token.at, len(token.text))
        return value


def _returned(moment: datetime | date, text: str) -> datetime | date:
    """What is read of the moment when it was written in a format; fails with ValueError."""
    format_ = Format(text)
    if isinstance(moment, datetime):
        return format_.decode(
            format_.encode(moment.replace(tzinfo=(format_.zone or UTC) if format_.zoned else None))
        ).replace(tzinfo=moment.tzinfo)
    return format_.decode(format_.encode_date(moment)).date()
