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
def parse_paths(paths: str) -> tuple[tuple[Key, ...], ...]:
    """Return the steps of each of several paths, such as `sub_code | code`."""
    return tuple(map(parse_path, paths.split(" | ")))


@cache
def _encoded_keys(paths: str) -> tuple[bytes, ...]:
    """Return the last key of each path as in JSON; b"" if it is no single name."""
    keys = [steps[-1] for steps in parse_paths(paths)]
    return tuple(
        b"" if isinstance(key, int) or "*" in key else f'"{key}"'.encode()
        for key in keys
    )


def step_matches(step: Key, key: Key) -> bool:
    """Return whether a step matches a key; a `*` in the step matches any characters."""
    if isinstance(step, int) or isinstance(key, int) or "*" not in step:
        return step == key
    head, _, tail = step.partition("*")
    is_long_enough = len(key) >= len(head) + len(tail)
    return is_long_enough and key.startswith(head) and key.endswith(tail)


class ErrorShape(Struct, frozen=True):
    """Dotted paths to the parts of an error in its JSON; of several paths to a part, which
    ` | ` separates, the first that has a value counts.

    `success` is the code of a success, for APIs that send errors with status 2xx; of
    several codes, the last one decides. A response without a code is a success too, and
    "0" and 0.0 are equal to 0.
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
        for steps in reversed(parse_paths(self.code)):
            values = [value for _, value in find_values(document, steps)]
            codes = [self._need_code(value) for value in values if value is not None]
            if codes:
                return all(code == self.success for code in codes)
        return None

    def marks(self) -> tuple[bytes, ...]:
        """Return byte strings of which JSON with a code has at least one."""
        keys = _encoded_keys(self.code or "code")
        return (b"",) if b"" in keys else (*keys, b"\\u")

    def contains_code(self, keys: Iterable[Key]) -> bool:
        """Return whether the code is at this path or below it."""
        keys = tuple(keys)
        return any(
            all(step_matches(step, key) for step, key in zip(steps, keys, strict=False))
            for steps in parse_paths(self.code or "")
        )

    def parts(self, content: bytes) -> tuple[Sequence[str], str, Any]:
        """Return codes, message and detail of an error; () or "" or None if it has none.

        The first code is the most specific one.
        """
        try:
            document, _ = decode(content)
        except InvalidJson:
            return (), "", None
        found = self._codes_in(document)
        at = found[0][0] if found else ()
        message = _nearest(document, self.message, at)
        return (
            [code for _, code in found],
            message if isinstance(message, str) else "",
            _nearest(document, self.detail, at),
        )

    def _codes_in(self, document: object) -> list[tuple[tuple[Key, ...], str]]:
        """Return keys and code of each path; of several at a path, the first that is not a
        success. Codes of a success are returned only if there is no other."""
        failures: list[tuple[tuple[Key, ...], str]] = []
        successes: list[tuple[tuple[Key, ...], str]] = []
        for steps in parse_paths(self.code) if self.code is not None else ():
            values = find_values(document, steps)
            codes = [(at, code) for at, value in values if (code := _code(value))]
            failures += [entry for entry in codes if entry[1] != self.success][:1]
            successes += codes[:1]
        return failures or successes[:1]

    def _need_code(self, value: object) -> str:
        """Return a code as text; raise `InvalidJson` if the value is not a code."""
        code = _code(value)
        if code is None and value != self.success:
            raise InvalidJson(f"$.{self.code}: expected a string or a number")
        return code or ""


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


def _nearest(document: object, paths: str | None, keys: Sequence[Key]) -> Any:
    """Return the value at the first path that has one in the same envelope: that with the
    most keys in common."""

    def count_common(entry: tuple[tuple[Key, ...], Any]) -> int:
        pairs = zip(entry[0], keys, strict=False)
        return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))

    for steps in parse_paths(paths) if paths is not None else ():
        values = list(find_values(document, steps))
        value = max(values, key=count_common)[1] if values else None
        if value is not None and value != "":
            return value
    return None


def _code(value: object) -> str | None:
    """Return a code as text, 0.0 as "0"; None if the value is not a code."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal) and value.adjusted() < _MAX_DIGITS:
        return str(int(value) if value == int(value) else value)
    if value == "" or not isinstance(value, str | int | Decimal):
        return None
    return str(value)
