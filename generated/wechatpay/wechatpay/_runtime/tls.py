"""Whom a client trusts: the authorities of the environment, or a context of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from errno import ENOTDIR
from typing import TYPE_CHECKING, Any

from .errors import ConfigError

if TYPE_CHECKING:
    from ssl import SSLContext


def check_ssl_context(ssl_context: object) -> None:
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


def default_ssl_context(make: Callable[[], SSLContext]) -> SSLContext:
    """The context that `make` gives, which reads variables of the environment; fails with
    `ConfigError` that names the one which cannot be used."""
    import ssl

    keys = os.environ.get("SSLKEYLOGFILE")
    file, folders = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if keys:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).keylog_filename = keys
        except OSError as error:
            raise _unusable("SSLKEYLOGFILE", error) from error
    if folders and not file and not any(map(os.path.isdir, folders.split(os.pathsep))):
        # OpenSSL would take it, and trust nobody.
        raise _unusable("SSL_CERT_DIR", NotADirectoryError(ENOTDIR, "no such folder"))
    try:
        return make()
    except OSError as error:
        if file:
            raise _unusable("SSL_CERT_FILE", error) from error
        raise ConfigError(
            f"ssl_context: give one; the system's certificates cannot be read: {error}"
        ) from error


def _unusable(name: str, error: OSError) -> ConfigError:
    return ConfigError(
        f"{name}: this variable of the environment is {os.environ[name]!r}, which cannot"
        f" be used: {error.strerror or error}; correct it, or unset it"
    )


def is_certificate_error(error: BaseException) -> bool:
    """Whether the server's certificate was refused, which another attempt cannot mend."""
    import ssl

    beneath = error.__cause__ or error.__context__
    return isinstance(error, ssl.SSLCertVerificationError) or (
        beneath is not None and is_certificate_error(beneath)
    )
