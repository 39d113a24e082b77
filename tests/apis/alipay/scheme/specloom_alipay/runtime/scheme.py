"""Auth scheme of the Alipay Open Platform, with public keys and RSA2.

A request is a form. The signature covers all of its fields, sorted by name. The signature
of a response covers the text of its envelope, exactly as received.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl

import msgspec

from specloom.runtime.auth.base import Scheme, need_text
from specloom.runtime.errors import SignatureError
from specloom.runtime.http_messages import RawResponse, Request
from specloom.runtime.public_names import public

from .signatures import message_of, sign, verifies

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import (
        RSAPrivateKey,
        RSAPublicKey,
    )

PrivateKeyLike: TypeAlias = "Path | str | bytes | RSAPrivateKey"
"""A private key: the path of a file, a key object, or PEM text. Text may also be the Base64
alone, as Alipay's key tool writes it."""
PublicKeyLike: TypeAlias = "Path | str | bytes | RSAPublicKey"
"""A public key, in the same forms."""

_BEIJING = 8 * 3600
"""Offset of the time zone of timestamps, in seconds."""


class _Envelope(msgspec.Struct):
    """What an error says of itself; it has no signature if Alipay does not know the app."""

    code: str = ""
    sub_code: str = ""
    sub_msg: str = ""


@public("auth")
class AlipayRSA2(Scheme):
    """Signs with the private key of the app, verifies with the public key of Alipay.

    Raises `ConfigError` for a wrong key.
    """

    def __init__(
        self,
        app_id: str,
        private_key: PrivateKeyLike,
        alipay_public_key: PublicKeyLike,
    ) -> None:
        # Not before the first client is made: it takes as long as all the rest.
        from specloom.runtime.auth.rsa_keys import load_private_key, load_public_key

        self._app_id = need_text("app_id", app_id)
        self._private_key = load_private_key("private_key", private_key)
        self._alipay_key = load_public_key("alipay_public_key", alipay_public_key)

    def sign(self, request: Request) -> Request:
        now = time.gmtime(time.time() + _BEIJING)
        common = {
            "app_id": self._app_id,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": time.strftime("%Y-%m-%d %H:%M:%S", now),
            "version": "1.0",
        }
        form = request.with_form(common)
        fields = parse_qsl(form.body.decode(), keep_blank_values=True)
        return form.with_form({"sign": sign(self._private_key, message_of(fields))})

    def secrets(self, plain: Request, signed: Request) -> Iterator[str]:
        """No secrets: a signature is for one request."""
        yield from ()

    def verify_signature(self, response: RawResponse) -> None:
        try:
            parts = msgspec.json.decode(response.content, type=dict[str, msgspec.Raw])
            signature = msgspec.json.decode(parts.get("sign", b"null"), type=str | None)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _failure(response, "it is not a JSON object with a signature") from None
        envelopes = [name for name in parts if name.endswith("_response")]
        if len(envelopes) != 1:
            raise _failure(response, "it does not have one envelope")
        message = bytes(parts[envelopes[0]])
        if not signature:
            raise _failure(response, f"it has no signature{_quoted(message)}")
        if not self.verifies(message, signature):
            text = "its signature does not match; check that alipay_public_key is the key"
            raise _failure(response, f"{text} of Alipay, not that of the app")

    def verifies(self, message: bytes, signature: str) -> bool:
        """Return whether this is a signature of Alipay."""
        return verifies(self._alipay_key, message, signature)

    def __repr__(self) -> str:
        return f"<AlipayRSA2 app_id={self._app_id}>"


def _quoted(envelope: bytes) -> str:
    """Return what an unsigned error says, for the message."""
    try:
        said = msgspec.json.decode(envelope, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    texts = filter(None, (said.code, said.sub_code, said.sub_msg))
    return f", and says: {' '.join(texts)}" if said.code else ""


def _failure(response: RawResponse, reason: str) -> SignatureError:
    return SignatureError(
        f"the response cannot be trusted: {reason}",
        status=response.status,
        content=response.content,
        headers=response.headers,
    )
