"""Parameters with which a front end opens a payment.

Specified at https://pay.weixin.qq.com/doc/v3/merchant/4012365339.
"""

from __future__ import annotations

import secrets
import time

from ...errors import InvalidRequest
from ...settings import Settings
from .scheme import scheme_of


class BridgeClient:
    """What clients of WeChat Pay have besides the endpoints; it sends nothing."""

    _settings: Settings

    def bridge_config(self, *, appid: str, prepay_id: str) -> dict[str, str]:
        """Return the signed parameters with which a front end opens a payment.

        Pass them as they are to `WeixinJSBridge.invoke("getBrandWCPayRequest", …)` of a
        web page in WeChat, or to `wx.requestPayment` of a mini program: `appId`,
        `timeStamp`, `nonceStr`, `package`, `signType` and `paySign`. Nothing is sent.
        Call it for each attempt of the user to pay: WeChat rejects old time stamps.

        Args:
            appid: AppID with which the order was created.
            prepay_id: ID of the order for front ends, which its creation returned;
                valid for two hours.

        Raises:
            errors.InvalidRequest: An argument is empty or has a line break.
            errors.ConfigError: The client has no WeChat Pay keys.
        """
        for name, value in (("appid", appid), ("prepay_id", prepay_id)):
            if not value or not value.isprintable():
                raise InvalidRequest(f"{name}: expected text on one line")
        signed = {
            "appId": appid,
            "timeStamp": str(int(time.time())),
            "nonceStr": secrets.token_hex(16).upper(),
            "package": f"prepay_id={prepay_id}",
        }
        message = "".join(f"{value}\n" for value in signed.values())
        signature = scheme_of(self._settings).sign_text(message)
        return {**signed, "signType": "RSA", "paySign": signature}
