"""Paths and queries, percent-encoded once and strictly (RFC 3986).

What is encoded here is what is signed and what is sent, byte for byte. Everything but
letters, digits and `-._~` is escaped, so that no value can reach beyond its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias
from urllib.parse import quote

from msgspec import Struct

from .encode_errors import EncodeError
from .json_types import is_list, is_object

Style: TypeAlias = Literal["repeat", "comma", "brackets", "deep"]
"""How a list or an object stands in a query or a form:

- `repeat`: `ids=1&ids=2`; an object's fields are parameters themselves;
- `comma`: `ids=1,2`;
- `brackets`: `ids[]=1&ids[]=2`; an object is `filter[from]=1&filter[to]=2`, and a list that
  holds objects or lists is `items[0][sku]=a&items[1][sku]=b`; to any depth;
- `deep`: as `brackets`, but a list of single values is repeated: `filter[ids]=1&filter[ids]=2`.
"""


class Parameter(Struct, frozen=True):
    """A parameter of path, query or header: its name on the wire, and its argument."""

    wire: str
    argument: str = ""
    style: Style = "repeat"


_VARIABLE = re.compile(r"\{([^{}]+)\}")


def escape(text: str) -> str:
    """Text as one piece of a path or a query."""
    return quote(text, safe="")


_LONGEST = 1 << 16
"""Characters that a URL may have; the HTTP library takes no longer ones."""
_TOO_LONG = f"must be shorter: a URL has at most {_LONGEST} characters"


class NotASegment(EncodeError):
    """A text that cannot be a part of a path, for the variable of this name."""

    def __init__(self, variable: str, problem: str = "") -> None:
        super().__init__(
            problem or "must not be empty, '.' or '..', for it is a part of the path"
        )
        self.variable = variable


class Path:
    """A path with variables, such as `/v3/orders/{order_id}`."""

    def __init__(self, template: str) -> None:
        pieces = _VARIABLE.split(template)
        self._fixed = [quote(text, safe="/:@!$&'()*+,;=~%") for text in pieces[::2]]
        self.variables = tuple(pieces[1::2])
        """Names of the variables, in their order."""

    def fill(self, values: Mapping[str, str]) -> str:
        """The path with these texts for its variables.

        Fails with `NotASegment` where a text is empty, or would make a segment `.` or `..`,
        which mean other places.
        """
        filled = self._fixed[0]
        for name, after in zip(self.variables, self._fixed[1:], strict=True):
            if not values[name]:
                raise NotASegment(name)
            if len(values[name]) > _LONGEST:
                raise NotASegment(name, _TOO_LONG)
            filled += escape(values[name]) + after
        if not {".", ".."}.isdisjoint(filled.split("/")):
            dots = (name for name in self.variables if not values[name].strip("."))
            raise NotASegment(next(dots, self.variables[-1]))
        return filled


def query_parameters(
    name: str, value: object, style: Style
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """As `parameters`, for a URL: no text may be longer than that."""
    for key, values in parameters(name, value, style):
        if any(isinstance(one, str) and len(one) > _LONGEST for one in values):
            raise EncodeError(_TOO_LONG)
        yield key, values


def parameters(
    name: str, value: object, style: Style
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The parameters that a value becomes: names, and the values that commas join."""
    if style == "comma":
        if is_object(value):
            yield name, tuple(part for item in value.items() for part in item)
        elif not is_list(value):
            yield name, (value,)
        elif value:
            yield name, tuple(value)
    elif is_list(value):
        numbered = style != "repeat" and any(
            is_list(one) or is_object(one) for one in value
        )
        inner = f"{name}[]" if style == "brackets" else name
        for at, one in enumerate(value):
            if numbered:
                yield from _numbered(name, at, one, style)
            else:
                yield inner, (one,)
    elif is_object(value):
        for key, one in value.items():
            inner = key if style == "repeat" else f"{name}[{_part(key)}]"
            try:
                yield from parameters(inner, one, style)
            except EncodeError as error:
                error.keys.append(key)
                raise
    else:
        yield name, (value,)


def _numbered(
    name: str, at: int, value: object, style: Style
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The parameters of one item of a list; without any it would not arrive, and the next
    one would take its place."""
    try:
        found = list(parameters(f"{name}[{at}]", value, style))
        if not found:
            raise EncodeError("must not be empty, for nothing would be sent for it")
    except EncodeError as error:
        error.keys.append(at)
        raise
    yield from found


def _part(key: str) -> str:
    """The key, if it can stand in brackets: servers end it at the first one."""
    if not key or "[" in key or "]" in key:
        raise EncodeError("must have keys that are not empty and have no brackets")
    return key
