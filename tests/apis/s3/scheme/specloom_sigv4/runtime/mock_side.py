"""Check of the access key in a mock. It does not verify signatures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from specloom.runtime.mock import DocumentedError, IncomingRequest, ServerAuth

_ACCESS_KEY = "AKIDMOCK"


class SigV4ServerAuth(ServerAuth):
    """Accepts requests that are signed with the key of the mock's clients."""

    def authenticate(self, incoming: IncomingRequest, signed: bytes) -> None:
        sent = incoming.headers.get("Authorization", "")
        if not sent.startswith(f"AWS4-HMAC-SHA256 Credential={_ACCESS_KEY}/"):
            raise DocumentedError(403, "InvalidAccessKeyId", "unknown access key")

    @property
    def credentials(self) -> Mapping[str, Any]:
        return {"access_key": _ACCESS_KEY, "secret_key": "secret-of-a-mock"}
