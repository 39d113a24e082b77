"""Values that hide what they hold: from texts, tracebacks, debuggers and pickles.

Tools that report errors show the variables of every frame, each in a way of its own:
`repr`, `__rich_repr__`, `vars`, the fields of a dataclass. These classes answer all of
them with nothing confidential.
"""

from __future__ import annotations

from typing import Any, Generic, NoReturn, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Opaque:
    """Base of objects that hold secrets: the `repr` is a name, and pickling fails."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds secrets and cannot be pickled")


class Secret(Opaque, Generic[T]):
    """A secret in an attribute of another object."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """The secret itself."""
        return self._value

    def __repr__(self) -> str:
        return "…"


class Confidential(Struct, frozen=True):
    """Base of values that hold confidential data: tools show their `repr`, no fields."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> Any:
        """None: rich then shows the `repr`."""
