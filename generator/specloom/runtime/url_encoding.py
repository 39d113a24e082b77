"""Strict percent-encoding of paths and queries (RFC 3986).

Values are encoded once, and signed and sent in that form. Everything except letters, digits and `-._~` is
escaped, so a value cannot change another part of the URL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias
from urllib.parse import quote, unquote

from msgspec import Struct

from .encode_errors import EncodeError, Joined
from .json_types import is_list, is_object

Style: TypeAlias = Literal["repeat", "comma", "pipe", "space", "brackets", "deep"]
"""Style of a list or an object in a query or a form:

- `repeat`: `ids=1&ids=2`; the fields of an object are parameters;
- `comma`, `pipe`, `space`: `ids=1,2`, `ids=1|2`, `ids=1 2`;
- `brackets`: `ids[]=1&ids[]=2`; an object is `filter[from]=1&filter[to]=2`, and a list of
  objects or lists is `items[0][sku]=a&items[1][sku]=b`; to any depth;
- `deep`: as `brackets`, but a list of single values is repeated:
  `filter[ids]=1&filter[ids]=2`.
"""


SEPARATORS: Final[Mapping[str, str]] = {"pipe": "|", "space": " "}
"""Separators of items in one value, which are escaped with it."""


class Parameter(Struct, frozen=True):
    """A parameter of path, query or header: its wire name and its argument."""

    wire: str
    argument: str = ""
    style: Style = "repeat"


_VARIABLE = re.compile(r"\{(\+?[^{}]+)\}")


def escape(text: str) -> str:
    """Escape a text for a path or a query."""
    return quote(text, safe="")


_MAX_LENGTH = 1 << 16
"""Maximum number of characters of a URL in httpx."""
_TOO_LONG = f"must be shorter: a URL has at most {_MAX_LENGTH} characters"


class NotASegment(EncodeError):
    """Error for a text that is not valid as the value of a path variable."""

    def __init__(self, variable: str, problem: str = "") -> None:
        super().__init__(
            problem or "must not be empty, '.' or '..', because it is a path segment"
        )
        self.variable = variable


class Path:
    """A path template with variables, such as `/v3/orders/{order_id}`.

    The value of a variable such as `{+path}` may have several segments.
    """

    def __init__(self, template: str) -> None:
        pieces = _VARIABLE.split(template)
        self._fixed = [quote(text, safe="/:@!$&'()*+,;=~%") for text in pieces[::2]]
        self._catch_all = {name[1:] for name in pieces[1::2] if name[0] == "+"}
        self.variables = tuple(name.removeprefix("+") for name in pieces[1::2])
        """Names of the variables, in order."""

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the path with these values of its variables.

        Raise `NotASegment` if a value is empty, or if a segment would be `.` or `..`,
        which change the path. Servers decode a path once or twice, so that those are
        refused in escapes as well where several segments are allowed.
        """
        filled = self._fixed[0]
        for name, after in zip(self.variables, self._fixed[1:], strict=True):
            if not values[name]:
                raise NotASegment(name)
            if len(values[name]) > _MAX_LENGTH:
                raise NotASegment(name, _TOO_LONG)
            if name in self._catch_all:
                filled += _segments(name, values[name]) + after
            else:
                filled += escape(values[name]) + after
        if not {".", ".."}.isdisjoint(filled.split("/")):
            dots = (name for name in self.variables if not values[name].strip("."))
            raise NotASegment(next(dots, self.variables[-1]))
        return filled


def _segments(variable: str, text: str) -> str:
    """Return several segments of a path, escaped, with the slashes between them."""
    *segments, last = text.split("/")
    if not all(segments) or not {".", ".."}.isdisjoint(map(unquote, (*segments, last))):
        raise NotASegment(
            variable,
            "must not start with a slash, or have segments that are empty, '.' or '..'",
        )
    return "/".join(map(escape, (*segments, last)))


def query_parameters(
    name: str, value: object, style: Style
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the parameters of a value for a URL, whose length is limited."""
    for key, values in parameters(name, value, style):
        if any(isinstance(v, str) and len(v) > _MAX_LENGTH for v in values):
            raise EncodeError(_TOO_LONG)
        yield key, values


def parameters(
    name: str, value: object, style: Style
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the parameters of a value: a name, and values to be joined by commas."""
    if style in SEPARATORS and is_list(value):
        separator = SEPARATORS[style]
        for at, item in enumerate(value):
            if isinstance(item, str) and separator in item:
                error = EncodeError(
                    f"must not contain {separator!r}, which separates items"
                )
                error.keys.append(at)
                raise error
        if value:
            yield name, (Joined(separator, value),)
    elif style == "comma":
        if is_object(value):
            yield name, tuple(part for item in value.items() for part in item)
        elif not is_list(value):
            yield name, (value,)
        elif value:
            yield name, tuple(value)
    elif is_list(value):
        is_indexed = style != "repeat" and any(
            is_list(item) or is_object(item) for item in value
        )
        inner = f"{name}[]" if style == "brackets" else name
        for at, item in enumerate(value):
            if is_indexed:
                yield from _indexed_parameters(name, at, item, style)
            else:
                yield inner, (item,)
    elif is_object(value):
        for key, item in value.items():
            inner = key if style == "repeat" else f"{name}[{_bracket_key(key)}]"
            try:
                yield from parameters(inner, item, style)
            except EncodeError as error:
                error.keys.append(key)
                raise
    else:
        yield name, (value,)


def _indexed_parameters(
    name: str, at: int, value: object, style: Style
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the parameters of one item of a list.

    An item without parameters is an error, because the server would not see it.
    """
    try:
        pairs = list(parameters(f"{name}[{at}]", value, style))
        if not pairs:
            raise EncodeError("must not be empty, because it would not be sent")
    except EncodeError as error:
        error.keys.append(at)
        raise
    yield from pairs


def _bracket_key(key: str) -> str:
    """Return a key for use in brackets; raise `EncodeError` if it would be ambiguous."""
    if not key or "[" in key or "]" in key:
        raise EncodeError("must have non-empty keys without brackets")
    return key
