"""Base classes that hide confidential values in texts, tracebacks and pickles.

Error reporting tools show the variables of every frame, each in its own way: `repr`,
`__rich_repr__`, `vars`, the fields of a dataclass. None of them shows anything
confidential of these classes.
"""

from __future__ import annotations

from typing import Any, Generic, NoReturn, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Opaque:
    """Base of objects with secrets: `repr` is the class name, and pickling fails."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds secrets and cannot be pickled")


class Secret(Opaque, Generic[T]):
    """Wrapper of a secret, for an attribute of another object."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """Return the secret."""
        return self._value

    def __repr__(self) -> str:
        return "…"


class Confidential(Struct, frozen=True):
    """Base of values with confidential data: tools show `repr`, not the fields."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> Any:
        """Return None, so that rich shows the `repr`."""
