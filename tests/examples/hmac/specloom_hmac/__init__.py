"""Authentication scheme for specloom: a key id, and a signature over method, target, time and body.

`SCHEME` describes it to the generator: arguments of the client, headers of requests, and the two modules that are copied into
clients. `signing` signs requests, `verifying` verifies them in the mock.
"""

from __future__ import annotations

from pathlib import Path

from specloom.auth_schemes import Added, Argument, MockSide, SchemeDefinition
from specloom.model import Text


def _text(en: str, zh: str) -> Text:
    return Text((("en", en), ("zh", zh)))


SCHEME = SchemeDefinition(
    module="hmac_sha256",
    class_name="HmacSha256",
    title=_text("HMAC-SHA256 signatures", "HMAC-SHA256 签名"),
    arguments=(
        Argument("key_id", "str", _text("Key id.", "密钥 ID。"), '"…"'),
        Argument(
            "secret",
            "str",
            _text("Secret key, at least 32 characters.", "密钥，至少 32 个字符。"),
            '"…"',
        ),
    ),
    adds=(
        Added("header", "X-Key-Id", _text("Key id.", "密钥 ID。"), "…"),
        Added(
            "header",
            "X-Timestamp",
            _text("Unix timestamp in seconds.", "Unix 时间戳（秒）。"),
            "1750000000",
        ),
        Added(
            "header",
            "X-Signature",
            _text(
                "Signature over method, target, time and body.",
                "对请求方法、请求目标、时间戳与请求体的签名值。",
            ),
            "…",
        ),
    ),
    source=Path(__file__).with_name("signing.py"),
    mock=MockSide("hmac_sha256", "HmacSha256ServerAuth", Path(__file__).with_name("verifying.py")),
)
