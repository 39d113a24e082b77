"""Server side of `alipay-rsa2`: verifies forms, signs responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from specloom.runtime.mock import (
    ArgumentMismatch,
    DocumentedError,
    Fault,
    IncomingRequest,
    MockResponse,
    ServerAuth,
    parse_form,
)

from .signatures import message_of, sign, verifies

_APP_ID: Final = "2014072300007148"
_IN_ENVELOPE: Final = 0
"""Status of an error that is inside a response with status 200."""
_GENERAL: Final[Mapping[str, tuple[str, str]]] = {
    "isp": ("20000", "Service Currently Unavailable"),
    "aop": ("20000", "Service Currently Unavailable"),
    "isv": ("40002", "Invalid Arguments"),
}


@cache
def _key(owner: str) -> rsa.RSAPrivateKey:
    """Return the key of `app` or `alipay`, which is generated once in a process."""
    return rsa.generate_private_key(65537, 2048)


class AlipayServerAuth(ServerAuth):
    """Has generated keys of a fictitious app and of Alipay."""

    @property
    def credentials(self) -> Mapping[str, Any]:
        return {
            "app_id": _APP_ID,
            "private_key": _key("app"),
            "alipay_public_key": _key("alipay").public_key(),
        }

    def authenticate(self, incoming: IncomingRequest, signed: bytes) -> None:
        form = parse_form(signed.decode("ascii", "replace"))
        fields = {name: values[0] for name, values in form.items()}
        signature = fields.pop("sign", "")
        if fields.get("app_id") != _APP_ID:
            raise _invalid("isv.invalid-app-id", "无效的AppID参数")
        if any(len(values) > 1 for values in form.values()) or not verifies(
            _key("app").public_key(), message_of(fields.items()), signature
        ):
            raise _invalid("isv.invalid-signature", "无效签名")

    def argument_error(
        self, mismatches: Sequence[ArgumentMismatch], known_codes: Sequence[str]
    ) -> DocumentedError:
        return _invalid("isv.invalid-parameter", str(mismatches[0]))

    def adapt_error(self, error: DocumentedError) -> DocumentedError:
        if error.code == "BAD_REQUEST":  # no endpoint has this `method`
            return _invalid("isv.invalid-method", error.message)
        return error

    def sign_response(
        self, response: MockResponse, incoming: IncomingRequest, fault: Fault
    ) -> MockResponse:
        try:
            body = msgspec.json.decode(response.body, type=dict[str, Any])
        except msgspec.DecodeError:
            return response
        name = next((key for key in body if key.endswith("_response")), None)
        if name is None or not isinstance(body[name], dict):
            return response
        envelope = msgspec.json.encode(_with_code(body[name]))
        signed = {name: msgspec.Raw(envelope)}
        if fault.signature != "missing":
            message = envelope if fault.signature == "right" else envelope + b" "
            signed["sign"] = msgspec.Raw(msgspec.json.encode(sign(_key("alipay"), message)))
        return replace(response, body=msgspec.json.encode(signed))


def _invalid(code: str, message: str) -> DocumentedError:
    return DocumentedError(_IN_ENVELOPE, code, message)


def _with_code(envelope: dict[str, Any]) -> dict[str, Any]:
    """Return the envelope of an error with the code that its sub-code belongs to."""
    sub_code = envelope.get("sub_code")
    if not isinstance(sub_code, str) or "code" in envelope:
        return envelope
    if sub_code.isdigit():
        others = {name: envelope[name] for name in envelope if not name.startswith("sub_")}
        return {"code": sub_code, "msg": envelope.get("sub_msg", ""), **others}
    code, message = _GENERAL.get(sub_code.partition(".")[0], ("40004", "Business Failed"))
    return {"code": code, "msg": message, **envelope}
