"""Texts that AES-GCM keeps secret and unaltered (AEAD_AES_256_GCM, RFC 5116)."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def decrypt(key: bytes, nonce: str, associated: str, ciphertext: str) -> bytes:
    """The plain text of a cipher text in Base64, which ends with its tag.

    Fails with ValueError if it was altered, or encrypted with another key.
    """
    try:
        raw = b64decode(ciphertext, validate=True)
        return AESGCM(key).decrypt(nonce.encode(), raw, associated.encode())
    except (InvalidTag, NotBase64):
        raise ValueError("it was altered, or encrypted with another key") from None
