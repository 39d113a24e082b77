"""Error shape: paths to code, message and detail in the JSON of an error."""

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

_MAX_DIGITS: Final = 20
"""Maximum number of digits of a numeric code: 1e999999999 would exhaust the memory."""
_STEP: Final = re.compile(r"\[0]|[^.\[]+")


@cache
def parse_path(path: str) -> tuple[Key, ...]:
    """Return the steps of a path such as `errors[0].code` or `*_response.code`."""
    return tuple(0 if step == "[0]" else step for step in _STEP.findall(path))


@cache
def _encoded_key(path: str) -> bytes | None:
    """Return the last key of a path as in JSON; None if it is no single name."""
    key = parse_path(path)[-1]
    return None if isinstance(key, int) or "*" in key else f'"{key}"'.encode()


def step_matches(step: Key, key: Key) -> bool:
    """Return whether a step matches a key; a `*` in the step matches any characters."""
    if isinstance(step, int) or isinstance(key, int) or "*" not in step:
        return step == key
    head, _, tail = step.partition("*")
    is_long_enough = len(key) >= len(head) + len(tail)
    return is_long_enough and key.startswith(head) and key.endswith(tail)


class ErrorShape(Struct, frozen=True):
    """Dotted paths to the parts of an error in its JSON.

    `success` is the code of a success, for APIs that send errors with status 2xx. A
    response without a code is a success too, and "0" and 0.0 are equal to 0.
    """

    code: str | None = None
    message: str | None = None
    detail: str | None = None
    success: str | None = None

    def succeeded(self, content: bytes) -> bool | None:
        """Return whether a response with status 2xx is a success; None without a code.

        Raise `InvalidJson` if the value at the path is not a code.
        """
        if self.success is None or self.code is None:
            return True
        # Skip parsing if the key is certainly absent; JSON may escape its characters.
        if not any(mark in content for mark in self.marks()):
            return None
        try:
            document, _ = decode(content)
        except InvalidJson:
            return None  # decoding the value reports it, unless it is binary
        succeeded: bool | None = None
        for _, value in find_values(document, parse_path(self.code)):
            if value is None:
                continue
            code = _code(value)
            if code is None and value != self.success:
                raise InvalidJson(f"$.{self.code}: expected a string or a number")
            if (code or "") != self.success:
                return False
            succeeded = True
        return succeeded

    def marks(self) -> tuple[bytes, ...]:
        """Return byte strings of which JSON with a code has at least one."""
        key = _encoded_key(self.code or "code")
        return (b"",) if key is None else (key, b"\\u")

    def contains_code(self, keys: Iterable[Key]) -> bool:
        """Return whether the code is at this path or below it."""
        steps = parse_path(self.code or "")
        return all(
            step_matches(step, key) for step, key in zip(steps, keys, strict=False)
        )

    def parts(self, content: bytes) -> tuple[str | None, str, Any]:
        """Return code, message and detail of an error; None or "" if it has none."""
        try:
            document, _ = decode(content)
        except InvalidJson:
            return None, "", None
        at, code = self._code_in(document)
        message = _nearest(document, self.message, at)
        return (
            code,
            message if isinstance(message, str) else "",
            _nearest(document, self.detail, at),
        )

    def _code_in(self, document: object) -> tuple[tuple[Key, ...], str | None]:
        """Return path and code; of several codes, the first that is not a success."""
        if self.code is None:
            return (), None
        codes = [
            (at, _code(value))
            for at, value in find_values(document, parse_path(self.code))
        ]
        codes = [(at, code) for at, code in codes if code is not None]
        failures = (entry for entry in codes if entry[1] != self.success)
        return next(failures, codes[0] if codes else ((), None))


def find_values(
    value: object, steps: Sequence[Key], at: tuple[Key, ...] = ()
) -> Iterator[tuple[tuple[Key, ...], Any]]:
    """Return all values at a path, each with its keys, in the order of the JSON."""
    if not steps:
        yield at, value
        return
    step, rest = steps[0], steps[1:]
    inside: Iterable[tuple[Key, Any]] = ()
    if isinstance(step, int):
        inside = enumerate(value[:1]) if is_list(value) else ()
    elif is_object(value):
        exact = ((step, value[step]),) if step in value else ()
        inside = value.items() if "*" in step else exact
    for key, child in inside:
        if step_matches(step, key):
            yield from find_values(child, rest, (*at, key))


def _nearest(document: object, path: str | None, keys: Sequence[Key]) -> Any:
    """Return the value at a path in the same envelope: with the most keys in common."""

    def count_common(entry: tuple[tuple[Key, ...], Any]) -> int:
        pairs = zip(entry[0], keys, strict=False)
        return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))

    values = [] if path is None else list(find_values(document, parse_path(path)))
    return max(values, key=count_common)[1] if values else None


def _code(value: object) -> str | None:
    """Return a code as text, 0.0 as "0"; None if the value is not a code."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal) and value.adjusted() < _MAX_DIGITS:
        return str(int(value) if value == int(value) else value)
    if value == "" or not isinstance(value, str | int | Decimal):
        return None
    return str(value)
