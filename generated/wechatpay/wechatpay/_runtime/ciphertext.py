"""Texts that came encrypted and could not be decrypted."""

from __future__ import annotations

from enum import StrEnum

from .mismatches import Mismatch, Mismatches, ValuePath
from .public_names import public


@public()
class CipherText(StrEnum):
    """A text that could not be decrypted, as it came; `reason` says why not.

    `isinstance(value, CipherText)` tells it from a plain text. It cannot be sent as one.
    """

    # An enumeration without members, because msgspec encodes no other subclass of str.

    reason: str

    @classmethod
    def of(cls, text: str, reason: str) -> CipherText:
        """The text, with the reason."""
        made = str.__new__(cls, text)
        made._name_ = "CIPHER_TEXT"
        made._value_ = text
        made.reason = reason
        return made

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        return CipherText.of, (self.value, self.reason)

    def __repr__(self) -> str:
        return f"CipherText(…, reason={self.reason!r})"


def decrypt_text(text: str, path: ValuePath, mismatches: Mismatches) -> str:
    """The plain text of a cipher text, or if it cannot be decrypted, a `CipherText`."""
    if not text:
        return text  # nothing, which some servers send for what is absent
    try:
        return mismatches.decrypt(text)
    except ValueError as error:
        mismatches.append(Mismatch(path, f"cannot be decrypted: {error}"))
        return CipherText.of(text, str(error))
