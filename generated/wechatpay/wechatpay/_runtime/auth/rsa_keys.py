"""RSA keys from files, PEM text or key objects, with mistakes explained.

No message quotes a key, or anything of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeAlias, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

from ..errors import ConfigError

K = TypeVar("K", RSAPrivateKey, RSAPublicKey)
PrivateKeyLike: TypeAlias = Path | str | bytes | RSAPrivateKey
PublicKeyLike: TypeAlias = Path | str | bytes | RSAPublicKey

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_LEAST_BITS = 2048


def load_private_key(name: str, source: PrivateKeyLike) -> RSAPrivateKey:
    """The private key in `source`; `name` is the argument, for messages."""
    if isinstance(source, RSAPrivateKey):
        return long_enough(name, source)
    pem, kind = read_pem(name, source)
    if kind == "CERTIFICATE":
        raise ConfigError(
            f"{name}: this is a certificate; give the private key that belongs to it,"
            " which is in a file of its own, such as apiclient_key.pem"
        )
    if kind.endswith("PUBLIC KEY"):
        raise ConfigError(f"{name}: this is a public key; give the private key")
    if kind == "ENCRYPTED PRIVATE KEY" or b"ENCRYPTED" in pem:
        raise ConfigError(
            f"{name}: this key is encrypted with a password; give it without, as"
            " `openssl pkey -in encrypted.pem -out key.pem` writes it"
        )
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError(f"{name}: this private key is damaged or cut off") from None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError(f"{name}: this is no RSA key; give the merchant's RSA key")
    return long_enough(name, key)


def load_public_key(name: str, source: PublicKeyLike) -> RSAPublicKey:
    """The public key in `source`; `name` is the argument, for messages."""
    if isinstance(source, RSAPublicKey):
        return long_enough(name, source)
    pem, kind = read_pem(name, source)
    if kind == "CERTIFICATE":
        raise ConfigError(
            f"{name}: this is a certificate; give a public key, which is in a file of its"
            " own, such as pub_key.pem"
        )
    if kind.endswith("PRIVATE KEY"):
        raise ConfigError(f"{name}: this is a private key; give a public key")
    try:
        key = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError(f"{name}: this public key is damaged or cut off") from None
    if not isinstance(key, RSAPublicKey):
        raise ConfigError(f"{name}: this is no RSA key; give an RSA key")
    return long_enough(name, key)


def long_enough(name: str, key: K) -> K:
    """The key, if it has enough bits."""
    if key.key_size < _LEAST_BITS:
        raise ConfigError(
            f"{name}: {key.key_size} bits are too few; give a key of {_LEAST_BITS} bits"
        )
    return key


def read_pem(name: str, source: object) -> tuple[bytes, str]:
    """The PEM text that this is or names, and what it holds, such as "PUBLIC KEY"."""
    if isinstance(source, Path):
        try:
            pem = source.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigError(f"{name}: cannot read {source}: {reason}") from None
        except ValueError:
            raise ConfigError(
                f"{name}: no file can have this name; give the path of a PEM file"
            ) from None
    elif isinstance(source, str):
        pem = source.encode(errors="replace")
    elif isinstance(source, bytes):
        pem = source
    else:
        raise ConfigError(
            f"{name}: give a Path, PEM text or a key object, not {type(source).__name__}"
        )
    found = _BLOCK.search(pem)
    if found is None:
        hint = "" if isinstance(source, Path) else "; to name a file, give a Path"
        raise ConfigError(
            f"{name}: no PEM text, which begins with -----BEGIN …-----{hint}"
        )
    return pem, found[1].decode("ascii")
