"""JSON with broken characters: each is read as U+FFFD, and its place is reported.

Two things are no characters: bytes that are not UTF-8, such as one that was cut in the
middle, and an escape of half a surrogate pair, such as `\\ud83d` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from msgspec import Struct

_MOST: Final = 50
"""Places of each kind that are reported."""
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|u([dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""Any escape; the group is half of a pair."""


class InvalidBytes(Struct, frozen=True):
    """A place in the bytes of a JSON text where no character could be read."""

    offset: int
    problem: str

    def __str__(self) -> str:
        return f"byte {self.offset}: {self.problem}, read as U+FFFD"


def repair(content: bytes) -> tuple[bytes, list[InvalidBytes]]:
    """The bytes with U+FFFD for each broken character, and the first places of these."""
    halves = (found.start() for found in _ESCAPE.finditer(content) if found[1])
    damages = [
        *(InvalidBytes(at, "half of a surrogate pair") for at in islice(halves, _MOST)),
        *(InvalidBytes(at, "not UTF-8") for at in islice(_undecodable(content), _MOST)),
    ]
    whole = _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], content)
    damages.sort(key=lambda damage: damage.offset)
    return whole.decode(errors="replace").encode(), damages


def _undecodable(content: bytes) -> Iterator[int]:
    """Where bytes are not UTF-8."""
    rest, at = memoryview(content), 0
    while True:
        try:
            str(rest[at:], "utf-8")
            return
        except UnicodeDecodeError as error:
            yield at + error.start
            at += error.end
