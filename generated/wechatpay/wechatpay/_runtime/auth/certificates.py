"""X.509 certificates of RSA keys from files, PEM text or objects, with mistakes explained."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate, load_pem_x509_certificates

from ..errors import ConfigError
from .rsa_keys import long_enough, read_pem

CertificateLike: TypeAlias = Path | str | bytes | Certificate


def load_certificates(name: str, source: CertificateLike) -> list[Certificate]:
    """The certificates in `source`, one or several; `name` is the argument, for messages."""
    if isinstance(source, Certificate):
        return [source]
    pem, kind = read_pem(name, source)
    if kind != "CERTIFICATE":
        raise ConfigError(f"{name}: this is a {kind.lower()}; give a certificate")
    try:
        return load_pem_x509_certificates(pem)
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
