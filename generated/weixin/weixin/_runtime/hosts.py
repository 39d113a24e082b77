"""Hosts of an API, and validation of host and proxy URLs."""

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
"""DNS name: labels of at most 63 characters (RFC 1035)."""


class Host(Struct, frozen=True):
    """A host: origin, such as `https://name:port`, and prefix of all paths."""

    origin: str
    prefix: str = ""

    @property
    def authority(self) -> str:
        """Name and port, as in the Host header."""
        return self.origin.partition("://")[2]


def parse_host(url: str) -> Host:
    """Parse the URL of a host.

    Only loopback hosts may use unencrypted http. User name, query and fragment are
    invalid; a path becomes the prefix of all paths. Raise `ConfigError`.
    """
    match = _URL.fullmatch(url)
    if (
        match is None
        or not _is_valid_server(match)
        or not {".", ".."}.isdisjoint(match["path"].split("/"))
    ):
        raise ConfigError(
            "hosts: invalid URL; expected one such as https://api.example.com, with an"
            " optional path and without user name, query or fragment"
        )
    if match["scheme"] == "http" and not _is_loopback(match["name"]):
        raise ConfigError(
            f"hosts: {match['name']} needs https; http is allowed for this machine only,"
            " such as http://127.0.0.1:8080"
        )
    port = f":{match['port']}" if match["port"] else ""
    origin = f"{match['scheme']}://{match['name'].lower()}{port}"
    return Host(origin, match["path"])


def parse_hosts(urls: Sequence[str]) -> tuple[Host, ...]:
    """Parse the URLs of hosts, the primary first; raise `ConfigError`."""
    untyped: Any = urls
    # Not an iterator, which would be empty on the second use.
    if not isinstance(untyped, list | tuple) or not all(map(_is_text, urls)):
        raise ConfigError(
            "hosts: expected a list of URLs, such as [https://api.example.com]"
        )
    if not urls:
        raise ConfigError("hosts: expected at least one URL")
    return tuple(map(parse_host, urls))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def check_proxy(proxy: object) -> None:
    """Raise `ConfigError` unless this is the URL of a usable proxy."""
    from importlib.util import find_spec

    match = re.fullmatch(_PROXY, proxy) if isinstance(proxy, str) else None
    if match is None or not _is_valid_server(match):
        raise ConfigError("proxy: expected a URL such as http://proxy.example.com:8080")
    if match["scheme"].startswith("socks") and find_spec("socksio") is None:
        raise ConfigError(
            "proxy: a SOCKS proxy needs the package socksio; install it, or use an http://"
            " or https:// proxy"
        )


def _is_valid_server(match: re.Match[str]) -> bool:
    """Return whether name and port are valid."""
    name = match["name"]
    if int(match["port"] or 0) > 65535:
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
