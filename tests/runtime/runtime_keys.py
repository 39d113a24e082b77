"""RSA keys for tests."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def rsa_key(who: str, bits: int = 2048) -> Any:
    """Return a private key, the same for the same name."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(65537, bits)


def private_pem(key: Any) -> bytes:
    """Return a private key as PEM."""
    from cryptography.hazmat.primitives import serialization as s

    return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())


def public_pem(key: Any) -> bytes:
    """Return the public key of a private key as PEM."""
    from cryptography.hazmat.primitives import serialization as s

    public = key.public_key()
    return public.public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
