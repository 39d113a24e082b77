"""What WeChat Pay says with the signature of an answer, before a key is asked.

The rules: https://pay.weixin.qq.com/doc/v3/merchant/4013053249.

A signature covers time, nonce and body of a response, and not the request. So within the
tolerance of 300 s a genuine response to one request passes for that to another; only TLS
stands before that.
"""

from __future__ import annotations

import re
import time
from base64 import b64decode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING, Final

from ..confidential import Confidential
from ..errors import SignatureError
from ..headers import is_field_value
from ..http_messages import RawResponse
from ..public_names import public

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
_PROBE: Final = "WECHATPAY/SIGNTEST/"
TOLERANCE: Final = 300
"""Seconds by which an answer's time may differ from ours; not one more."""
UNBELIEVED: Final = "the answer must not be believed: "


@public("errors")
class SignatureProbe(SignatureError):
    """The signature is wrong on purpose: WeChat Pay tests whether clients verify.

    Such answers are rare, and refusing them is right; the request may be sent again.
    """


@public("errors")
class StaleSignature(SignatureError):
    """The signature was made too long ago, or in the future."""


class Claim(Confidential, frozen=True):
    """That the key of this serial made this signature over this message."""

    serial: str
    signature: str
    message: bytes

    def holds(self, key: RSAPublicKey) -> bool:
        """Whether the key confirms it."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        try:
            raw = b64decode(self.signature, validate=True)
            key.verify(raw, self.message, padding.PKCS1v15(), hashes.SHA256())
        except (NotBase64, InvalidSignature, ValueError):
            return False
        return True


def claim_of(reply: RawResponse) -> Claim:
    """What the header fields of an answer claim of its body, which may be empty.

    Fails with `SignatureError` where one is missing, doubled or not ASCII, the time is
    too far off, or the signature is a probe.
    """
    timestamp, nonce, signature, serial = (
        _single(reply, f"Wechatpay-{name}")
        for name in ("Timestamp", "Nonce", "Signature", "Serial")
    )
    if signature.startswith(_PROBE):
        raise refusal(reply, "this signature is a probe", SignatureProbe)
    if reply.headers.get("Wechatpay-Signature-Type", SCHEME) != SCHEME:
        raise refusal(reply, "Wechatpay-Signature-Type is not " + SCHEME)
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise refusal(reply, "Wechatpay-Timestamp is not a time")
    if abs(time.time() - int(timestamp)) >= TOLERANCE:
        raise refusal(
            reply,
            f"its time differs by {TOLERANCE} s or more from this computer's:"
            " set the clock, if it is wrong",
            StaleSignature,
        )
    message = b"%b\n%b\n%b\n" % (timestamp.encode(), nonce.encode(), reply.content)
    return Claim(serial, signature, message)


def _single(reply: RawResponse, name: str) -> str:
    values = reply.headers.get_all(name)
    if len(values) != 1 or not values[0]:
        count = "without" if not any(values) else "with more than one"
        raise refusal(reply, f"it came {count} {name}")
    if not is_field_value(values[0]):
        raise refusal(reply, f"its {name} is not a line of ASCII")
    return values[0]


def refusal(
    reply: RawResponse, reason: str, error: type[SignatureError] = SignatureError
) -> SignatureError:
    """The error that this answer is."""
    return error(
        UNBELIEVED + reason,
        status=reply.status,
        content=reply.content,
        headers=reply.headers,
        request_id=reply.headers.get("Request-ID"),
    )
