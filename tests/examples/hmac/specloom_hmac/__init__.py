"""A way to authenticate for specloom: a key id and a signature over method, target, time and body.

`SCHEME` describes it to the generator: the arguments of the client, what a request then carries, and which modules are copied into clients:
`signing` signs requests, `verifying` is the server's side in mocks.
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
    title=_text("signatures with HMAC-SHA256", "HMAC-SHA256 签名"),
    arguments=(
        Argument("key_id", "str", _text("Id of the key.", "密钥 ID。"), '"…"'),
        Argument(
            "secret",
            "str",
            _text("The key itself, 32 characters or more.", "密钥，至少 32 个字符。"),
            '"…"',
        ),
    ),
    adds=(
        Added("header", "X-Key-Id", _text("Id of the key.", "密钥 ID。"), "…"),
        Added(
            "header",
            "X-Timestamp",
            _text("Seconds since 1970.", "自 1970 年起的秒数。"),
            "1750000000",
        ),
        Added(
            "header",
            "X-Signature",
            _text(
                "Signature over method, target, time and body.",
                "对方法、目标、时间与报文主体的签名。",
            ),
            "…",
        ),
    ),
    source=Path(__file__).with_name("signing.py"),
    mock=MockSide("hmac_sha256", "HmacSha256Side", Path(__file__).with_name("verifying.py")),
)
