"""Request signing with AWS Signature Version 4.

The signature covers method, path, query, host, all `x-amz-` headers, and the SHA-256 of
the body. Files are sent as they are read, so their content is not signed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from urllib.parse import quote, unquote

from specloom.runtime.auth.base import Scheme, need_text
from specloom.runtime.confidential import Secret
from specloom.runtime.http_messages import Request
from specloom.runtime.public_names import public


@public("auth")
class SigV4(Scheme):
    """Credentials for AWS Signature Version 4: access key and secret key."""

    own_headers = ("Authorization", "X-Amz-Date", "X-Amz-Content-Sha256")

    def __init__(self, access_key: str, secret_key: str) -> None:
        self._access_key = need_text("access_key", access_key)
        self._secret = Secret(need_text("secret_key", secret_key))

    def sign(self, request: Request) -> Request:
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        return self.sign_at(request, now)

    def sign_at(self, request: Request, now: str) -> Request:
        """Sign a request with a time such as `20250101T000000Z`."""
        match = re.match(r"s3\.([a-z0-9-]+)\.amazonaws\.com", request.host.authority)
        scope = f"{now[:8]}/{match[1] if match else 'us-east-1'}/s3/aws4_request"
        files = request.stream is not None
        digest = "UNSIGNED-PAYLOAD" if files else hashlib.sha256(request.body).hexdigest()
        added = {"X-Amz-Date": now, "X-Amz-Content-Sha256": digest}
        headers = {"host": request.host.authority}
        for name, value in {**request.headers, **added}.items():
            if name.lower().startswith("x-amz-") or name.lower() == "range":
                headers[name.lower()] = " ".join(value.split())
        names = ";".join(sorted(headers))
        path, _, query = request.target.partition("?")
        lines = [
            request.method,
            _encode(path, "/"),
            _canonical_query(query),
            *(f"{name}:{headers[name]}" for name in sorted(headers)),
            "",
            names,
            digest,
        ]
        canonical = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        key = f"AWS4{self._secret.reveal()}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{canonical}"
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        credential = f"Credential={self._access_key}/{scope}"
        added["Authorization"] = (
            f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}"
        )
        return request.with_headers(added)


def _canonical_query(query: str) -> str:
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    return "&".join(
        f"{name}={value}" for name, value in sorted((_encode(n), _encode(v)) for n, v in pairs)
    )


def _encode(text: str, safe: str = "") -> str:
    """Encode all but unreserved characters, once."""
    return quote(unquote(text), safe=f"{safe}-_.~")
