"""Verification of HMAC-SHA256 signatures in a mock."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from specloom.runtime.mock import DocumentedError, IncomingRequest, ServerAuth

KEY_ID = "key-of-a-mock"
SECRET = "secret-of-a-mock, 32 characters or more"


class HmacSha256ServerAuth(ServerAuth):
    """Verifies signatures with one key; they expire after five minutes."""

    def authenticate(self, incoming: IncomingRequest, signed: bytes) -> None:
        headers = incoming.headers
        seconds = headers.get("X-Timestamp", "")
        digest = hashlib.sha256(signed).hexdigest()
        text = f"{incoming.method}\n{incoming.target}\n{seconds}\n{digest}"
        expected = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256)
        if headers.get("X-Key-Id") != KEY_ID:
            raise DocumentedError(401, "UNAUTHORIZED", "unknown key id")
        if headers.get("X-Signature") != expected.hexdigest():
            raise DocumentedError(401, "UNAUTHORIZED", "the signature does not match the request")
        if not seconds.isdigit() or abs(time.time() - int(seconds)) > 300:
            raise DocumentedError(401, "UNAUTHORIZED", "the signature has expired")

    @property
    def credentials(self) -> Mapping[str, Any]:
        return {"key_id": KEY_ID, "secret": SECRET}
