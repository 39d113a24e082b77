"""Where an answer is not as documented, and how one type is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from msgspec import Struct

from .json_types import NAMES

_MANY: Final = 10

ValuePath: TypeAlias = "tuple[ValuePath, str | int] | None"
"""Where in a JSON value something stands: the place of what holds it, and the key there."""


class Mismatch(Struct, frozen=True):
    """A place where an answer is not as documented; it quotes nothing of the answer."""

    path: ValuePath
    problem: str

    @property
    def keys(self) -> tuple[str | int, ...]:
        """The keys on the way to the place, the outermost first."""
        found: list[str | int] = []
        path = self.path
        while path is not None:
            path, key = path
            found.append(key)
        return tuple(reversed(found))

    def __str__(self) -> str:
        path = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys)
        return f"${''.join(path)}: {self.problem}"


def summarize(problems: Sequence[object]) -> str:
    """The first problems in one line, and how many more there are."""
    shown = "; ".join(map(str, problems[:_MANY]))
    left = len(problems) - _MANY
    return f"{shown}; and {left} more" if left > 0 else shown


Decrypt: TypeAlias = Callable[[str], str]
"""Gives the plain text of a cipher text; else ValueError, whose text says why not."""


class Mismatches(list[Mismatch]):
    """The misfits of one answer so far, and how its cipher texts are opened."""

    def __init__(self, decrypt: Decrypt) -> None:
        super().__init__()
        self.decrypt = decrypt


Convert: TypeAlias = Callable[[Any, ValuePath, Mismatches], object]


class Decoder(Struct, frozen=True):
    """How to read one type: which kinds of JSON it takes, and what it makes of them."""

    kinds: frozenset[type]
    convert: Convert

    def decode(self, value: object, path: ValuePath, mismatches: Mismatches) -> object:
        """The typed value; where it does not fit, the value as it came and a misfit."""
        if type(value) in self.kinds:
            return self.convert(value, path, mismatches)
        found = NAMES.get(type(value), "something else")
        mismatches.append(Mismatch(path, f"expected {self.expected()}, got {found}"))
        return value

    def expected(self) -> str:
        """The kinds of JSON that this takes, in words."""
        return " or ".join(name for kind, name in NAMES.items() if kind in self.kinds)
