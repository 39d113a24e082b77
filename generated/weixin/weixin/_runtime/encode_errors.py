"""Encoding errors, and the encoder of one type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from msgspec import Struct

Encode: TypeAlias = Callable[[Any], object]


_MAX_KEYS: Final = 10


class EncodeError(Exception):
    """Error for a value that cannot be sent; it may be secret, so it is not quoted."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.keys: list[str | int] = []
        """Path to the value, innermost key first; an `int` is an index in a list."""

    def field(self, start: str = "") -> str:
        """Return the path to the value, such as `items[0].name`, cut off if long."""
        path = start
        for key in self.keys[: -_MAX_KEYS - 1 : -1]:
            path += f"[{key}]" if isinstance(key, int) else f".{key}"
        return path.removeprefix(".") + ("…" if len(self.keys) > _MAX_KEYS else "")


class EncryptedValue:
    """A value that is encrypted when the body is encoded.

    Not a dataclass, because msgspec would encode it as an object.
    """

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class EmbeddedJson:
    """A value that is sent as a text of JSON; no dataclass, as `EncryptedValue`."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Joined:
    """Values that are sent as one text, with a separator between them."""

    __slots__ = ("separator", "values")

    def __init__(self, separator: str, values: Sequence[object]) -> None:
        self.separator = separator
        self.values = values


class Encoder(Struct, frozen=True):
    """Encoder of one type: `accepts` checks the type, `encode` the content."""

    accepts: Callable[[Any], bool]
    encode: Encode
    name: str
    """Name of the type, for messages."""


def wrong_type(name: str, value: object) -> EncodeError:
    """Return the error for a value of another type than the named one."""
    actual = "None" if value is None else type(value).__name__
    return EncodeError(f"must be {name}, not {actual}")


def too_deep() -> EncodeError:
    """Return the error for a value that is nested too deeply, or contains itself."""
    return EncodeError("must be nested less deeply, and must not contain itself")
