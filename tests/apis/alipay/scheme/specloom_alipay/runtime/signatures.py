"""Signatures of Alipay: SHA256 with RSA over sorted fields, or over the text of a response."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import (
        RSAPrivateKey,
        RSAPublicKey,
    )


def message_of(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return the bytes that the signature of a form covers; empty fields are not signed."""
    return "&".join(f"{name}={value}" for name, value in sorted(fields) if value).encode()


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """Return the signature of a message, in Base64."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    return b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def verifies(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Return whether this is the signature of a message."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    try:
        raw = b64decode(signature, validate=True)
        key.verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
