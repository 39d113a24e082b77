"""Signature headers of WeChat Pay responses and events.

Specified at https://pay.weixin.qq.com/doc/v3/merchant/4013053249.

A signature covers timestamp, nonce and body of a response, but not the request. Within
the tolerance of 300 s, a genuine response to one request verifies as the response to
another; only TLS prevents that.
"""

from __future__ import annotations

import re
import time
from base64 import b64decode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING, Final

from ...confidential import Confidential
from ...errors import SignatureError
from ...headers import is_field_value
from ...http_messages import RawResponse
from ...public_names import public

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
_PROBE: Final = "WECHATPAY/SIGNTEST/"
TOLERANCE: Final = 300
"""The timestamp of a response differs from our clock by fewer seconds."""
UNTRUSTED: Final = "the response cannot be trusted: "


@public("errors")
class SignatureProbe(SignatureError):
    """The signature is wrong on purpose: WeChat Pay tests whether clients verify.

    Such responses are rare. To reject them is right; the request may have been executed.
    """


@public("errors")
class StaleSignature(SignatureError):
    """The signature was made too long ago, or in the future."""


class Signature(Confidential, frozen=True):
    """A signature over a message, by the key with this serial number."""

    serial: str
    value: str
    message: bytes

    def verifies(self, key: RSAPublicKey) -> bool:
        """Return whether the signature was made with this key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        try:
            raw = b64decode(self.value, validate=True)
            key.verify(raw, self.message, padding.PKCS1v15(), hashes.SHA256())
        except (NotBase64, InvalidSignature, ValueError):
            return False
        return True


def signature_of(response: RawResponse) -> Signature:
    """Return the signature in the headers of a response, whose body may be empty.

    Raises `SignatureError` if a header is missing, repeated or not ASCII, the timestamp
    is out of tolerance, or the signature is a probe.
    """
    timestamp, nonce, signature, serial = (
        _single(response, f"Wechatpay-{name}")
        for name in ("Timestamp", "Nonce", "Signature", "Serial")
    )
    if signature.startswith(_PROBE):
        raise signature_error(
            response,
            "the signature is a probe: WeChat Pay sent a wrong one to test the verification",
            SignatureProbe,
        )
    if response.headers.get("Wechatpay-Signature-Type", SCHEME) != SCHEME:
        raise signature_error(response, "Wechatpay-Signature-Type is not " + SCHEME)
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise signature_error(
            response, "Wechatpay-Timestamp is not a number of seconds"
        )
    if abs(time.time() - int(timestamp)) >= TOLERANCE:
        raise signature_error(
            response,
            f"Wechatpay-Timestamp differs by {TOLERANCE} s or more from the clock of this"
            " computer; correct the clock",
            StaleSignature,
        )
    message = b"%b\n%b\n%b\n" % (timestamp.encode(), nonce.encode(), response.content)
    return Signature(serial, signature, message)


def _single(response: RawResponse, name: str) -> str:
    values = response.headers.get_all(name)
    if len(values) != 1 or not values[0]:
        count = "no" if not any(values) else "more than one"
        raise signature_error(response, f"it has {count} {name}")
    if not is_field_value(values[0]):
        raise signature_error(response, f"{name} is not ASCII text on one line")
    return values[0]


def signature_error(
    response: RawResponse, reason: str, error: type[SignatureError] = SignatureError
) -> SignatureError:
    """Return the error for a response that cannot be trusted."""
    return error(
        UNTRUSTED + reason,
        status=response.status,
        content=response.content,
        headers=response.headers,
        request_id=response.headers.get("Request-ID"),
    )
