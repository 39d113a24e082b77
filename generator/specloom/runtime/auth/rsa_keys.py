"""RSA keys from files, PEM text or key objects, with mistakes explained.

No message quotes a key, or anything of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
)

from ..errors import ConfigError
from .stored_keys import ENCRYPTED, PKCS12, first_of, read_blocks

K = TypeVar("K", RSAPrivateKey, RSAPublicKey)
PrivateKeyLike: TypeAlias = Path | str | bytes | RSAPrivateKey
PublicKeyLike: TypeAlias = Path | str | bytes | RSAPublicKey

_LEAST_BITS = 2048


def load_private_key(name: str, source: PrivateKeyLike) -> RSAPrivateKey:
    """The private key in `source`; `name` is the argument, for messages."""
    if isinstance(source, RSAPrivateKey):
        return long_enough(name, source)
    kind, der = first_of(read_blocks(name, source), "PRIVATE KEY")
    if kind == "CERTIFICATE":
        raise ConfigError(
            f"{name}: this is a certificate; pass the private key that belongs to it,"
            " which is in a file of its own, such as apiclient_key.pem"
        )
    if kind.endswith("PUBLIC KEY"):
        raise ConfigError(f"{name}: this is a public key; pass the private key")
    if kind == PKCS12:
        raise ConfigError(
            f"{name}: this is a PKCS#12 archive; pass the private key in it, which is in a"
            " file of its own, such as apiclient_key.pem"
        )
    if kind == "OPENSSH PRIVATE KEY":
        raise ConfigError(
            f"{name}: this is a key in OpenSSH's format; pass it in PEM, as"
            " `ssh-keygen -p -m PEM -f key` writes it"
        )
    if kind == ENCRYPTED:
        raise ConfigError(
            f"{name}: this key is encrypted with a password; pass it without a password, as"
            " `openssl pkey -in encrypted.pem -out key.pem` writes it"
        )
    try:
        key = load_der_private_key(der, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError(f"{name}: this private key is damaged or cut off") from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError(
            f"{name}: this is not an RSA key; pass the merchant's RSA key"
        )
    return long_enough(name, key)


def load_public_key(name: str, source: PublicKeyLike) -> RSAPublicKey:
    """The public key in `source`; `name` is the argument, for messages."""
    if isinstance(source, RSAPublicKey):
        return long_enough(name, source)
    kind, der = first_of(read_blocks(name, source), "PUBLIC KEY")
    if kind == "CERTIFICATE":
        raise ConfigError(
            f"{name}: this is a certificate; pass a public key, which is in a file of its"
            " own, such as pub_key.pem"
        )
    if not kind.endswith("PUBLIC KEY"):
        what = "private key" if kind.endswith("PRIVATE KEY") else kind.lower()
        raise ConfigError(f"{name}: this is a {what}; pass a public key")
    try:
        key = load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError(f"{name}: this public key is damaged or cut off") from None
    if not isinstance(key, RSAPublicKey):
        raise ConfigError(f"{name}: this is not an RSA key; pass an RSA key")
    return long_enough(name, key)


def long_enough(name: str, key: K) -> K:
    """The key, if it has enough bits."""
    if key.key_size < _LEAST_BITS:
        raise ConfigError(
            f"{name}: {key.key_size} bits are too few; pass a key of {_LEAST_BITS} bits"
        )
    return key
