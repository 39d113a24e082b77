"""`wechatpay-v3`: signatures, keys and events of WeChat Pay APIv3."""

from __future__ import annotations

from pathlib import Path

from ..definitions import Added, Argument, MockSide, SchemeDefinition, WebhookDefinition
from ..texts import Texts

_texts = Texts(Path(__file__).with_name("texts"))


def _argument(
    name: str,
    annotation: str,
    sample: str = "",
    *,
    required: bool = False,
    conditional: bool = False,
    several: bool = False,
) -> Argument:
    return Argument(
        name, annotation, _texts("arguments", name), sample, required, conditional, several
    )


SCHEME = SchemeDefinition(
    "wechatpay",
    f"{__name__}.runtime",
    "scheme",
    "WechatPayV3",
    _texts("title"),
    arguments=(
        _argument("mchid", "str", '"1900000001"', required=True),
        _argument("serial_no", "str", '"…"', required=True),
        _argument("private_key", "PrivateKeyLike", 'Path("apiclient_key.pem")', required=True),
        _argument("public_key_id", "str", '"PUB_KEY_ID_…"', conditional=True),
        _argument("public_key", "PublicKeyLike", 'Path("pub_key.pem")', conditional=True),
        _argument("api_v3_key", "str", conditional=True),
        _argument("platform_certificates", "CertificateLike", conditional=True, several=True),
        _argument("former_private_keys", "PrivateKeyLike", several=True),
    ),
    encrypts=True,
    verifies=True,
    adds=(
        Added(
            "header",
            "Authorization",
            _texts("headers", "Authorization"),
            'WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",signature="…",timestamp="…",serial_no="…"',
        ),
        Added("header", "Wechatpay-Serial", _texts("headers", "Wechatpay-Serial"), "PUB_KEY_ID_…"),
    ),
    events=WebhookDefinition(
        "events",
        "WechatPayEnvelope",
        _texts("events", "proof"),
        _texts("events", "acknowledgement"),
        _texts("events", "redelivery"),
    ),
    requires=("cryptography>=42",),
    errors=("SignatureProbe", "StaleSignature"),
    client=("bridge", "BridgeClient"),
    mock=MockSide("mock_side", "WechatPayServerAuth", base=("mock", "WechatPayMock")),
    advice=_texts.list_at("advice"),
)
