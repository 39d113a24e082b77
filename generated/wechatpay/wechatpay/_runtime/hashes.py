"""Hashes of files in responses."""

from __future__ import annotations

import base64
import hashlib
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .downloads.errors import HashMismatch
from .errors import ConfigError
from .headers import Headers
from .http_messages import RawResponse

if TYPE_CHECKING:
    from .calls import Call


class FileHash(Struct, frozen=True):
    """Where a client gets the hash of a file: from a response header, or an argument.

    `algorithm` is its name in hashlib, such as `sha256`. The hash is hexadecimal or
    Base64. Without an expected hash the file is not verified.
    """

    algorithm: str
    header: str | None = None
    argument: str | None = None

    def new(self) -> Any:
        """Return a new hash object; raise `ConfigError` if Python does not have it."""
        try:
            return hashlib.new(self.algorithm, usedforsecurity=False)
        except ValueError:
            raise ConfigError(
                f"the OpenSSL library of this Python has no {self.algorithm.upper()}"
            ) from None

    def expected(self, call: Call[Any], headers: Headers) -> str | None:
        """Return the expected hash, if there is one."""
        if self.header is not None:
            return headers.get(self.header)
        return getattr(call.arguments, self.argument or "", None)

    def check(self, call: Call[Any], response: RawResponse) -> None:
        """Raise `HashMismatch` if the hash of a file in memory is another one."""
        expected = self.expected(call, response.headers)
        if expected is None:
            return
        digest = self.new()
        digest.update(response.content)
        if not matches(digest.digest(), expected):
            raise HashMismatch(
                f"the {self.algorithm.upper()} of the file is not {expected}",
                delivered=len(response.content),
                total=len(response.content),
                status=response.status,
                headers=response.headers,
                content=response.content,
            )


def matches(digest: bytes, expected: str) -> bool:
    """Return whether the expected hash, hexadecimal or Base64, is this one."""
    text = expected.strip().strip('"')
    forms = [digest.hex(), base64.b64encode(digest).decode()]
    # Base64 is case-sensitive, hexadecimal is not.
    return compare_digest(forms[0], text.lower()) or compare_digest(forms[1], text)
