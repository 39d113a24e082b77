"""Settings of a client, checked when the client is created."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field, structs

from .api_definition import Service
from .auth.base import Scheme
from .auth.side_channel import SideChannel
from .calls import Endpoint
from .confidential import Secret
from .effects import MEBIBYTE
from .endpoint_metadata import Accepts, RawContent
from .errors import ConfigError
from .failover import Failover
from .headers import check_added, is_field_value, merge
from .hooks import Hooks
from .hosts import Host, parse_hosts
from .retry import Budget

DEFAULT_MAX_RESPONSE_BYTES = 8 * MEBIBYTE
_NO_SCHEME = Scheme()
_MAX_ATTEMPTS = 10
_DAY = 86400
"""Seconds; much longer timeouts overflow in the operating system."""


class Settings(Struct, frozen=True, dict=True):
    """Settings of one client.

    `deadline` is the total timeout of a call in seconds, retries included. `hosts`
    override those of the service and of single endpoints. `strict` makes a response
    that does not match the documentation an error. Without `max_response_bytes` the
    limit is `DEFAULT_MAX_RESPONSE_BYTES`, or the documented size of a larger file.
    Settings made by `with_options` share `budget` and `failover`.
    `added_headers` are those that the user adds to every request.
    """

    service: Service
    schemes: Mapping[str, Scheme]
    hosts: tuple[Host, ...] = ()
    deadline: float = 30.0
    user_agent: str = ""
    strict: bool = False
    max_attempts: int = 3
    max_response_bytes: int | None = None
    hooks: Hooks = Hooks()
    budget: Budget = field(default_factory=Budget)
    failover: Failover = field(default_factory=Failover)
    added_headers: Secret[Mapping[str, str]] = Secret(MappingProxyType({}))
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random

    def with_options(
        self,
        *,
        deadline: float | None = None,
        user_agent: str | None = None,
        strict: bool | None = None,
        max_attempts: int | None = None,
        max_response_bytes: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Settings:
        """Return these settings, changed where an argument is not None.

        `headers` are added to those that are there.
        """
        options = {
            "deadline": deadline,
            "user_agent": user_agent,
            "strict": strict,
            "max_attempts": max_attempts,
            "max_response_bytes": max_response_bytes,
        }
        changed: dict[str, Any] = {k: v for k, v in options.items() if v is not None}
        if headers is not None:
            added = merge(self.added_headers.reveal(), parse_headers_option(headers))
            changed["added_headers"] = Secret(added)
        return structs.replace(self, **changed)

    def __post_init__(self) -> None:
        untyped: Any = self
        if not _is_duration(self.deadline):
            raise ConfigError(
                f"deadline: expected a positive number of seconds, at most {_DAY}"
            )
        if not isinstance(untyped.user_agent, str) or not is_field_value(
            self.user_agent
        ):
            raise ConfigError("user_agent: expected one line of ASCII text")
        if not isinstance(untyped.strict, bool):
            raise ConfigError("strict: expected True or False")
        if not is_positive_int(self.max_attempts) or self.max_attempts > _MAX_ATTEMPTS:
            raise ConfigError(
                f"max_attempts: expected an integer from 1 (no retries) to {_MAX_ATTEMPTS}"
            )
        if self.max_response_bytes is not None and not is_positive_int(
            self.max_response_bytes
        ):
            raise ConfigError("max_response_bytes: expected a positive number of bytes")
        if added := self.added_headers.reveal():
            self._check_headers({name.lower(): name for name in added})

    def _check_headers(self, added: Mapping[str, str]) -> None:
        """Raise `ConfigError` if a scheme sets an added header; names by lower case."""
        for scheme in self.schemes.values():
            for name in scheme.own_headers:
                if name.lower() in added:
                    raise ConfigError(
                        f"headers: {added[name.lower()]} is set by the auth scheme; remove it"
                    )

    def scheme(self, endpoint: Endpoint[Any]) -> Scheme:
        """Return the first scheme of the endpoint that this client has."""
        names = self.service.auth if endpoint.auth is None else endpoint.auth
        for name in names:
            if name in self.schemes:
                return self.schemes[name]
        if not names:
            return _NO_SCHEME
        raise ConfigError(f"missing {' or '.join(names)}; pass it to the client")

    def limit_of(self, endpoint: Endpoint[Any]) -> int:
        """Return the maximum size in bytes of a response of this endpoint."""
        if self.max_response_bytes is not None:
            return self.max_response_bytes
        kinds = endpoint.responses.values()
        files = [
            kind.max_bytes for kind in kinds if isinstance(kind, RawContent | Accepts)
        ]
        return max([DEFAULT_MAX_RESPONSE_BYTES, *files])

    def hosts_of(self, endpoint: Endpoint[Any]) -> tuple[Host, ...]:
        """Return the hosts for calls of this endpoint, the primary first."""
        return self.hosts or self.service.hosts_of(endpoint)

    @cached_property
    def side_channel(self) -> SideChannel:
        """Side channel for requests of the schemes, such as those for a token."""
        hosts = self.hosts or self.service.parsed_hosts
        return SideChannel(self.service.name, hosts, self._own_headers, self)

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Headers of every request, except those of the schemes."""
        return merge(self._own_headers, self.added_headers.reveal())

    @cached_property
    def _own_headers(self) -> Mapping[str, str]:
        """Headers without those of the user, which may be secret at other hosts."""
        own = {
            "User-Agent": f"{self.user_agent} {self.service.user_agent}".lstrip(),
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
        }
        return merge(own, self.service.headers)


def is_positive_int(value: Any) -> bool:
    """Return whether this is a positive integer."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_duration(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= _DAY


def parse_hosts_option(urls: Sequence[str] | None) -> tuple[Host, ...]:
    """Parse the option `hosts`; return no hosts if it is None."""
    return () if urls is None else parse_hosts(urls)


def parse_headers_option(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Check the option `headers`; return no headers if it is None."""
    try:
        return {} if headers is None else check_added(headers)
    except ValueError as error:
        raise ConfigError(f"headers: {error}") from None
