"""X.509 certificates of RSA keys from files, PEM text or objects, with mistakes explained."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate, load_der_x509_certificate

from ..errors import ConfigError
from .rsa_keys import long_enough
from .stored_keys import read_blocks

CertificateLike: TypeAlias = Path | str | bytes | Certificate


def load_certificates(name: str, source: CertificateLike) -> list[Certificate]:
    """The certificates in `source`, one or several; `name` is the argument, for messages."""
    if isinstance(source, Certificate):
        return [source]
    blocks = read_blocks(name, source)
    found = [der for kind, der in blocks if kind == "CERTIFICATE"]
    if not found:
        kind = blocks[0][0].lower()
        raise ConfigError(f"{name}: this is a {kind}; pass a certificate")
    try:
        return list(map(load_der_x509_certificate, found))
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError(f"{name}: this certificate is damaged or cut off") from None


def key_of(name: str, certificate: Certificate) -> RSAPublicKey:
    """The public key that a certificate is for."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise ConfigError(f"{name}: this certificate is not for an RSA key")
    return long_enough(name, key)
