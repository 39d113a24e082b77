"""Hosts whose URLs have variables, which are arguments of a client."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, structs

from .api_definition import Service
from .errors import ConfigError
from .hosts import Host, parse_hosts

if TYPE_CHECKING:
    from .calls import Endpoint

_VALUE: Final = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._-]*[0-9A-Za-z])?")
_MAX_LENGTH: Final = 253
"""Maximum length of a value: that of a DNS name (RFC 1035)."""


class HostVariable(Struct, frozen=True):
    """A variable: its only values, if it lists them, and the limits of its length."""

    values: tuple[str, ...] = ()
    minimum: int = 1
    maximum: int = _MAX_LENGTH


class TemplateService(Service, frozen=True, dict=True):
    """An API with `{variables}` in the URLs of its hosts, and perhaps of endpoints' hosts."""

    variables: Mapping[str, HostVariable] = MappingProxyType({})
    arguments: Mapping[str, str] = MappingProxyType({})

    def at(self, **values: object) -> TemplateService:
        """Return the service with these values of its variables; raise `ConfigError`."""
        checked = {
            name: _checked(name, value, self.variables[name])
            for name, value in values.items()
        }
        filled = structs.replace(self, arguments=checked)
        _ = filled.parsed_hosts  # so that an invalid host name is an error here
        return filled

    @cached_property
    def parsed_hosts(self) -> tuple[Host, ...]:
        return self._parse(self.hosts)

    @property
    def client_arguments(self) -> Mapping[str, str]:
        return self.arguments

    def hosts_of(self, endpoint: Endpoint[Any]) -> tuple[Host, ...]:
        if not endpoint.host_urls:
            return self.parsed_hosts
        key = tuple(endpoint.host_urls)
        if key not in self._by_urls:
            self._by_urls[key] = self._parse(key)
        return self._by_urls[key]

    @cached_property
    def _by_urls(self) -> dict[tuple[str, ...], tuple[Host, ...]]:
        """Hosts of endpoints, by their URLs."""
        return {}

    def _parse(self, urls: Sequence[str]) -> tuple[Host, ...]:
        try:
            return parse_hosts([url.format_map(self.arguments) for url in urls])
        except ConfigError:
            names = ", ".join(self.variables)
            raise ConfigError(
                f"{names}: the values do not give a valid host name"
            ) from None


def _checked(name: str, value: Any, variable: HostVariable) -> str:
    """Return the value of a variable; raise `ConfigError`.

    It cannot end the part of a URL that it is in, so that requests go nowhere else.
    """
    if not isinstance(value, str):
        raise ConfigError(f"{name}: expected a string, got {type(value).__name__}")
    if variable.values and value not in variable.values:
        raise ConfigError(f"{name}: expected one of {', '.join(variable.values)}")
    if not variable.minimum <= len(value) <= variable.maximum:
        raise ConfigError(
            f"{name}: expected {variable.minimum} to {variable.maximum} characters"
        )
    if not _VALUE.fullmatch(value) or ".." in value:
        raise ConfigError(
            f"{name}: expected letters, digits, `.`, `-` and `_`, with a letter or digit at"
            " both ends"
        )
    return value
