"""Type parser: type expressions such as `list<string(1..32)>(..5)?` as small trees.

    type = one { "|" one } [ "?" ]

A complete expression is already a type of the model (`LeafExpr`). Names, `object` and generic types keep their column and are resolved
later. A syntax error raises `TypeSyntaxError`, which points at the token.
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
_SUGGESTIONS = {
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
    """A type without references."""

    type: model.Type


class Ref(Struct, frozen=True):
    """A reference to a named type, with a path before the dot if it is in another module."""

    name: str
    at: int


class UseExpr(Struct, frozen=True):
    """`Page<Invoice>`: a use of a generic type."""

    generic: Ref
    argument: Expression


class ObjectExpr(Struct, frozen=True):
    """`object`: the type described by `fields` beside the expression."""

    at: int


class GenericExpr(Struct, frozen=True):
    """`list<T>`, `map<T>` or `text<T>`."""

    word: str
    inner: Expression
    length: model.LengthRange
    at: int


class UnionExpr(Struct, frozen=True):
    """`A | B`."""

    members: tuple[Expression, ...]


class NullableExpr(Struct, frozen=True):
    """`T?`."""

    inner: Expression


Expression: TypeAlias = (
    "LeafExpr | Ref | UseExpr | ObjectExpr | GenericExpr | UnionExpr | NullableExpr"
)


def parse(text: str) -> Expression:
    """Return the tree of an expression; raises `TypeSyntaxError`."""
    if len(text) > MAX_LENGTH:
        raise TypeSyntaxError(
            f"type has more than {MAX_LENGTH} characters",
            0,
            1,
            "name its parts under `types:`",
        )
    return _TypeParser(text).parse()


def _unknown_type(word: str, at: int) -> TypeSyntaxError:
    """Return the error for a word that is neither a built-in type nor a type name."""
    if word == "partial":
        return TypeSyntaxError(
            f"`partial` {RESERVED}", at, len(word), key_hint(word, "type"), rule="reserved-word"
        )
    message, hint = f"unknown type `{word}`", did_you_mean(word, WORDS)
    if word.lower() in _SUGGESTIONS:
        hint = f"write {_SUGGESTIONS[word.lower()]}"
    elif word[0].isupper() or "." in word:
        message, hint = (
            f"`{word}` is not the name of a type",
            "names are letters and digits and begin upper case, as orders.Amount",
        )
    return TypeSyntaxError(message, at, len(word), hint)


class _TypeParser(Cursor):
    """Recursive-descent parser for type expressions."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def parse(self) -> Expression:
        if self.token.kind == "end":
            raise TypeSyntaxError(
                "missing type", 0, 1, "write one such as string(32), integer or list<T>"
            )
        result = self._type()
        if self.token.kind != "end":
            self._fail_trailing()
        return result

    def _type(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(
                f"more than {MAX_DEPTH} nested types",
                "name the inner ones under `types:`",
            )
        members = [self._member()]
        while self.take("|"):
            members.append(self._member())
        self.depth -= 1
        result = members[0] if len(members) == 1 else UnionExpr(tuple(members))
        return NullableExpr(result) if self.take("?") else result

    def _member(self) -> Expression:
        token = self.token
        if token.kind == "literal":
            self.fail("a bare string is not a type", "write string('A' | 'B')")
        if token.kind == "number":
            self.fail("a bare number is not a type", "write integer(0 | 100)")
        if token.kind != "name":
            hint = key_hint("$ref", "type") if token.text == "#" else ""
            self.fail("expected a type" + (f", found `{token.text}`" if token.text else ""), hint)
        self.index += 1
        word = token.text
        if word in WORDS:
            return self._builtin(token)
        if _NAME.fullmatch(word):
            named = Ref(word, token.at)
            if not self.take("<"):
                return named
            argument = self._type()
            self.expect(">")
            return UseExpr(named, argument)
        raise _unknown_type(word, token.at)

    def _builtin(self, token: LexToken) -> Expression:
        word = token.text
        match word:
            case "list" | "map" | "text":
                return self._generic(token)
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

    def _generic(self, token: LexToken) -> GenericExpr | LeafExpr:
        if not (self.token.text == "<" and self.token.kind == "mark"):
            if token.text == "text":
                return self._text()
            self.fail(f"`{token.text}` without an item type", f"write {token.text}<T>")
        self.index += 1
        inner = self._type()
        self.expect(">")
        length = model.LengthRange()
        if token.text != "text" and self.take("("):
            length = self.length(single=False)
            self.expect(")")
        return GenericExpr(token.text, inner, length, token.at)

    def _text(self) -> LeafExpr:
        """Return `text`, a whole body, with its limits."""
        if not self.take("("):
            return LeafExpr(model.PlainText())
        length = self.length(single=True)
        self.expect(")")
        return LeafExpr(model.PlainText(length))

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
                        self.format(
                            _MOMENT, "year, month, day and hour (for a date write date('%Y%m%d'))"
                        )
                    )
                return model.DateTime(self.choice("unix", "unix-ms", RFC2822))
            case "date":
                return model.Date(
                    self.format(
                        _MOMENT.date(),
                        "year, month and day (for a year or a time alone use string)",
                    )
                )
            case _:
                return model.Duration("s" if self.choice("s", "ms") == "s" else "ms")

    def _integer(self) -> model.Integer:
        start = self.token
        if start.kind == "number" and self.next_text() == "|":
            return model.Integer(literals=self.integers())
        if start.kind == "number" and self.next_text() == ")":
            self.fail(
                f"ambiguous `integer({start.text})`: a limit or a value",
                f"write integer(..{start.text}) for a maximum, integer({start.text}..{start.text}) for this value",
            )
        limits = self.range(whole=True)
        if limits.minimum is not None and limits.minimum == limits.maximum:
            return model.Integer(literals=(int(limits.minimum),))
        return model.Integer(limits)

    def _fail_trailing(self) -> NoReturn:
        """Raise for text after a complete type."""
        rest = self.text[self.token.at :]
        if rest.startswith("[]"):
            self.fail(
                "`[]` is not part of a type",
                f"write list<{self.text[: self.token.at].strip()}>",
            )
        if self.previous().text == "?":
            self.fail(
                "unexpected text after `?`", "write `?` once, after all members: string | integer?"
            )
        if rest.startswith("("):
            known = self.previous().text in WORDS
            self.fail(
                "this type has no limits",
                (
                    "remove them"
                    if known
                    else "write limits under `types:`, where the type is declared"
                ),
            )
        if rest.startswith("<"):
            self.fail(
                "this type has no item type",
                "only list<T>, map<T>, text<T> and generic types under `types:` have one",
            )
        self.fail(f"unexpected `{self.token.text}` after the type", "remove it")
