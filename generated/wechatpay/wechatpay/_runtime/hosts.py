"""Hosts: where requests may go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from msgspec import Struct

from .errors import ConfigError

_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<name>\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z](?:[0-9A-Za-z._-]*))"
    r"(?P<port>:[0-9]{1,5})?"
    r"(?P<path>(?:/[0-9A-Za-z._~!$&'()*+,;=:@%-]+)*)/?"
)


class Host(Struct, frozen=True):
    """One server: `https://name:port`, and the prefix that every path gets there."""

    origin: str
    prefix: str = ""

    @property
    def authority(self) -> str:
        """Name and port, as in the Host header field."""
        return self.origin.partition("://")[2]


def parse_host(url: str) -> Host:
    """The host that a URL names.

    Plain http is for this machine only, since nothing else would keep the request and its
    answer secret. No user name, query or fragment; a path becomes the prefix of all paths.
    """
    found = _URL.fullmatch(url)
    if (
        found is None
        or not {".", ".."}.isdisjoint(found["path"].split("/"))
        or int((found["port"] or ":0")[1:]) > 65535
    ):
        raise ConfigError(
            "hosts: each is a URL such as https://api.example.com, with an optional path"
            " and without user name, query or fragment"
        )
    if found["scheme"] == "http" and not _is_loopback(found["name"]):
        raise ConfigError(
            f"hosts: {found['name']} needs https; plain http is for this machine only,"
            " such as http://127.0.0.1:8080"
        )
    origin = f"{found['scheme']}://{found['name'].lower()}{found['port'] or ''}"
    return Host(origin, found["path"])


def parse_hosts(urls: Sequence[str]) -> tuple[Host, ...]:
    """The hosts that these URLs name, the primary first."""
    given: Any = urls
    if isinstance(given, str) or not all(isinstance(url, str) for url in given):
        raise ConfigError(
            "hosts: give a list of URLs, such as [https://api.example.com]"
        )
    if not urls:
        raise ConfigError("hosts: give at least one URL")
    return tuple(map(parse_host, urls))


def _is_loopback(name: str) -> bool:
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
