"""Hosts: where requests may go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

from msgspec import Struct

from .errors import ConfigError

_SERVER = r"(?P<name>\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(?::(?P<port>[0-9]{1,5}))?"
_URL = re.compile(
    r"(?P<scheme>https?)://"
    + _SERVER
    + r"(?P<path>(?:/[0-9A-Za-z._~!$&'()*+,;=:@%-]+)*)/?"
)
_PROXY = r"(?P<scheme>https?|socks5h?)://(?:[^/\s@]*@)?" + _SERVER + "/?"
_NAME = re.compile(r"(?=.{1,253}\.?$)[0-9A-Za-z][\w-]{0,62}(?:\.[\w-]{1,63})*\.?", re.A)
"""Of a server, in the domain name system: labels of at most 63 characters (RFC 1035)."""


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
        or not _can_be(found)
        or not {".", ".."}.isdisjoint(found["path"].split("/"))
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
    port = f":{found['port']}" if found["port"] else ""
    origin = f"{found['scheme']}://{found['name'].lower()}{port}"
    return Host(origin, found["path"])


def parse_hosts(urls: Sequence[str]) -> tuple[Host, ...]:
    """The hosts that these URLs name, the primary first."""
    given: Any = urls
    # No iterator: once it is read, it looks as if none were given.
    if not isinstance(given, list | tuple) or not all(map(_is_text, urls)):
        raise ConfigError(
            "hosts: give a list of URLs, such as [https://api.example.com]"
        )
    if not urls:
        raise ConfigError("hosts: give at least one URL")
    return tuple(map(parse_host, urls))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def check_proxy(proxy: object) -> None:
    """Fails with `ConfigError` unless this is the URL of a proxy that can be used."""
    from importlib.util import find_spec

    found = re.fullmatch(_PROXY, proxy) if isinstance(proxy, str) else None
    if found is None or not _can_be(found):
        raise ConfigError("proxy: give a URL such as http://proxy.example.com:8080")
    if found["scheme"].startswith("socks") and find_spec("socksio") is None:
        raise ConfigError(
            "proxy: this kind needs the package socksio; install it, or give a proxy of"
            " http:// or https://"
        )


def _can_be(found: re.Match[str]) -> bool:
    """Whether there can be a server of this name and port."""
    name = found["name"]
    if int(found["port"] or 0) > 65535:
        return False
    if name.startswith("[") or not name.strip("0123456789."):
        try:
            return ip_address(name.strip("[]")).version == (6 if "[" in name else 4)
        except ValueError:
            return False
    return _NAME.fullmatch(name) is not None


def _is_loopback(name: str) -> bool:
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
