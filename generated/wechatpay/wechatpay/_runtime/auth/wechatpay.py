"""WeChat Pay APIv3: signed requests, signed answers (WECHATPAY2-SHA256-RSA2048).

The rules are at https://pay.weixin.qq.com/doc/v3/merchant/4012365342 (signing) and
https://pay.weixin.qq.com/doc/v3/merchant/4013053249 (verifying).
"""

from __future__ import annotations

import re
import secrets
import time
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING, Final, TypeAlias

from ..errors import ConfigError, InvalidRequest, SignatureError
from ..messages import Reply, Request
from .scheme import Scheme

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import (
        RSAPrivateKey,
        RSAPublicKey,
    )

PrivateKeyLike: TypeAlias = "Path | str | bytes | RSAPrivateKey"
"""A private key: the path of a PEM file, PEM text, or a key object."""
PublicKeyLike: TypeAlias = "Path | str | bytes | RSAPublicKey"
"""A public key: the path of a PEM file, PEM text, or a key object."""

_SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
_PROBE: Final = "WECHATPAY/SIGNTEST/"
_TOLERANCE: Final = 300
"""Seconds by which an answer's time may differ from ours; not one more."""
_LONGEST_PLAIN_TEXT: Final = 214
"""Bytes that RSAES-OAEP with SHA-1 can encrypt with 2048 bits (RFC 8017, 7.1.1)."""


class SignatureProbe(SignatureError):
    """The signature is wrong on purpose: WeChat Pay tests whether clients verify.

    Such answers are rare, and refusing them is right; the request may be sent again.
    """


class WechatPayV3(Scheme):
    """Signs with the merchant's private key, verifies with the WeChat Pay public key.

    Both keys are loaded here, once. Fails with `ConfigError` if one is of a wrong kind.
    """

    def __init__(
        self,
        *,
        mchid: str,
        serial_no: str,
        private_key: PrivateKeyLike,
        public_key_id: str,
        public_key: PublicKeyLike,
    ) -> None:
        # Not before the first client is made: it takes as long as all the rest.
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        from .rsa_keys import load_private_key, load_public_key

        self._mchid = _match(
            "mchid", mchid, r"[0-9]+", "the merchant number, in digits"
        )
        self._serial_no = _match(
            "serial_no",
            serial_no,
            r"[0-9A-Fa-f]{1,40}",
            "the serial number of the merchant's certificate as text, up to 40"
            " hexadecimal digits without colons, as `openssl x509 -noout -serial -in"
            " apiclient_cert.pem` prints it",
        ).upper()
        self._public_key_id = _match(
            "public_key_id",
            public_key_id,
            r"PUB_KEY_ID_[0-9A-Za-z]+",
            "the id of the WeChat Pay public key, which begins with PUB_KEY_ID_",
        )
        self._private_key = load_private_key("private_key", private_key)
        self._public_key = load_public_key("public_key", public_key)
        own = self._private_key.public_key().public_numbers()
        if self._public_key.public_numbers() == own:
            raise ConfigError(
                "public_key: this is the merchant's own; give the WeChat Pay public key,"
                " which the merchant platform offers beside its id"
            )
        self._hash = hashes.SHA256()
        self._padding = padding.PKCS1v15()
        self._oaep = padding.OAEP(
            padding.MGF1(hashes.SHA1()), hashes.SHA1(), label=None
        )

    def sign(self, request: Request) -> Request:
        timestamp, nonce = int(time.time()), secrets.token_hex(16).upper()
        head = f"{request.method}\n{request.target}\n{timestamp}\n{nonce}\n"
        message = b"%b%b\n" % (head.encode(), request.signed)
        signature = self._private_key.sign(message, self._padding, self._hash)
        authorization = (
            f'{_SCHEME} mchid="{self._mchid}",nonce_str="{nonce}",'
            f'signature="{b64encode(signature).decode()}",timestamp="{timestamp}",'
            f'serial_no="{self._serial_no}"'
        )
        return request.with_headers(
            # Wechatpay-Serial says which key can verify here, and was used to encrypt.
            {"Authorization": authorization, "Wechatpay-Serial": self._public_key_id}
        )

    def verify(self, reply: Reply) -> None:
        """As the documentation demands for every answer of status 2xx, empty ones too."""
        timestamp, nonce, signature, serial = (
            _single(reply, f"Wechatpay-{name}")
            for name in ("Timestamp", "Nonce", "Signature", "Serial")
        )
        if signature.startswith(_PROBE):
            raise _refusal(reply, "this signature is a probe", SignatureProbe)
        kind = reply.headers.get("Wechatpay-Signature-Type", _SCHEME)
        if kind != _SCHEME:
            raise _refusal(reply, "Wechatpay-Signature-Type is not " + _SCHEME)
        if serial != self._public_key_id:
            raise _refusal(reply, f"it is signed with another key than {self._key()}")
        if not re.fullmatch(r"[0-9]{1,12}", timestamp):
            raise _refusal(reply, "Wechatpay-Timestamp is not a time")
        if abs(time.time() - int(timestamp)) >= _TOLERANCE:
            raise _refusal(
                reply,
                f"its time differs by {_TOLERANCE} s or more from this computer's:"
                " set the clock, if it is wrong",
            )
        message = b"%b\n%b\n%b\n" % (timestamp.encode(), nonce.encode(), reply.content)
        if not self._holds(signature, message):
            raise _refusal(reply, f"its signature does not fit {self._key()}")

    def _key(self) -> str:
        return f"the key {self._public_key_id}"

    def _holds(self, signature: str, message: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature

        try:
            raw = b64decode(signature, validate=True)
            self._public_key.verify(raw, message, self._padding, self._hash)
        except (NotBase64, InvalidSignature, ValueError):
            return False
        return True

    def seal(self, text: str) -> str:
        plain = text.encode()
        if len(plain) > _LONGEST_PLAIN_TEXT:
            raise InvalidRequest(
                f"at most {_LONGEST_PLAIN_TEXT} bytes of a text can be encrypted"
            )
        return b64encode(self._public_key.encrypt(plain, self._oaep)).decode()

    def __repr__(self) -> str:
        return f"<WechatPayV3 mchid={self._mchid} serial_no={self._serial_no}>"


def _match(name: str, value: object, pattern: str, meaning: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ConfigError(f"{name}: give {meaning}")
    return value


def _single(reply: Reply, name: str) -> str:
    values = reply.headers.get_all(name)
    if len(values) != 1 or not values[0]:
        count = "without" if not any(values) else "with more than one"
        raise _refusal(reply, f"it came {count} {name}")
    return values[0]


def _refusal(
    reply: Reply, reason: str, error: type[SignatureError] = SignatureError
) -> SignatureError:
    return error(
        f"the answer must not be believed: {reason}",
        status=reply.status,
        content=reply.content,
        headers=reply.headers,
        request_id=reply.headers.get("Request-ID"),
    )
