"""Type expressions (language.md, section 3): `list<string(1..32)>(..5)?` and its like, as small trees.

    type = one { "|" one } [ "?" ]

What an expression says by itself is a type of the model already (`LeafExpr`); names, `object` and what holds other types wait for the
meaning, with the column where they stand. What is no type raises `TypeSyntaxError`, which points at the token.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NoReturn, TypeAlias

from msgspec import Struct

from .. import model
from ..runtime.datetime_formats import RFC2822
from .collector import RESERVED, did_you_mean
from .key_hints import key_hint
from .type_lexer import Cursor, LexToken, TypeSyntaxError

MAX_LENGTH = 2000
_MOMENT = datetime(2019, 11, 28, 23)
MAX_DEPTH = 20

_NAME = re.compile(r"(?:[a-z_][a-z0-9_]*\.)*[A-Z][A-Za-z0-9]*", re.ASCII)
WORDS = (
    "string",
    "integer",
    "number",
    "decimal",
    "boolean",
    "bytes",
    "file",
    "datetime",
    "date",
    "duration",
    "json",
    "object",
    "list",
    "map",
    "text",
)
_MEANT = {
    "str": "string",
    "char": "string",
    "varchar": "string",
    "uuid": "string",
    "uri": "string",
    "url": "string",
    "int": "integer",
    "int32": "integer",
    "int64": "integer",
    "long": "integer",
    "uint64": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "array": "list<T>",
    "dict": "map<T>",
    "any": "json",
    "timestamp": "datetime(unix)",
    "time": "datetime",
    "binary": "bytes",
    "null": "T? (a question mark at the end)",
    "none": "T? (a question mark at the end)",
    "enum": "string('A' | 'B')",
    "optional": "T? (a question mark at the end)",
}


class LeafExpr(Struct, frozen=True):
    """A type that is complete by itself."""

    type: model.Type


class Ref(Struct, frozen=True):
    """A named type, with the path before the dot if it is from elsewhere."""

    name: str
    at: int


class ObjectExpr(Struct, frozen=True):
    """`object`: the fields beside the expression."""

    at: int


class GenericExpr(Struct, frozen=True):
    """`list<T>`, `map<T>` or `text<T>`."""

    word: str
    inner: Expression
    length: model.LengthRange
    at: int


class UnionExpr(Struct, frozen=True):
    members: tuple[Expression, ...]


class NullableExpr(Struct, frozen=True):
    inner: Expression


Expression: TypeAlias = "LeafExpr | Ref | ObjectExpr | GenericExpr | UnionExpr | NullableExpr"


def parse(text: str) -> Expression:
    """The tree of an expression; raises Wrong."""
    if len(text) > MAX_LENGTH:
        raise TypeSyntaxError(
            f"a type of more than {MAX_LENGTH} characters",
            0,
            1,
            "give its parts names under `types:`",
        )
    return _TypeParser(text).whole()


def _not_a_type(word: str, at: int) -> tuple[str, int, int, str]:
    """What `TypeSyntaxError` says about a word that is none of the language and no name."""
    message, hint = f"`{word}` is not a type", did_you_mean(word, WORDS)
    if word == "partial":
        message, hint = f"`partial` {RESERVED}", key_hint(word, "type")
    elif word.lower() in _MEANT:
        hint = f"write {_MEANT[word.lower()]}"
    elif word[0].isupper() or "." in word:
        message, hint = (
            f"`{word}` is not the name of a type",
            "names are letters and digits and begin upper case, as orders.Amount",
        )
    return message, at, len(word), hint


class _TypeParser(Cursor):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def whole(self) -> Expression:
        if self.token.kind == "end":
            raise TypeSyntaxError("a type is missing", 0, 1, "such as string(32), integer, list<T>")
        result = self._type()
        if self.token.kind != "end":
            self._stray()
        return result

    def _type(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(
                f"more than {MAX_DEPTH} types lie in one another",
                "give the inner ones names under `types:`",
            )
        members = [self._one()]
        while self.take("|"):
            members.append(self._one())
        self.depth -= 1
        result = members[0] if len(members) == 1 else UnionExpr(tuple(members))
        return NullableExpr(result) if self.take("?") else result

    def _one(self) -> Expression:
        token = self.token
        if token.kind == "literal":
            self.fail("a bare literal is not a type", "texts are written string('A' | 'B')")
        if token.kind == "number":
            self.fail("a bare number is not a type", "numbers are written integer(0 | 100)")
        if token.kind != "name":
            hint = key_hint("$ref", "type") if token.text == "#" else ""
            self.fail(
                "a type is expected here" + (f", not `{token.text}`" if token.text else ""), hint
            )
        self.index += 1
        word = token.text
        if word in WORDS:
            return self._word(token)
        if _NAME.fullmatch(word):
            return Ref(word, token.at)
        raise TypeSyntaxError(*_not_a_type(word, token.at))

    def _word(self, token: LexToken) -> Expression:
        word = token.text
        match word:
            case "list" | "map" | "text":
                return self._of(token)
            case "object":
                return ObjectExpr(token.at)
            case "json":
                return LeafExpr(model.AnyJson())
            case _:
                pass
        opened = self.take("(")
        leaf = self._empty(word) if not opened else self._arguments(word)
        if opened:
            self.expect(")")
        return LeafExpr(leaf)

    def _of(self, token: LexToken) -> GenericExpr:
        if not (self.token.text == "<" and self.token.kind == "mark"):
            self.fail(f"`{token.text}` needs the type that it holds", f"write {token.text}<T>")
        self.index += 1
        inner = self._type()
        self.expect(">")
        length = model.LengthRange()
        if token.text != "text" and self.take("("):
            length = self.length(single=False)
            self.expect(")")
        return GenericExpr(token.text, inner, length, token.at)

    def _empty(self, word: str) -> model.Type:
        match word:
            case "string":
                return model.String()
            case "integer":
                return model.Integer()
            case "number" | "decimal":
                return model.Number(exact=word == "decimal")
            case "boolean":
                return model.Boolean()
            case "bytes":
                return model.Bytes()
            case "file":
                return model.File()
            case "datetime":
                return model.DateTime()
            case "date":
                return model.Date()
            case _:
                return model.Duration()

    def _arguments(self, word: str) -> model.Type:
        match word:
            case "string":
                if self.token.kind == "literal":
                    return model.String(literals=self.literals())
                return model.String(self.length(single=True))
            case "integer":
                return self._integer()
            case "number" | "decimal":
                return model.Number(self.range(whole=False), exact=word == "decimal")
            case "boolean":
                return model.Boolean(self.choice("true", "false") == "true")
            case "bytes":
                return model.Bytes(self.length(single=True))
            case "file":
                return model.File(self.length(single=True))
            case "datetime":
                if self.token.kind == "literal":
                    return model.DateTime(
                        self.format(_MOMENT, "year, month, day and hour; a date is date('%Y%m%d')")
                    )
                return model.DateTime(self.choice("unix", "unix-ms", RFC2822))
            case "date":
                return model.Date(
                    self.format(
                        _MOMENT.date(), "year, month and day; a year or a time alone is a string"
                    )
                )
            case _:
                return model.Duration("s" if self.choice("s", "ms") == "s" else "ms")

    def _integer(self) -> model.Integer:
        start = self.token
        if start.kind == "number" and self.following() == "|":
            return model.Integer(literals=self.integers())
        if start.kind == "number" and self.following() == ")":
            self.fail(
                f"`integer({start.text})` may mean a limit or a value",
                f"write integer(..{start.text}) for a limit, integer({start.text}..{start.text}) for this value",
            )
        limits = self.range(whole=True)
        if limits.least is not None and limits.least == limits.most:
            return model.Integer(literals=(int(limits.least),))
        return model.Integer(limits)

    def _stray(self) -> NoReturn:
        """Something follows a complete type."""
        rest = self.text[self.token.at :]
        if rest.startswith("[]"):
            self.fail(
                "`[]` is not part of a type",
                f"a list is written list<{self.text[: self.token.at].strip()}>",
            )
        if self.before().text == "?":
            self.fail(
                "`?` is the end of a type", "write it once, after all members: string | integer?"
            )
        if rest.startswith("("):
            known = self.before().text in WORDS
            self.fail(
                "this type takes no limits",
                "" if known else "limits stand under `types:`, where the type is named",
            )
        if rest.startswith("<"):
            self.fail("this type holds no other", "only list<T>, map<T> and text<T> do")
        self.fail(f"`{self.token.text}` is not expected here", "a type ends before it")
