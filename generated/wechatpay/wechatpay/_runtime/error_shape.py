"""Where the JSON of an error has its code, its message and its detail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import takewhile
from typing import Any, Final, TypeAlias

from msgspec import Struct

from .codec import InvalidJson, decode
from .json_types import is_list, is_object

Key: TypeAlias = str | int
"""The name of a field, or the index of an entry in a list."""

_DIGITS: Final = 20
"""Of a code, at the most: 1e999999999 would fill the memory."""
_STEP: Final = re.compile(r"\[0]|[^.\[]+")


@cache
def parse_path(path: str) -> tuple[Key, ...]:
    """The steps of a path such as `errors[0].code` or `*_response.code`."""
    return tuple(0 if step == "[0]" else step for step in _STEP.findall(path))


def step_matches(step: Key, key: Key) -> bool:
    """Whether a step leads to this key; a `*` in it stands for any characters."""
    if isinstance(step, int) or isinstance(key, int) or "*" not in step:
        return step == key
    head, _, tail = step.partition("*")
    enough = len(key) >= len(head) + len(tail)
    return enough and key.startswith(head) and key.endswith(tail)


class ErrorShape(Struct, frozen=True):
    """Where in an error's JSON its parts lie, as dotted paths.

    `success` is the code that means success, if responses of status 2xx may be errors:
    there an absent code is a success too, and "0" or 0.0 is as good as 0.
    """

    code: str | None = None
    message: str | None = None
    detail: str | None = None
    success: str | None = None

    def succeeded(self, content: bytes) -> bool | None:
        """Whether a response of status 2xx is a success; None if it has no code.

        Fails with `InvalidJson` if what stands in the place of the code is none.
        """
        if self.success is None or self.code is None:
            return True
        # Most responses need not be parsed for this; a key can be written with escapes.
        key = parse_path(self.code)[-1]
        is_name = isinstance(key, str) and "*" not in key
        if is_name and f'"{key}"'.encode() not in content and b"\\u" not in content:
            return None
        try:
            whole, _ = decode(content)
        except InvalidJson:
            return None  # who reads the value will say so, unless bytes will do
        found: bool | None = None
        for _, value in find_values(whole, parse_path(self.code)):
            if value is None:
                continue
            code = _code(value)
            if code is None and value != self.success:
                raise InvalidJson(f"$.{self.code}: expected a code, got something else")
            if (code or "") != self.success:
                return False
            found = True
        return found

    def leads_through(self, keys: Iterable[Key]) -> bool:
        """Whether the code lies at this place, or within it."""
        steps = parse_path(self.code or "")
        return all(
            step_matches(step, key) for step, key in zip(steps, keys, strict=False)
        )

    def parts(self, content: bytes) -> tuple[str | None, str, Any]:
        """Code, message and detail of an error; None and "" for what it lacks."""
        try:
            whole, _ = decode(content)
        except InvalidJson:
            return None, "", None
        at, code = self._code_in(whole)
        message = _nearest(whole, self.message, at)
        return (
            code,
            message if isinstance(message, str) else "",
            _nearest(whole, self.detail, at),
        )

    def _code_in(self, whole: object) -> tuple[tuple[Key, ...], str | None]:
        """The code and its place: of several, the first that does not mean success."""
        if self.code is None:
            return (), None
        found = [
            (at, _code(value))
            for at, value in find_values(whole, parse_path(self.code))
        ]
        found = [(at, code) for at, code in found if code is not None]
        failures = (one for one in found if one[1] != self.success)
        return next(failures, found[0] if found else ((), None))


def find_values(
    value: object, steps: Sequence[Key], at: tuple[Key, ...] = ()
) -> Iterator[tuple[tuple[Key, ...], Any]]:
    """Everything that a path leads to, each with its place, in the order of the JSON."""
    if not steps:
        yield at, value
        return
    step, rest = steps[0], steps[1:]
    inside: Iterable[tuple[Key, Any]] = ()
    if isinstance(step, int):
        inside = enumerate(value[:1]) if is_list(value) else ()
    elif is_object(value):
        named = ((step, value[step]),) if step in value else ()
        inside = value.items() if "*" in step else named
    for key, one in inside:
        if step_matches(step, key):
            yield from find_values(one, rest, (*at, key))


def _nearest(whole: object, path: str | None, place: Sequence[Key]) -> Any:
    """Of what a path leads to, the value nearest to this place: in the same envelope."""

    def shared(found: tuple[tuple[Key, ...], Any]) -> int:
        pairs = zip(found[0], place, strict=False)
        return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))

    values = [] if path is None else list(find_values(whole, parse_path(path)))
    return max(values, key=shared)[1] if values else None


def _code(value: object) -> str | None:
    """A code as text, "0" for 0.0 too; None for what is none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal) and value.adjusted() < _DIGITS:
        return str(int(value) if value == int(value) else value)
    if value == "" or not isinstance(value, str | int | Decimal):
        return None
    return str(value)
