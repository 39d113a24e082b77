"""One API, as its clients know it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from .codec import Unreadable, decode
from .errors import ApiError
from .hosts import Host, parse_hosts
from .kinds import is_object
from .terms import ErrorCode

_DIGITS = 20
"""Of a code, at the most: 1e999999999 would fill the memory."""


class ErrorShape(Struct, frozen=True):
    """Where in an error's JSON its parts lie, as dotted paths.

    `success` is the code that means success, if answers of status 2xx may be errors: there
    an absent code is a success too, and "0" or 0.0 is as good as 0.
    """

    code: str | None = None
    message: str | None = None
    detail: str | None = None
    success: str | None = None

    def failed(self, content: bytes) -> bool:
        """Whether an answer of status 2xx holds an error.

        Fails with `Unreadable` if what stands in the place of the code is none.
        """
        if self.success is None or self.code is None:
            return False
        # Most answers need not be parsed for this; a key can be written with escapes.
        key = self.code.rpartition(".")[2]
        if f'"{key}"'.encode() not in content and b"\\u" not in content:
            return False
        try:
            given = _at(decode(content)[0], self.code)
        except Unreadable:
            return False  # who reads the value will say so, unless bytes will do
        if given is None:
            return False
        code = _code(given)
        if code is None:
            raise Unreadable(f"$.{self.code}: expected a code, got something else")
        return code != self.success

    def parts(self, content: bytes) -> tuple[str | None, str, Any]:
        """Code, message and detail of an error; None and "" for what it lacks."""
        try:
            value, _ = decode(content)
        except Unreadable:
            return None, "", None
        message = _at(value, self.message)
        return (
            _code(_at(value, self.code)),
            message if isinstance(message, str) else "",
            _at(value, self.detail),
        )


def _at(value: Any, path: str | None) -> Any:
    if path is None:
        return None
    for key in path.split("."):
        value = value.get(key) if is_object(value) else None
    return value


def _code(value: Any) -> str | None:
    """A code as text, "0" for 0.0 too; None for what is none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal) and value.adjusted() < _DIGITS:
        return str(int(value) if value == int(value) else value)
    if value == "" or not isinstance(value, str | int | Decimal):
        return None
    return str(value)


class Service(Struct, frozen=True, dict=True):
    """One API: its name, hosts, constants, schemes and errors.

    `name` is the name of its logger as well. `auth` names the schemes of which any will
    do, `headers` are sent with every request. `errors` are those of all endpoints,
    `classes` has the codes that single endpoints document: others may answer with them.
    """

    name: str
    version: str
    hosts: Sequence[str]
    headers: Mapping[str, str] = MappingProxyType({})
    auth: tuple[str, ...] = ()
    error_shape: ErrorShape = ErrorShape()
    errors: tuple[ErrorCode, ...] = ()
    classes: Mapping[tuple[int | None, str], type[ApiError]] = MappingProxyType({})

    @cached_property
    def parsed_hosts(self) -> tuple[Host, ...]:
        """The hosts, the primary first."""
        return parse_hosts(self.hosts)

    @property
    def user_agent(self) -> str:
        """What requests say of their sender."""
        major, minor = sys.version_info[:2]
        return f"{self.name}/{self.version} (specloom; Python {major}.{minor})"
