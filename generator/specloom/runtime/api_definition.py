"""Definition of an API: the part that all its endpoints share."""

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
    """An API: its name, hosts, headers, auth schemes and errors.

    `name` is also the name of its logger. `auth` lists alternative schemes, of which a
    call needs one. `headers` are sent with every request. `unprocessed` lists the
    statuses (408, or from 500 on) which mean that the request was not processed.
    `errors` apply to all endpoints. `classes` has the codes that single endpoints
    document, because others may return them too.
    """

    name: str
    version: str
    hosts: Sequence[str]
    headers: Mapping[str, str] = MappingProxyType({})
    auth: tuple[str, ...] = ()
    error_shape: ErrorShape = ErrorShape()
    unprocessed: tuple[int, ...] = ()
    errors: tuple[ErrorCode, ...] = ()
    classes: Mapping[tuple[int | str | None, str], type[ApiError]] = MappingProxyType(
        {}
    )

    @cached_property
    def parsed_hosts(self) -> tuple[Host, ...]:
        """Parsed hosts, the primary first."""
        return parse_hosts(self.hosts)

    def hosts_of(self, endpoint: Endpoint[Any]) -> tuple[Host, ...]:
        """Return the hosts of an endpoint: its own, or those of the API."""
        return endpoint.hosts or self.parsed_hosts

    @property
    def client_arguments(self) -> Mapping[str, str]:
        """Arguments of clients besides credentials, for a mock."""
        return {}

    def error_shape_of(self, endpoint: Endpoint[Any] | None) -> ErrorShape:
        """Return the error shape of an endpoint: its own, or that of the API."""
        own = endpoint.error_shape if endpoint is not None else None
        return self.error_shape if own is None else own

    def unprocessed_of(self, endpoint: Endpoint[Any]) -> tuple[int, ...]:
        """Return the statuses which mean that the request was not processed."""
        own = endpoint.unprocessed
        return self.unprocessed if own is None else own

    @property
    def user_agent(self) -> str:
        """Default value of the User-Agent header."""
        major, minor = sys.version_info[:2]
        return f"{self.name}/{self.version} (specloom; Python {major}.{minor})"
