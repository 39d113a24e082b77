"""Models: base classes of the types in requests and responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum, StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard, TypeVar

import msgspec

T = TypeVar("T")

if TYPE_CHECKING:
    OrStr: TypeAlias = T | str
    OrInt: TypeAlias = T | int
else:

    class OrStr:
        """Open enum in a request, which also accepts unlisted values.

        A union for type checkers only; at run time it is the enum.
        """

        def __class_getitem__(cls, kind: object) -> object:
            return kind

    OrInt = OrStr


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """Base of immutable objects with known fields.

    Use `msgspec.structs.replace(value, field=…)` for a changed copy. The `repr` hides
    confidential fields; `msgspec.structs.asdict` has all.
    """

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        hidden = hidden_fields(type(self))
        shown: list[tuple[str, Any]] = []
        for name in self.__struct_fields__:
            value = getattr(self, name)
            is_set = value is not None and value is not msgspec.UNSET
            shown.append((name, HIDDEN if name in hidden and is_set else value))
        return shown

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"


class _Hidden:
    """Placeholder of a hidden value."""

    def __repr__(self) -> str:
        return "…"


HIDDEN = _Hidden()


@cache
def hidden_fields(model: type[msgspec.Struct]) -> frozenset[str]:
    """Return the names of the fields that are never shown."""
    from .field_info import nested_field_info

    return frozenset(
        field.name
        for field in msgspec.structs.fields(model)
        if any(
            info.encrypted or info.secret
            for info in nested_field_info(field.type, deep=False)
        )
    )


def constant(value: T, *, name: str | None = None) -> T:
    """Return a field with a constant value, which is always sent.

    `name` is its wire name, if different.
    """
    field: T = msgspec.field(default=value, name=name)
    return field


EXTRA: Final = ""
"""Wire name of the field with the fields that a class does not list; no other has it."""


def extra_fields() -> Any:
    """Return a field with the fields that the class does not list, by wire name."""
    field: Any = msgspec.field(default_factory=dict[str, Any], name=EXTRA)
    return field


class OpenEnum(StrEnum):
    """Enum that preserves unlisted values.

    An unlisted value becomes a member with the name `UNLISTED_` and that value.
    """

    @classmethod
    def _missing_(cls, value: object) -> OpenEnum | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = "UNLISTED_"
        member._value_ = value
        return member


class OpenIntEnum(IntEnum):
    """Enum of integers that preserves unlisted values, like `OpenEnum`."""

    @classmethod
    def _missing_(cls, value: object) -> OpenIntEnum | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        member = int.__new__(cls, value)
        member._name_ = "UNLISTED_"
        member._value_ = value
        return member


class Unknown(msgspec.Struct, frozen=True):
    """An undocumented member of a tagged union, as received."""

    tag: object
    """Value of the tag field."""
    data: dict[str, Any]
    """The complete object."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("tag", self.tag), ("data", HIDDEN)]

    def __repr__(self) -> str:
        return f"Unknown(tag={self.tag!r}, data=…)"


class Tagged(type):
    """Metaclass of tagged unions: instances of members are instances of the union."""

    tag: str
    """Wire name of the tag field."""
    _members: Callable[[], Mapping[str | int, type[msgspec.Struct]]]
    _resolved: Mapping[str | int, type[msgspec.Struct]]

    def members(cls) -> Mapping[str | int, type[msgspec.Struct]]:
        """Return the class for each value of the tag."""
        if not cls._resolved:
            cls._resolved = cls._members()
        return cls._resolved

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, (*cls.members().values(), Unknown))


def tagged(
    name: str,
    tag: str,
    members: Callable[[], Mapping[str | int, type[msgspec.Struct]]],
) -> Tagged:
    """Return a union of classes that the field `tag` distinguishes.

    `members` returns the class for each value of the field. It is called on first use,
    so the classes can be defined later, or in other modules.
    """
    namespace: dict[str, Any] = {
        "__module__": members.__module__,
        "tag": tag,
        "_members": staticmethod(members),
        "_resolved": {},
    }
    return Tagged(name, (), namespace)


def is_tagged(kind: object) -> TypeGuard[Tagged]:
    """Return whether this is a tagged union."""
    return isinstance(kind, Tagged)
