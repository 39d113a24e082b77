"""TLS contexts: checks of custom ones, and the default one of the environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from errno import ENOTDIR
from typing import TYPE_CHECKING, Any

from .errors import ConfigError

if TYPE_CHECKING:
    from ssl import SSLContext


def check_ssl_context(ssl_context: object) -> None:
    """Raise `ConfigError` unless this is a TLS context that verifies servers.

    Verification cannot be turned off: without it any server could read the requests.
    """
    import ssl

    if not isinstance(ssl_context, ssl.SSLContext):
        raise ConfigError(
            "ssl_context: expected an ssl.SSLContext, such as the result of"
            " ssl.create_default_context(cafile=path)"
        )
    context: Any = ssl_context
    if context.protocol == ssl.PROTOCOL_TLS_SERVER:
        raise ConfigError(
            "ssl_context: this context is for servers; use the result of"
            " ssl.create_default_context(), which is for clients"
        )
    if context.verify_mode != ssl.CERT_REQUIRED or not context.check_hostname:
        raise ConfigError(
            "ssl_context: this context does not verify servers; set verify_mode ="
            " ssl.CERT_REQUIRED and check_hostname = True, and load a private CA with"
            " load_verify_locations"
        )


def default_ssl_context(create: Callable[[], SSLContext]) -> SSLContext:
    """Return the context of `create`, which reads environment variables.

    Raise `ConfigError` with the name of a variable that has an unusable value.
    """
    import ssl

    keys = os.environ.get("SSLKEYLOGFILE")
    file, folders = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if keys:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).keylog_filename = keys
        except OSError as error:
            raise _unusable("SSLKEYLOGFILE", error) from error
    if folders and not file and not any(map(os.path.isdir, folders.split(os.pathsep))):
        # OpenSSL would ignore it and trust no certificate.
        raise _unusable("SSL_CERT_DIR", NotADirectoryError(ENOTDIR, "no such folder"))
    try:
        return create()
    except OSError as error:
        if file:
            raise _unusable("SSL_CERT_FILE", error) from error
        raise ConfigError(
            f"cannot read the system's certificates: {error}; pass an ssl_context"
        ) from error


def _unusable(name: str, error: OSError) -> ConfigError:
    return ConfigError(
        f"unusable environment variable {name}={os.environ[name]!r}:"
        f" {error.strerror or error}; correct it or unset it"
    )


def is_certificate_error(error: BaseException) -> bool:
    """Return whether the server certificate was rejected; a retry would fail too."""
    import ssl

    cause = error.__cause__ or error.__context__
    return isinstance(error, ssl.SSLCertVerificationError) or (
        cause is not None and is_certificate_error(cause)
    )
