"""Repair of JSON with invalid characters: each becomes U+FFFD and is reported.

Invalid are bytes that are not UTF-8, such as a truncated character, and escapes of a
lone surrogate, such as `\\ud83d`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from msgspec import Struct

_MAX_REPORTED: Final = 50
"""Per kind of invalid character."""
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|u([dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""Any escape; the group matches a lone surrogate."""


class InvalidBytes(Struct, frozen=True):
    """An invalid character in the bytes of a JSON text."""

    offset: int
    problem: str

    def __str__(self) -> str:
        return f"byte {self.offset}: {self.problem}, replaced by U+FFFD"


def repair(content: bytes) -> tuple[bytes, list[InvalidBytes]]:
    """Return the bytes with U+FFFD for invalid characters, and the first of these."""
    surrogates = (match.start() for match in _ESCAPE.finditer(content) if match[1])
    undecodable = _undecodable(content)
    invalid = [
        *(
            InvalidBytes(at, "lone surrogate")
            for at in islice(surrogates, _MAX_REPORTED)
        ),
        *(InvalidBytes(at, "not UTF-8") for at in islice(undecodable, _MAX_REPORTED)),
    ]
    invalid.sort(key=lambda character: character.offset)
    escaped = _ESCAPE.sub(lambda match: rb"\ufffd" if match[1] else match[0], content)
    return escaped.decode(errors="replace").encode(), invalid


def _undecodable(content: bytes) -> Iterator[int]:
    """Yield the offsets of bytes that are not UTF-8."""
    rest, at = memoryview(content), 0
    while True:
        try:
            str(rest[at:], "utf-8")
            return
        except UnicodeDecodeError as error:
            yield at + error.start
            at += error.end
