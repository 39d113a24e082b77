"""Mismatches of responses with their documented types, and the decoder of one type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from msgspec import Struct

from .json_types import NAMES

_MAX_SHOWN: Final = 10

ValuePath: TypeAlias = "tuple[ValuePath, str | int] | None"
"""Path in a JSON value: that of the parent and a key; None is the root."""


class Mismatch(Struct, frozen=True):
    """A value that does not match its documented type; `problem` does not quote it."""

    path: ValuePath
    problem: str

    @property
    def keys(self) -> tuple[str | int, ...]:
        """Keys of the path, the outermost first."""
        keys: list[str | int] = []
        path = self.path
        while path is not None:
            path, key = path
            keys.append(key)
        return tuple(reversed(keys))

    def __str__(self) -> str:
        path = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys)
        return f"${''.join(path)}: {self.problem}"


def summarize(problems: Sequence[object]) -> str:
    """Return the first problems in one line, and the number of further ones."""
    shown = "; ".join(map(str, problems[:_MAX_SHOWN]))
    hidden = len(problems) - _MAX_SHOWN
    return f"{shown}; and {hidden} more" if hidden > 0 else shown


Decrypt: TypeAlias = Callable[[str], str]
"""Return the plaintext of a ciphertext; raise ValueError with the reason."""


class Mismatches(list[Mismatch]):
    """Mismatches of one response so far, and the function that decrypts its texts."""

    def __init__(self, decrypt: Decrypt) -> None:
        super().__init__()
        self.decrypt = decrypt


Convert: TypeAlias = Callable[[Any, ValuePath, Mismatches], object]


class Decoder(Struct, frozen=True):
    """Decoder of one type: `kinds` are the JSON types that `convert` accepts."""

    kinds: frozenset[type]
    convert: Convert

    def decode(self, value: object, path: ValuePath, mismatches: Mismatches) -> object:
        """Return the typed value, or on a mismatch the value as received."""
        if type(value) in self.kinds:
            return self.convert(value, path, mismatches)
        actual = NAMES.get(type(value), "something else")
        mismatches.append(Mismatch(path, f"expected {self.expected()}, got {actual}"))
        return value

    def expected(self) -> str:
        """Return the accepted JSON types as text."""
        return " or ".join(name for kind, name in NAMES.items() if kind in self.kinds)
