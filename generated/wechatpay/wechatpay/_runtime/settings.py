"""What one client is set to, checked when it is made."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct, field, structs

from .api_definition import Service
from .auth.base import Scheme
from .auth.side_channel import SideChannel
from .calls import Endpoint
from .effects import MEBIBYTE
from .endpoint_metadata import BinaryContent
from .errors import ConfigError
from .failover import Failover
from .headers import is_field_value, merge
from .hooks import Hooks
from .hosts import Host, parse_hosts
from .retry import Budget

DEFAULT_MAX_RESPONSE_BYTES = 8 * MEBIBYTE
_NO_SCHEME = Scheme()
_MOST_ATTEMPTS = 10
_DAY = 86400
"""Seconds; more than the operating system can wait must not be asked of it."""


class Settings(Struct, frozen=True, dict=True):
    """What one client is set to.

    `deadline` is in seconds, over all that a call does. `hosts` replace the service's and
    those of single endpoints. `strict` makes an answer that is not as documented an error.
    `max_attempts` and `max_response_bytes` are the most that a call may send, and the most bytes that
    an answer may have; without one that is `DEFAULT_MAX_RESPONSE_BYTES`, or more where a larger file is
    documented. `budget` and `failover` are shared by all that are made of one.
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
    ) -> Settings:
        """The same but for what is given."""
        given = {
            "deadline": deadline,
            "user_agent": user_agent,
            "strict": strict,
            "max_attempts": max_attempts,
            "max_response_bytes": max_response_bytes,
        }
        changed: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
        return structs.replace(self, **changed)

    def __post_init__(self) -> None:
        given: Any = self
        if not _is_duration(self.deadline):
            raise ConfigError(
                "deadline: give a positive, finite number of seconds, a day at the most"
            )
        if not isinstance(given.user_agent, str) or not is_field_value(self.user_agent):
            raise ConfigError("user_agent: give ASCII text in one line")
        if not isinstance(given.strict, bool):
            raise ConfigError("strict: give True or False")
        if not is_positive_int(self.max_attempts) or self.max_attempts > _MOST_ATTEMPTS:
            raise ConfigError(
                f"max_attempts: give a number from 1, for no repetition, to {_MOST_ATTEMPTS}"
            )
        if self.max_response_bytes is not None and not is_positive_int(
            self.max_response_bytes
        ):
            raise ConfigError("max_response_bytes: give a positive number of bytes")

    def scheme(self, endpoint: Endpoint[Any]) -> Scheme:
        """The first scheme of the endpoint's that this client has."""
        names = self.service.auth if endpoint.auth is None else endpoint.auth
        for name in names:
            if name in self.schemes:
                return self.schemes[name]
        if not names:
            return _NO_SCHEME
        raise ConfigError(f"this client was made without {' or '.join(names)}")

    def limit_of(self, endpoint: Endpoint[Any]) -> int:
        """The most bytes that a response of this endpoint may have."""
        if self.max_response_bytes is not None:
            return self.max_response_bytes
        kinds = endpoint.responses.values()
        files = [one.max_length or 0 for one in kinds if isinstance(one, BinaryContent)]
        return max([DEFAULT_MAX_RESPONSE_BYTES, *files])

    def hosts_of(self, endpoint: Endpoint[Any]) -> tuple[Host, ...]:
        """Where calls of this endpoint may go, the primary first."""
        return self.hosts or endpoint.hosts or self.service.parsed_hosts

    @cached_property
    def side_channel(self) -> SideChannel:
        """For requests of the schemes' own."""
        hosts = self.hosts or self.service.parsed_hosts
        return SideChannel(self.service.name, hosts, self.headers)

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """What every request carries."""
        own = {
            "User-Agent": f"{self.user_agent} {self.service.user_agent}".lstrip(),
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
        }
        return merge(own, self.service.headers)


def is_positive_int(value: Any) -> bool:
    """Whether this is a positive integer."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_duration(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= _DAY


def parse_hosts_option(urls: Sequence[str] | None) -> tuple[Host, ...]:
    """The hosts of `hosts=`; none if it was left out."""
    return () if urls is None else parse_hosts(urls)
