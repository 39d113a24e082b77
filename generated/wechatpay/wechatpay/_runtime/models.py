"""Models: the classes that requests and answers are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum, StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, TypeVar

import msgspec

T = TypeVar("T")

if TYPE_CHECKING:
    OrStr: TypeAlias = T | str
    OrInt: TypeAlias = T | int
else:

    class OrStr:
        """An open enumeration in a request, which takes values that it does not list, too.

        That is for type checkers. It is decoded into the enumeration, so it is no union.
        """

        def __class_getitem__(cls, kind: object) -> object:
            return kind

    OrInt = OrStr


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """An object with known fields, as a value: it cannot be changed.

    To derive another one, use `msgspec.structs.replace(value, field=…)`. Its `repr` hides
    what is confidential; `msgspec.structs.asdict` shows all.
    """

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        hidden = hidden_fields(type(self))
        shown: list[tuple[str, Any]] = []
        for name in self.__struct_fields__:
            value = getattr(self, name)
            veiled = name in hidden and value is not None and value is not msgspec.UNSET
            shown.append((name, HIDDEN if veiled else value))
        return shown

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"


class _Hidden:
    """Stands for a value that is not shown."""

    def __repr__(self) -> str:
        return "…"


HIDDEN = _Hidden()


@cache
def hidden_fields(model: type[msgspec.Struct]) -> frozenset[str]:
    """Names of the fields that are never shown."""
    from .field_info import nested_field_info

    return frozenset(
        field.name
        for field in msgspec.structs.fields(model)
        if any(
            marks.encrypted or marks.secret
            for marks in nested_field_info(field.type, deep=False)
        )
    )


def constant(value: T, *, name: str | None = None) -> T:
    """A field that has one possible value, which is always sent.

    `name` is its name on the wire, if that is another.
    """
    field: T = msgspec.field(default=value, name=name)
    return field


class OpenEnum(StrEnum):
    """An enumeration that keeps values which it does not list.

    Such a value is a member called `UNLISTED_` whose `value` is what came.
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
    """As `OpenEnum`, of integers."""

    @classmethod
    def _missing_(cls, value: object) -> OpenIntEnum | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        member = int.__new__(cls, value)
        member._name_ = "UNLISTED_"
        member._value_ = value
        return member


class Unknown(msgspec.Struct, frozen=True):
    """A member of a tagged union that the documentation does not list, as it came."""

    tag: object
    """What the field that tells members apart holds."""
    data: dict[str, Any]
    """The whole object."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("tag", self.tag), ("data", HIDDEN)]

    def __repr__(self) -> str:
        return f"Unknown(tag={self.tag!r}, data=…)"


class Tagged(type):
    """The class of tagged unions: their instances are those of their members."""

    tag: str
    """Wire name of the field that tells the members apart."""
    _members: Callable[[], Mapping[str | int, type[msgspec.Struct]]]
    _found: Mapping[str | int, type[msgspec.Struct]]

    def members(cls) -> Mapping[str | int, type[msgspec.Struct]]:
        """The class of each value of the tag."""
        if not cls._found:
            cls._found = cls._members()
        return cls._found

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, (*cls.members().values(), Unknown))


def tagged(
    name: str,
    tag: str,
    members: Callable[[], Mapping[str | int, type[msgspec.Struct]]],
) -> Tagged:
    """A union of objects that are told apart by one field.

    `members` gives the class for each value of that field; it is asked when the first
    object comes, so classes may be defined after the union, or in other modules.
    """
    space: dict[str, Any] = {
        "__module__": members.__module__,
        "tag": tag,
        "_members": staticmethod(members),
        "_found": {},
    }
    return Tagged(name, (), space)


def is_tagged(kind: object) -> TypeGuard[Tagged]:
    """Whether this is a tagged union."""
    return isinstance(kind, Tagged)
