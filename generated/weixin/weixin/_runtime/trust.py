"""Whom a client trusts: its own context of TLS, if it is one that verifies servers."""

from __future__ import annotations

from typing import Any

from .errors import ConfigError


def check_trust(ssl_context: object) -> None:
    """Fails with `ConfigError` unless this is a context that verifies servers.

    There is no switch to turn that off: who does not verify may be talking to anyone.
    """
    import ssl

    if not isinstance(ssl_context, ssl.SSLContext):
        raise ConfigError(
            "ssl_context: give an ssl.SSLContext, such as"
            " ssl.create_default_context(cafile=path) makes"
        )
    given: Any = ssl_context
    if given.protocol == ssl.PROTOCOL_TLS_SERVER:
        raise ConfigError(
            "ssl_context: this one is for servers; give one of"
            " ssl.create_default_context(), which is for clients"
        )
    if given.verify_mode != ssl.CERT_REQUIRED or not given.check_hostname:
        raise ConfigError(
            "ssl_context: this one does not verify servers; give one with verify_mode ="
            " ssl.CERT_REQUIRED and check_hostname = True, and name a private authority"
            " with load_verify_locations"
        )
