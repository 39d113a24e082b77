"""One API, as its clients know it."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .codec import Unreadable, parse
from .errors import ApiError
from .hosts import Host, parse_hosts
from .kinds import is_object
from .terms import ErrorCode


@dataclass(frozen=True)
class ErrorShape:
    """Where in an error's JSON its parts lie, as dotted paths.

    `success` is the code that means success, if answers of status 2xx may be errors: there
    an absent code is a success too, and "0" is as good as 0.
    """

    code: str | None = None
    message: str | None = None
    detail: str | None = None
    success: str | None = None

    def failed(self, content: bytes) -> bool:
        """Whether an answer of status 2xx holds an error."""
        if self.success is None or self.code is None:
            return False
        # Most answers need not be parsed for this.
        key = self.code.rpartition(".")[2]
        if f'"{key}"'.encode() not in content:
            return False
        code, _, _ = self.parts(content)
        return code is not None and code != self.success

    def parts(self, content: bytes) -> tuple[str | None, str, Any]:
        """Code, message and detail of an error; None and "" for what it lacks."""
        try:
            value = parse(content)
        except Unreadable:
            return None, "", None
        code, message = _at(value, self.code), _at(value, self.message)
        return (
            None if code is None or code == "" else str(code),
            message if isinstance(message, str) else "",
            _at(value, self.detail),
        )


def _at(value: Any, path: str | None) -> Any:
    if path is None:
        return None
    for key in path.split("."):
        value = value.get(key) if is_object(value) else None
    return value


@dataclass(frozen=True)
class Service:
    """One API: its name, hosts, constants, schemes and errors.

    `name` is the name of its logger as well. `auth` names the schemes of which any will
    do, `headers` are sent with every request. `errors` are those of all endpoints,
    `classes` has the codes that single endpoints document: others may answer with them.
    """

    name: str
    version: str
    hosts: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    auth: tuple[str, ...] = ()
    error_shape: ErrorShape = ErrorShape()
    errors: tuple[ErrorCode, ...] = ()
    classes: Mapping[tuple[int | None, str], type[ApiError]] = field(
        default_factory=dict[tuple[int | None, str], type[ApiError]]
    )

    @cached_property
    def parsed_hosts(self) -> tuple[Host, ...]:
        """The hosts, the primary first."""
        return parse_hosts(self.hosts)

    @property
    def user_agent(self) -> str:
        """What requests say of their sender."""
        python = ".".join(platform.python_version_tuple()[:2])
        return f"{self.name}/{self.version} (specloom; Python {python})"
