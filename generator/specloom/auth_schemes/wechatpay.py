"""`wechatpay-v3`: signatures, keys and events of WeChat Pay."""

from __future__ import annotations

from .definitions import Added, Argument, Delivery, MockSide, SchemeDefinition, text

WECHATPAY = SchemeDefinition(
    "wechatpay",
    "WechatPayV3",
    text(
        "WeChat Pay APIv3 signatures (WECHATPAY2-SHA256-RSA2048)",
        "微信支付 APIv3 签名（WECHATPAY2-SHA256-RSA2048）",
    ),
    arguments=(
        Argument(
            "mchid",
            "str",
            text(
                "Merchant number that signs; the service provider's in service-provider mode.",
                "签名所用商户号；服务商模式下为服务商商户号。",
            ),
            '"1900000001"',
        ),
        Argument(
            "serial_no",
            "str",
            text(
                "Serial number of the merchant's API certificate, 40 hexadecimal digits.",
                "商户 API 证书序列号，40 位十六进制。",
            ),
            '"…"',
        ),
        Argument(
            "private_key",
            "PrivateKeyLike",
            text(
                "The merchant's API private key: a path, PEM text or bytes, or a key object.",
                "商户 API 私钥：路径、PEM 文本或字节，或密钥对象。",
            ),
            'Path("apiclient_key.pem")',
        ),
        Argument(
            "public_key_id",
            "str",
            text(
                "Id of the WeChat Pay public key, PUB_KEY_ID_ and digits.",
                "微信支付公钥 ID，以 PUB_KEY_ID_ 开头，后接数字。",
            ),
            '"PUB_KEY_ID_…"',
            required=False,
        ),
        Argument(
            "public_key",
            "PublicKeyLike",
            text(
                "The WeChat Pay public key, which verifies answers and encrypts fields: a path, PEM text or bytes, or a key object.",
                "微信支付公钥，用于验证应答签名、加密敏感字段：路径、PEM 文本或字节，或密钥对象。",
            ),
            'Path("pub_key.pem")',
            required=False,
        ),
        Argument(
            "api_v3_key",
            "str",
            text(
                "The APIv3 key, 32 characters: it decrypts events, and platform certificates, which are downloaded when they are needed, and renewed.",
                "APIv3 密钥，32 个字符：用于解密通知，以及在需要时下载并更新平台证书。",
            ),
            required=False,
        ),
        Argument(
            "platform_certificates",
            "CertificateLike",
            text(
                "Platform certificates that are here already: paths, PEM text or bytes, or objects.",
                "已有的平台证书：路径、PEM 文本或字节，或证书对象。",
            ),
            required=False,
            several=True,
        ),
        Argument(
            "former_private_keys",
            "PrivateKeyLike",
            text(
                "Private keys of the merchant's former certificates, for fields that were encrypted with those.",
                "商户旧证书的私钥，用于解密以旧证书加密的字段。",
            ),
            required=False,
            several=True,
        ),
    ),
    encrypts=True,
    adds=(
        Added(
            "header",
            "Authorization",
            text(
                "Signature over method, path and query, time, nonce and body.",
                "对方法、路径与查询串、时间戳、随机串和报文主体的签名。",
            ),
            'WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",signature="…",timestamp="…",serial_no="…"',
        ),
        Added(
            "header",
            "Wechatpay-Serial",
            text(
                "Which key the answer shall be signed with, and fields are encrypted with: the id of the WeChat Pay public key, or the"
                " serial number of the newest platform certificate.",
                "应答签名与字段加密所用的密钥：微信支付公钥 ID，或最新平台证书的序列号。",
            ),
            "PUB_KEY_ID_…",
        ),
    ),
    events=Delivery(
        "wechatpay",
        "WechatPayEnvelope",
        text(
            "Deliveries are signed, and their payload is encrypted (AEAD_AES_256_GCM): the client needs `api_v3_key`, the APIv3 key of the merchant platform."
            " The signature is over the raw bytes of the body, so give these, not what a framework has made of them.",
            "通知带有签名，其内容以 AEAD_AES_256_GCM 加密：客户端需提供 `api_v3_key`，即商户平台上设置的 APIv3 密钥。签名针对请求体的原始字节，请传入原始字节，而不是框架解析后的内容。",
        ),
        text(
            "Answer within 5 seconds. Status 200 or 204 says that the event is taken; any 4xx or 5xx, with `code` and `message` in JSON, that it is not.",
            "请在 5 秒内应答。状态码 200 或 204 表示接收成功；4xx 或 5xx 并附带 JSON 格式的 `code` 与 `message` 表示接收失败。",
        ),
        text(
            "An event that is not acknowledged comes again, signed afresh, up to 15 times: after 15 s, 15 s, 30 s, 3 min, 10 min, 20 min, 30 min, 30 min, 30 min, 60 min, 3 h, 3 h,"
            " 3 h, 6 h and 6 h. The same event may come more than once even so: its `id` stays the same, so remember which ones you have handled.",
            "未成功应答的通知会重新签名后再次发送，最多 15 次，间隔为 15 秒、15 秒、30 秒、3 分钟、10 分钟、20 分钟、30 分钟、30 分钟、30 分钟、60 分钟、3 小时、3 小时、3 小时、6 小时、6 小时。"
            "同一通知仍可能多次送达，其 `id` 不变，请据此去重。",
        ),
    ),
    requires=("cryptography>=42",),
    errors=("SignatureProbe", "StaleSignature"),
    mock=MockSide("wechatpay", "WechatPayServerAuth", base=("wechatpay_mock", "WechatPayMock")),
    advice=(
        text(
            "The merchant has a WeChat Pay public key, as all new ones have: give `public_key_id` and `public_key`. Nothing is downloaded.",
            "商户使用微信支付公钥（新商户均如此）：提供 `public_key_id` 与 `public_key`，不会下载任何内容。",
        ),
        text(
            "The merchant has platform certificates only: give `api_v3_key`. They are downloaded before the first call, again when an answer"
            " is signed with one that is not known, and every twelve hours. Or give `platform_certificates`, and renew them yourself.",
            "商户仅使用平台证书：提供 `api_v3_key`。首次调用前、应答使用未知证书签名时以及每 12 小时自动下载；也可提供 `platform_certificates` 并自行更新。",
        ),
        text(
            "The merchant moves from certificates to the public key: give both. Requests ask for the public key, and answers of either are"
            " believed.",
            "商户正由平台证书切换为微信支付公钥：两者都提供。请求声明使用微信支付公钥，两种签名的应答均可验证。",
        ),
        text(
            "The merchant has a new API certificate: give its `serial_no` and `private_key`, and the old key in `former_private_keys`. A field"
            " that no key opens reads as a `CipherText`, whose `reason` says why.",
            "商户更换了 API 证书：提供新的 `serial_no` 与 `private_key`，并将旧私钥放入 `former_private_keys`。无法解密的字段以 `CipherText` 返回，其 `reason` 说明原因。",
        ),
        text(
            "`errors.SignatureProbe` is a test by WeChat Pay with a wrong signature: ask what became of the request before you send it again.",
            "`errors.SignatureProbe` 表示微信支付以错误签名进行的探测：请先查询处理结果，再决定是否重新发送请求。",
        ),
    ),
)
