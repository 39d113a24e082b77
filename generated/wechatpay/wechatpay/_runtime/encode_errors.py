"""What cannot be sent, and how one type is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from msgspec import Struct

Encode: TypeAlias = Callable[[Any], object]


_MOST_KEYS: Final = 10


class EncodeError(Exception):
    """A value that cannot be sent; it does not quote the value, which may be secret."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.keys: list[str | int] = []
        """The way to the value, innermost first; an `int` is a place in a list."""

    def field(self, start: str = "") -> str:
        """Python's path to the value, such as `items[0].name`; of a long one the start."""
        path = start
        for key in self.keys[: -_MOST_KEYS - 1 : -1]:
            path += f"[{key}]" if isinstance(key, int) else f".{key}"
        return path.removeprefix(".") + ("…" if len(self.keys) > _MOST_KEYS else "")


class EncryptedValue:
    """A value of which only cipher text may travel; encrypted when it is encoded.

    It is no dataclass, which msgspec would encode by itself.
    """

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class EmbeddedJson:
    """A JSON value that travels as a text; no dataclass, as `EncryptedValue`."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Encoder(Struct, frozen=True):
    """How to write one type: whether a value is of it, and what is sent for it."""

    accepts: Callable[[Any], bool]
    encode: Encode
    name: str
    """The type, for messages."""


def wrong_type(name: str, value: object) -> EncodeError:
    """The refusal of a value that is not of the type of this name."""
    given = "None" if value is None else type(value).__name__
    return EncodeError(f"must be {name}, not {given}")


def too_deep() -> EncodeError:
    """The refusal of a value whose end cannot be reached."""
    return EncodeError("must be nested less deeply, and must not hold itself")
