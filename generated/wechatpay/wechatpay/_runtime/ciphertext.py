"""Decryption of texts, and texts that could not be decrypted."""

from __future__ import annotations

from enum import StrEnum

from .mismatches import Mismatch, Mismatches, ValuePath
from .public_names import public


@public()
class CipherText(StrEnum):
    """A ciphertext that could not be decrypted; `reason` says why.

    `isinstance(value, CipherText)` distinguishes it from a plaintext. It cannot be
    sent.
    """

    # An enum without members, because msgspec encodes no other subclass of str.

    reason: str

    @classmethod
    def of(cls, text: str, reason: str) -> CipherText:
        """Return the ciphertext with the reason."""
        member = str.__new__(cls, text)
        member._name_ = "CIPHER_TEXT"
        member._value_ = text
        member.reason = reason
        return member

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        return CipherText.of, (self.value, self.reason)

    def __repr__(self) -> str:
        return f"CipherText(…, reason={self.reason!r})"


def decrypt_text(text: str, path: ValuePath, mismatches: Mismatches) -> str:
    """Return the plaintext, or a `CipherText` if the text cannot be decrypted."""
    if not text:
        return text  # some servers send "" for an absent value
    try:
        return mismatches.decrypt(text)
    except ValueError as error:
        mismatches.append(Mismatch(path, f"cannot be decrypted: {error}"))
        return CipherText.of(text, str(error))
