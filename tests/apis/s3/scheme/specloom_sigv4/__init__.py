"""Auth scheme for specloom: AWS Signature Version 4 for Amazon S3."""

from __future__ import annotations

from pathlib import Path

from specloom.auth_schemes import Added, Argument, MockSide, SchemeDefinition, Texts

_texts = Texts(Path(__file__).with_name("texts"))

SCHEME = SchemeDefinition(
    name="sigv4",
    runtime=f"{__name__}.runtime",
    module="scheme",
    class_name="SigV4",
    title=_texts("title"),
    arguments=(
        Argument("access_key", "str", _texts("arguments", "access_key"), '"AKIA…"'),
        Argument("secret_key", "str", _texts("arguments", "secret_key"), '"…"'),
    ),
    adds=(
        Added("header", "X-Amz-Date", _texts("headers", "X-Amz-Date"), "20250101T000000Z"),
        Added(
            "header",
            "X-Amz-Content-Sha256",
            _texts("headers", "X-Amz-Content-Sha256"),
            "UNSIGNED-PAYLOAD",
        ),
        Added("header", "Authorization", _texts("headers", "Authorization"), "AWS4-HMAC-SHA256 …"),
    ),
    mock=MockSide("mock_side", "SigV4ServerAuth"),
)
