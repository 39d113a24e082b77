"""Events of WeChat Pay APIv3: signed like responses, and encrypted.

The envelope is specified at https://pay.weixin.qq.com/doc/v3/merchant/4012071382.
"""

from __future__ import annotations

import time
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec

from specloom.runtime.effects import Steps
from specloom.runtime.errors import SignatureError
from specloom.runtime.http_messages import RawResponse
from specloom.runtime.json_types import is_object
from specloom.runtime.settings import Settings
from specloom.runtime.webhooks.envelopes import (
    DecryptedEvent,
    Delivery,
    Envelope,
    ReplayKey,
    Verify,
    parse_json,
)
from specloom.runtime.webhooks.errors import (
    ForgedEvent,
    MalformedEvent,
    StaleEvent,
    UndecryptableEvent,
)

from .scheme import scheme_of
from .signatures import (
    TOLERANCE,
    UNTRUSTED,
    StaleSignature,
    signature_of,
)

_ALGORITHM: Final = "AEAD_AES_256_GCM"
_ZONED_DATETIME: Any = Annotated[datetime, msgspec.Meta(tz=True)]


class WechatPayEnvelope(Envelope):
    """Envelope signed over the raw body, with a payload encrypted with the APIv3 key."""

    is_signed = True

    def verify(
        self, delivery: Delivery, settings: Settings, user_verify: Verify | None
    ) -> Steps[ReplayKey | None]:
        scheme, until = scheme_of(settings), settings.clock() + settings.deadline
        scheme.need_api_v3_key()
        response = RawResponse(200, delivery.headers, delivery.content)
        try:
            signature = signature_of(response)
            prepared = yield from scheme.prepare(settings.side_channel, until)
            yield from prepared.verify(response, until)
        except StaleSignature as error:
            raise StaleEvent(error.message.removeprefix(UNTRUSTED)) from error
        except SignatureError as error:
            raise ForgedEvent(error.message.removeprefix(UNTRUSTED)) from error
        # Hash the message, because one signature has several Base64 forms.
        remaining = (
            int(delivery.headers["Wechatpay-Timestamp"]) + TOLERANCE - time.time()
        )
        return ReplayKey(sha256(signature.message).hexdigest(), int(remaining) + 1)

    def open(self, delivery: Delivery, settings: Settings) -> DecryptedEvent:
        scheme, (value, outside) = scheme_of(settings), delivery.json()
        resource = value.get("resource") if is_object(value) else None
        if not is_object(value) or not is_object(resource):
            raise MalformedEvent("missing `resource`, the encrypted payload")
        if resource.get("algorithm") != _ALGORITHM:
            raise MalformedEvent(f"unsupported encryption; expected {_ALGORITHM}")
        nonce, ciphertext = (
            _text(resource, name, "resource.") for name in ("nonce", "ciphertext")
        )
        associated = resource.get("associated_data") or ""
        try:
            content = scheme.decrypt_resource(nonce, str(associated), ciphertext)
        except ValueError as error:
            raise UndecryptableEvent(
                f"the payload cannot be decrypted: {error}; check that api_v3_key is the"
                " APIv3 key of this merchant, not the APIv2 key or an old key"
            ) from error
        payload, inside = parse_json(content)
        return DecryptedEvent(
            _text(value, "event_type"),
            content,
            payload,
            _text(value, "id"),
            _time(value.get("create_time")),
            summary if isinstance(summary := value.get("summary"), str) else None,
            scheme.decrypt,
            [*outside, *inside],
        )

    def failure_body(self, message: str) -> dict[str, str]:
        return {"code": "FAIL", "message": message}


def _text(value: dict[str, Any], name: str, prefix: str = "") -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text:
        raise MalformedEvent(f"missing or empty `{prefix}{name}`")
    return text


def _time(value: Any) -> datetime | None:
    try:
        moment: datetime = msgspec.convert(value, _ZONED_DATETIME)
        return moment
    except msgspec.ValidationError:
        return None
