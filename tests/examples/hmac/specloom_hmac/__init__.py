"""Auth scheme for specloom: a key ID and a signature over method, target, timestamp and body.

`SCHEME` defines it for the generator: the arguments of the client, the headers of requests, and the package that is copied into clients. In that
package, `scheme` signs requests, and `mock_side` is the server side of mocks.
"""

from __future__ import annotations

from pathlib import Path

from specloom.auth_schemes import Added, Argument, MockSide, SchemeDefinition, Texts

_texts = Texts(Path(__file__).with_name("texts"))

SCHEME = SchemeDefinition(
    name="hmac_sha256",
    runtime=f"{__name__}.runtime",
    module="scheme",
    class_name="HmacSha256",
    title=_texts("title"),
    arguments=(
        Argument("key_id", "str", _texts("arguments", "key_id"), '"…"'),
        Argument("secret", "str", _texts("arguments", "secret"), '"…"'),
    ),
    adds=(
        Added("header", "X-Key-Id", _texts("headers", "X-Key-Id"), "…"),
        Added("header", "X-Timestamp", _texts("headers", "X-Timestamp"), "1750000000"),
        Added("header", "X-Signature", _texts("headers", "X-Signature"), "…"),
    ),
    mock=MockSide("mock_side", "HmacSha256ServerAuth"),
)
