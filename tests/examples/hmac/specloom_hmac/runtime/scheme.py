"""Request signing with HMAC-SHA256.

The signature covers four lines: method, target, time, and the SHA-256 of the body.
"""

from __future__ import annotations

import hashlib
import hmac
import time

from specloom.runtime.auth.base import Scheme, need_text
from specloom.runtime.confidential import Secret
from specloom.runtime.errors import ConfigError
from specloom.runtime.http_messages import Request
from specloom.runtime.public_names import public


@public("auth")
class HmacSha256(Scheme):
    """Credentials for HMAC-SHA256: key id and secret key."""

    def __init__(self, key_id: str, secret: str) -> None:
        if len(secret) < 32:
            raise ConfigError("secret: too short; expected at least 32 characters")
        self._key_id = need_text("key_id", key_id)
        self._secret = Secret(secret.encode("utf-8"))

    def sign(self, request: Request) -> Request:
        seconds = str(int(time.time()))
        digest = hashlib.sha256(request.body).hexdigest()
        text = f"{request.method}\n{request.target}\n{seconds}\n{digest}"
        signature = hmac.new(self._secret.reveal(), text.encode("ascii"), hashlib.sha256)
        return request.with_headers(
            {
                "X-Key-Id": self._key_id,
                "X-Timestamp": seconds,
                "X-Signature": signature.hexdigest(),
            }
        )
