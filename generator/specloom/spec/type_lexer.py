"""Type lexer: tokens of type expressions, and a cursor that reads numbers, lengths, ranges and quoted strings."""

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
    """A syntax error in a type expression, with its position, a hint and its rule id."""

    def __init__(
        self, message: str, at: int, length: int, hint: str = "", rule: str = "invalid-type"
    ) -> None:
        super().__init__(message)
        self.message, self.at, self.length, self.hint, self.rule = message, at, length, hint, rule


class LexToken(Struct, frozen=True):
    """A token and its offset in the expression."""

    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)


def tokens(text: str) -> list[LexToken]:
    """Return all tokens; the last has the kind "end"."""
    result: list[LexToken] = []
    at = 0
    while True:
        match = _TOKEN.match(text, at)
        kind = match.lastgroup if match else None
        if match is None or kind is None:
            return [*result, LexToken("end", "", len(text))]
        result.append(LexToken(kind, match[kind], match.start(kind)))
        if kind == "end":
            return result
        if match[0].endswith("'") and kind == "other":
            raise TypeSyntaxError(
                "unterminated string",
                match.start(kind),
                1,
                "close it with a quote; double a quote inside: 'it''s'",
            )
        at = match.end()


class Cursor:
    """Cursor over the tokens of an expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.index = 0

    @property
    def token(self) -> LexToken:
        return self.tokens[self.index]

    def next_text(self) -> str:
        """Return the text of the next token."""
        return self.tokens[min(self.index + 1, len(self.tokens) - 1)].text

    def previous(self) -> LexToken:
        """Return the previous token."""
        return self.tokens[max(0, self.index - 1)]

    def take(self, text: str, kind: str = "mark") -> bool:
        """Consume the current token if it matches; return whether it did."""
        if self.token.kind == kind and self.token.text == text:
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Consume this token; fail if the current token is another."""
        if not self.take(text):
            if self.token.text == "?" and self.token.kind == "mark":
                self.fail(
                    "`?` is allowed only at the end of a type",
                    "write it once, at the end: list<Item>?",
                )
            self.fail(f"expected `{text}`")

    def fail(self, message: str, hint: str = "") -> NoReturn:
        """Raise a syntax error at the current token."""
        raise TypeSyntaxError(message, self.token.at, max(1, len(self.token.text)), hint)

    def length(self, single: bool) -> LengthRange:
        """Read a length: `1..32`, `1..`, `..32`, and with `single` also `32` for a maximum."""
        start = self.token
        minimum = self.natural() if start.kind == "number" else None
        if not self.take("..", "dots"):
            if minimum is None or not single:
                self.fail(
                    "expected a length such as 1..32" + (" (or 32, a maximum)" if single else "")
                )
            return LengthRange(None, minimum)
        maximum = self.natural() if self.token.kind == "number" or minimum is None else None
        if minimum is not None and maximum is not None and minimum > maximum:
            raise TypeSyntaxError(
                f"minimum {minimum} is greater than maximum {maximum}",
                start.at,
                self.previous().end - start.at,
            )
        return LengthRange(minimum, maximum)

    def range(self, whole: bool) -> NumberRange:
        """Read a range: `0..100`, `>0..`, `..<1`; with `whole`, of integers only."""
        start = self.token
        above = self.take(">")
        minimum = self.number(whole) if above or self.token.kind == "number" else None
        if not self.take("..", "dots"):
            self.fail("expected a range such as 0..100")
        below = self.take("<")
        bounded = below or minimum is None or self.token.kind == "number"
        maximum = self.number(whole) if bounded else None
        if (
            minimum is not None
            and maximum is not None
            and (minimum > maximum or (minimum == maximum and (above or below)))
        ):
            raise TypeSyntaxError(
                "empty range: no number is inside", start.at, self.previous().end - start.at
            )
        return NumberRange(minimum, maximum, above, below)

    def natural(self) -> int:
        """Read an integer that is not negative."""
        token = self.token
        value = self.number(whole=True)
        if value < 0:
            raise TypeSyntaxError("a length cannot be negative", token.at, len(token.text))
        return int(value)

    def number(self, whole: bool) -> int | Decimal:
        """Read a number; with `whole`, an integer."""
        token = self.token
        if token.kind != "number":
            self.fail("expected a number")
        if len(token.text) > 30:
            self.fail("number has more than 30 characters")
        if "." in token.text and whole:
            self.fail("expected an integer")
        self.index += 1
        return Decimal(token.text) if "." in token.text else int(token.text)

    def integers(self) -> tuple[int, ...]:
        """Read integers: `0 | 100 | 150`."""
        values = [int(self.number(whole=True))]
        while self.take("|"):
            token = self.token
            values.append(self._distinct(int(self.number(whole=True)), values, token))
        return tuple(values)

    def literals(self) -> tuple[str, ...]:
        """Read strings: `'A' | 'B'`."""
        values = [self.literal()]
        while self.take("|"):
            token = self.token
            values.append(self._distinct(self.literal(), values, token))
        return tuple(values)

    def literal(self) -> str:
        """Read a string in single quotes."""
        token = self.token
        if token.kind != "literal":
            self.fail("expected a string in single quotes")
        self.index += 1
        return token.text[1:-1].replace("''", "'")

    def format(self, moment: datetime | date, needs: str) -> str:
        """Read a date or time format. It must preserve `moment` when encoded and decoded."""
        token = self.token
        text = self.literal()
        directives: list[str] = DIRECTIVE.findall(text)
        unknown = next((d for d in directives if d not in DIRECTIVES), None)
        if unknown is not None:
            known = " ".join(f"%{d}" for d in DIRECTIVES)
            raise TypeSyntaxError(
                f"unknown format directive `%{unknown}`",
                token.at,
                len(token.text),
                f"expected one of: {known}",
            )
        if not directives:
            raise TypeSyntaxError("expected a format such as '%Y%m%d'", token.at, len(token.text))
        try:
            is_lossless = _round_trip(moment, text) == moment
        except ValueError:
            is_lossless = False
        if not is_lossless:
            raise TypeSyntaxError(
                f"format {token.text} loses information",
                token.at,
                len(token.text),
                f"include each of these once: {needs}",
            )
        return text

    def choice(self, *words: str) -> str:
        """Read one of these words."""
        if self.token.kind != "name" or self.token.text not in words:
            self.fail(f"expected {' or '.join(words)}")
        self.index += 1
        return self.previous().text

    def _distinct(self, value: _T, values: list[_T], token: LexToken) -> _T:
        if value in values:
            raise TypeSyntaxError(f"duplicate value {token.text}", token.at, len(token.text))
        return value


def _round_trip(moment: datetime | date, text: str) -> datetime | date:
    """Return a moment after encoding and decoding in a format; raises `ValueError` if that fails."""
    format_ = Format(text)
    if isinstance(moment, datetime):
        return format_.decode(
            format_.encode(moment.replace(tzinfo=(format_.zone or UTC) if format_.zoned else None))
        ).replace(tzinfo=moment.tzinfo)
    return format_.decode(format_.encode_date(moment)).date()
