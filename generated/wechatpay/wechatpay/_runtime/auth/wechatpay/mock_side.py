"""Server side of WeChat Pay APIv3: verifies, decrypts, encrypts and signs.

Messages and body of SIGN_ERROR are those of the real server, from
https://pay.weixin.qq.com/doc/v3/merchant/4012072670 and responses that users quote.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ...mock import (
    ArgumentMismatch,
    DocumentedError,
    Fault,
    IncomingRequest,
    MockResponse,
    ServerAuth,
)
from .mock_keys import MCHID, Keys

if TYPE_CHECKING:
    from ...mock.server_core import Mock

_SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
_TOLERANCE: Final = 300
_PART: Final = re.compile(r'\s*(\w+)="([^"]*)"\s*')
_PARTS: Final = frozenset({"mchid", "nonce_str", "signature", "timestamp", "serial_no"})
_NUMBERS: Final = {
    200: 0,
    202: 0,
    204: 0,
    400: 268435461,
    401: 268443699,
    429: 268447840,
}
_CHINA: Final = timezone(timedelta(hours=8))
_OAEP: Final = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), label=None)
_SHORTEST_CIPHERTEXT: Final = 300


class WechatPayServerAuth(ServerAuth):
    """Signs responses with the key that the request names in `Wechatpay-Serial`, or else
    with the default key of the merchant; events with the key of the last request.
    """

    endpoints: Mapping[str, tuple[str, str]] = {
        "certificates": ("GET", "/v3/certificates")
    }
    rejects_unknown = True
    signs_events = True

    def attach(self, mock: Mock) -> None:
        super().attach(mock)
        self.keys = Keys(mock.store)
        self._last_serial = ""

    @property
    def credentials(self) -> Mapping[str, Any]:
        return self.keys.credentials

    # --- requests ---------------------------------------------------------------------

    def authenticate(self, incoming: IncomingRequest, signed: bytes) -> None:
        kind, _, rest = incoming.headers.get("Authorization", "").partition(" ")
        found = [_PART.fullmatch(part) for part in rest.split(",")]
        if not kind or not all(found):
            raise _unsigned(
                "Http头Authorization值格式错误,请参考《微信支付商户REST API签名规则》"
            )
        parts = {one[1]: one[2] for one in found if one}
        if kind != _SCHEME:
            raise _unsigned("Http头Authorization认证类型不正确")
        if parts.keys() != _PARTS or len(found) != len(_PARTS):
            raise _unsigned(
                "Http头Authorization值格式错误,请参考《微信支付商户REST API签名规则》"
            )
        timestamp = parts["timestamp"]
        if (
            not re.fullmatch("[0-9]{1,12}", timestamp)
            or abs(time.time() - int(timestamp)) > _TOLERANCE
        ):
            raise _unsigned(
                "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟",
                "timestamp",
            )
        if parts["mchid"] != MCHID:
            raise _unsigned("商户号有误。", "mchid")
        if parts["serial_no"].upper() != self.keys.serial_no:
            raise _unsigned("商户证书序列号有误。", "serial_no")
        self._verify(incoming, parts, signed)
        serial = incoming.headers.get("Wechatpay-Serial") or self.keys.default_serial
        if self.keys.find(serial) is None:
            raise _wrong(
                "平台证书序列号Wechatpay-Serial错误", "Wechatpay-Serial", "header"
            )
        self._last_serial = serial

    def _verify(
        self, incoming: IncomingRequest, parts: Mapping[str, str], signed: bytes
    ) -> None:
        head = "\n".join(
            (
                incoming.method,
                incoming.target,
                parts["timestamp"],
                parts["nonce_str"],
                "",
            )
        ).encode("utf-8", "surrogateescape")
        message = b"%b%b\n" % (head, signed)
        try:
            signature = b64decode(parts["signature"], validate=True)
            self.keys.merchant.public_key().verify(
                signature, message, padding.PKCS1v15(), hashes.SHA256()
            )
        except (InvalidSignature, ValueError):
            raise _unsigned(
                "错误的签名，验签失败",
                sign_information={
                    "method": incoming.method,
                    "sign_message_length": len(message),
                    # The real one shows eight bytes of the body.
                    "truncated_sign_message": (head + signed[:8] + b"\n").decode(
                        "utf-8", "replace"
                    ),
                    "url": incoming.target,
                },
            ) from None

    def check_request(self, incoming: IncomingRequest) -> None:
        headers = incoming.headers
        if "Accept" not in headers or not headers.get("User-Agent"):
            raise _wrong("Http头缺少Accept或User-Agent", "Accept", "header")
        media = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if incoming.body and media not in ("application/json", "multipart/form-data"):
            raise _wrong("Http头Content-Type值错误", "Content-Type", "header")
        if media == "application/json" and re.search(rb"[\xf0-\xf7]", incoming.body):
            raise _wrong("不支持4字节的UTF-8字符", "", "body")

    def argument_error(
        self, mismatches: Sequence[ArgumentMismatch], known_codes: Sequence[str]
    ) -> DocumentedError:
        first = mismatches[0]
        return _wrong("参数错误", first.field, first.location, first.issue)

    def decrypt(self, text: str, incoming: IncomingRequest) -> str:
        key = self.keys.find(incoming.headers.get("Wechatpay-Serial", ""))
        if key is None:
            raise ValueError("Wechatpay-Serial does not say with which key")
        return key.decrypt(b64decode(text, validate=True), _OAEP).decode()

    # --- responses ---------------------------------------------------------------------

    def encrypt(self, text: str, incoming: IncomingRequest) -> str:
        # Examples of the documentation are ciphertexts of unknown keys.
        plain = text if len(text) < _SHORTEST_CIPHERTEXT else "confidential"
        encrypted = self.keys.merchant.public_key().encrypt(plain.encode(), _OAEP)
        return b64encode(encrypted).decode()

    def serve(self, name: str, incoming: IncomingRequest) -> MockResponse:
        """`GET /v3/certificates`, of which there is one, for RSA."""
        algorithm = incoming.query.get("algorithm_type", ["RSA"])
        if algorithm == ["SM2"]:
            raise DocumentedError(404, "RESOURCE_NOT_EXISTS", "商户没有国密平台证书")
        if algorithm not in (["RSA"], ["ALL"]):
            raise _wrong("参数错误", "algorithm_type", "query", "RSA, SM2 or ALL")
        if self.keys.platform_keys == "public-key":
            text = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥"
            raise DocumentedError(404, "RESOURCE_NOT_EXISTS", text)
        certificate = self.keys.certificate
        times = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
        effective, expire = (
            one.astimezone(_CHINA).isoformat("T", "seconds") for one in times
        )
        row = {
            "serial_no": self.keys.platform_serial,
            "effective_time": effective,
            "expire_time": expire,
            "encrypt_certificate": self._encrypt_resource(
                self.keys.certificate_pem, "certificate"
            ),
        }
        return MockResponse(
            200, _json({"data": [row]}), (("Content-Type", "application/json"),)
        )

    def add_request_id(self, response: MockResponse) -> MockResponse:
        number = _NUMBERS.get(response.status, 268435456 + response.status)
        return response.with_headers(
            ("Request-ID", f"{secrets.token_hex(17).upper()}-{number}")
        )

    def sign_response(
        self, response: MockResponse, incoming: IncomingRequest, fault: Fault
    ) -> MockResponse:
        if not 200 <= response.status < 300 or fault.signature == "missing":
            return response
        serial = incoming.headers.get("Wechatpay-Serial") or self.keys.default_serial
        return response.with_headers(
            *self._signature(serial, response.body, fault).items()
        )

    def _signature(self, serial: str, body: bytes, fault: Fault) -> Mapping[str, str]:
        # Not the clock of the mock: clients compare it with the clock of the computer.
        timestamp = str(int(time.time() + fault.skew))
        nonce = secrets.token_hex(16)
        signed = body if fault.signature == "right" else body + b"?"
        message = b"%b\n%b\n%b\n" % (timestamp.encode(), nonce.encode(), signed)
        key = self.keys.find(serial) or self.keys.own
        signature = b64encode(
            key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        ).decode()
        if fault.signature == "probe":
            signature = f"WECHATPAY/SIGNTEST/{signature}"
        return {
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": serial,
            "Wechatpay-Signature": signature,
            "Wechatpay-Signature-Type": _SCHEME,
            "Wechatpay-Timestamp": timestamp,
        }

    def _encrypt_resource(self, plain: bytes, associated: str) -> dict[str, str]:
        nonce = secrets.token_hex(6)
        cipher = AESGCM(self.keys.api_v3_key.encode())
        encrypted = cipher.encrypt(nonce.encode(), plain, associated.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "associated_data": associated,
            "ciphertext": b64encode(encrypted).decode(),
            "nonce": nonce,
        }

    # --- events -----------------------------------------------------------------------

    def event_body(self, id: str, event: str, payload: Any) -> bytes:
        created = datetime.fromtimestamp(self._mock.now(), _CHINA)
        kind = event.partition(".")[0].lower()
        envelope = {
            "id": id,
            "create_time": created.isoformat("T", "seconds"),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": event,
            "resource": {
                "original_type": kind,
                **self._encrypt_resource(_json(payload), kind),
            },
        }
        return _json(envelope)

    def event_headers(self, body: bytes, fault: Fault) -> Mapping[str, str]:
        if fault.signature == "missing":
            return {}
        known = self.keys.find(self._last_serial) is not None
        serial = self._last_serial if known else self.keys.default_serial
        return self._signature(serial, body, fault)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _unsigned(
    message: str, field: str = "signature", **more: object
) -> DocumentedError:
    issue = "sign not match" if more else message
    detail = {
        "detail": {"issue": issue},
        "field": field,
        "location": "authorization",
        **more,
    }
    return DocumentedError(401, "SIGN_ERROR", message, detail)


def _wrong(message: str, field: str, location: str, issue: str = "") -> DocumentedError:
    detail = {"field": field, "issue": issue or message, "location": location}
    return DocumentedError(400, "PARAM_ERROR", message, detail)
