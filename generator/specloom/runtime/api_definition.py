"""One API, as its clients know it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .endpoint_metadata import ErrorCode
from .error_shape import ErrorShape
from .errors import ApiError
from .hosts import Host, parse_hosts

if TYPE_CHECKING:
    from .calls import Endpoint


class Service(Struct, frozen=True, dict=True):
    """One API: its name, hosts, constants, schemes and errors.

    `name` is the name of its logger as well. `auth` names the schemes of which any will
    do, `headers` are sent with every request. `unprocessed` has the statuses, 408 and from
    500 on, that say that a request was not processed. `errors` are those of all endpoints,
    `classes` has the codes that single endpoints document: others may answer with them.
    """

    name: str
    version: str
    hosts: Sequence[str]
    headers: Mapping[str, str] = MappingProxyType({})
    auth: tuple[str, ...] = ()
    error_shape: ErrorShape = ErrorShape()
    unprocessed: tuple[int, ...] = ()
    errors: tuple[ErrorCode, ...] = ()
    classes: Mapping[tuple[int | None, str], type[ApiError]] = MappingProxyType({})

    @cached_property
    def parsed_hosts(self) -> tuple[Host, ...]:
        """The hosts, the primary first."""
        return parse_hosts(self.hosts)

    def error_shape_of(self, endpoint: Endpoint[Any] | None) -> ErrorShape:
        """The shape of an endpoint's errors: its own, or else that of all endpoints."""
        own = endpoint.error_shape if endpoint is not None else None
        return self.error_shape if own is None else own

    def unprocessed_of(self, endpoint: Endpoint[Any]) -> tuple[int, ...]:
        """Statuses by which an endpoint says that it did not process a request."""
        own = endpoint.unprocessed
        return self.unprocessed if own is None else own

    @property
    def user_agent(self) -> str:
        """What requests say of their sender."""
        major, minor = sys.version_info[:2]
        return f"{self.name}/{self.version} (specloom; Python {major}.{minor})"
