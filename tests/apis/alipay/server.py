"""Alipay's gateway as its documentation describes it: one URL, signed forms, envelopes named after the method, and a ledger of trades.

Keys are made by openssl, which also signs and verifies here: nothing is shared with the scheme of the client.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from tests.servers import Part, ReceivedRequest, Reset, http_response

APP_ID = "2014072300007148"
Form = dict[str, str]


@dataclass(frozen=True)
class KeyFiles:
    """Keys of the app and of Alipay, as files."""

    app: Path
    app_public: Path
    alipay: Path
    alipay_public: Path


def make_keys(folder: Path) -> KeyFiles:
    for name in ("app", "alipay"):
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(folder / name))  # fmt: skip
        openssl("pkey", "-in", str(folder / name), "-pubout", "-out", str(folder / f"{name}.pub"))
    return KeyFiles(*(folder / name for name in ("app", "app.pub", "alipay", "alipay.pub")))


def openssl(*arguments: str, content: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *arguments], input=content, capture_output=True, check=True)
    return done.stdout


def signature(key: Path, message: bytes) -> str:
    return base64.b64encode(openssl("dgst", "-sha256", "-sign", str(key), content=message)).decode()


def is_signed(public: Path, message: bytes, text: str) -> bool:
    """Return whether openssl verifies a signature in Base64."""
    file = public.with_suffix(".signature")
    file.write_bytes(base64.b64decode(text, validate=True))
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", str(public), "-signature", str(file)],
        input=message,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def read_form(body: bytes) -> Form:
    """Read a form, in which no name may be repeated."""
    form: Form = {}
    for pair in body.decode("ascii").split("&"):
        name, equals, value = pair.partition("=")
        assert equals
        assert unquote_plus(name) not in form
        form[unquote_plus(name)] = unquote_plus(value, errors="strict")
    return form


class Refusal(Exception):
    """An error of the gateway, or of a product behind it."""

    def __init__(self, code: str, sub_code: str | None = None, message: str = "失败") -> None:
        self.code = code
        self.sub_code = sub_code
        self.message = message


@dataclass
class Gateway:
    """The gateway, with a merchant's trades by their numbers at the merchant."""

    keys: KeyFiles
    trades: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[tuple[str, str], str] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)
    """Forms of all requests whose signature is right."""
    lost: int = 0
    """Number of the next requests whose responses are lost after they were executed."""
    down: list[Refusal] = field(default_factory=list)
    """Errors in place of the next responses, after the requests were executed."""

    def __call__(self, request: ReceivedRequest) -> bytes | Iterable[Part]:
        method = ""
        try:
            assert request.line == "POST /gateway.do HTTP/1.1"
            media = request.header("content-type")
            assert media.split(";")[0] == "application/x-www-form-urlencoded"
            form = read_form(request.body)
            self._verify(form)
            self.forms.append(form)
            method = form["method"]
            result = self._execute(method, form)
            if self.lost:
                self.lost -= 1
                return [Reset]
            if self.down:
                raise self.down.pop(0)
        except Refusal as refusal:
            result = {"code": refusal.code, "msg": "Failed"}
            if refusal.sub_code:
                result |= {"sub_code": refusal.sub_code, "sub_msg": refusal.message}
            if refusal.sub_code in ("isv.invalid-app-id", "isv.invalid-signature"):
                return self.respond("error_response", result, signed=False)
            return self.respond(f"{method.replace('.', '_')}_response", result)
        return self.respond(
            f"{method.replace('.', '_')}_response", {"code": "10000", "msg": "Success", **result}
        )

    def respond(self, name: str, result: dict[str, Any], *, signed: bool = True) -> bytes:
        """Return a response. Its text is not what another JSON encoder would write: it has blanks, and escapes slashes and some characters."""
        envelope = json.dumps(result, separators=(", ", " :")).replace("/", "\\/")
        proof = f',"sign":"{signature(self.keys.alipay, envelope.encode())}"' if signed else ""
        body = f'{{"{name}":{envelope}{proof}}}'
        return http_response(200, body, ("Content-Type", "text/html;charset=utf-8"))

    def _verify(self, form: Form) -> None:
        if form.get("app_id") != APP_ID:
            raise Refusal("40002", "isv.invalid-app-id", "无效的AppID参数")
        text = ""
        for name in sorted(form):
            if name != "sign" and form[name]:
                text += ("&" if text else "") + name + "=" + form[name]
        if not is_signed(self.keys.app_public, text.encode("utf-8"), form.get("sign", "")):
            raise Refusal("40002", "isv.invalid-signature", "无效签名")
        expected = {"format": "JSON", "charset": "utf-8", "sign_type": "RSA2", "version": "1.0"}
        assert {name: form[name] for name in expected} == expected
        sent = datetime.strptime(form["timestamp"], "%Y-%m-%d %H:%M:%S")
        assert abs(datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=8) - sent) < timedelta(minutes=15)  # fmt: skip

    def _execute(self, method: str, form: Form) -> dict[str, Any]:
        content = json.loads(form["biz_content"])
        assert isinstance(content, dict)
        match method:
            case "alipay.trade.create" | "alipay.trade.precreate":
                return self._create(method, content)
            case "alipay.trade.pay":
                return self._pay(content)
            case "alipay.data.dataservice.bill.downloadurl.query":
                if content["bill_date"] != "2016-04-05":
                    raise Refusal("40004", "isp.bill_not_exist", "账单不存在")
                return {"bill_download_url": "https://dwbillcenter.alipay.com/a?b=1&c=%E8%8C%B6"}
        number = content.get("out_trade_no", "")
        if number not in self.trades:
            raise Refusal("40004", "ACQ.TRADE_NOT_EXIST", "交易不存在")
        trade = self.trades[number]
        ids = {"out_trade_no": number, "trade_no": trade["trade_no"]}
        match method:
            case "alipay.trade.query":
                names = ("trade_status", "total_amount")
                paid = {"send_pay_date": "2014-11-27 15:45:57"} if trade["paid"] else {}
                return {**ids, **{name: trade[name] for name in names}, **paid}
            case "alipay.trade.close":
                if trade["trade_status"] != "WAIT_BUYER_PAY":
                    raise Refusal("40004", "ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
                trade["trade_status"] = "TRADE_CLOSED"
                return ids
            case "alipay.trade.cancel":
                action = "refund" if trade["trade_status"] == "TRADE_SUCCESS" else "close"
                trade["trade_status"] = "TRADE_CLOSED"
                return {**ids, "retry_flag": "N", "action": action}
            case "alipay.trade.refund":
                return {**ids, **self._refund(number, trade, content)}
            case "alipay.trade.fastpay.refund.query":
                amount = self.refunds.get((number, content["out_request_no"]))
                if amount is None:
                    return {}
                return {"out_trade_no": number, "out_request_no": content["out_request_no"], "refund_status": "REFUND_SUCCESS", "refund_amount": amount}  # fmt: skip
        raise Refusal("40002", "isv.invalid-method", "不存在的方法名")

    def _create(self, method: str, content: dict[str, Any]) -> dict[str, Any]:
        number = content["out_trade_no"]
        trade = self.trades.get(number) or self._add(number, content, "WAIT_BUYER_PAY")
        if method == "alipay.trade.precreate":
            return {"out_trade_no": number, "qr_code": f"https://qr.alipay.com/{number}"}
        return {"out_trade_no": number, "trade_no": trade["trade_no"]}

    def _pay(self, content: dict[str, Any]) -> dict[str, Any]:
        number = content["out_trade_no"]
        if number in self.trades:
            raise Refusal("40004", "ACQ.TRADE_HAS_SUCCESS", "交易已被支付")
        if not re.fullmatch("2[5-9][0-9]{14,22}|30[0-9]{14,22}", content["auth_code"]):
            raise Refusal(
                "40004", "ACQ.PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败"
            )
        if content["auth_code"].startswith("29"):
            self._add(number, content, "WAIT_BUYER_PAY")
            raise Refusal("10003", None)
        trade = self._add(number, content, "TRADE_SUCCESS")
        return {
            "trade_no": trade["trade_no"],
            "out_trade_no": number,
            "total_amount": trade["total_amount"],
            "receipt_amount": trade["total_amount"],
            "gmt_payment": "2014-11-27 15:45:57",
            "buyer_logon_id": "159****5620",
            "store_name": "茶/{店}",
        }

    def _add(self, number: str, content: dict[str, Any], status: str) -> dict[str, Any]:
        trade = {
            "trade_no": f"201311201100100433{len(self.trades):010}",
            "trade_status": status,
            "paid": status == "TRADE_SUCCESS",
            "total_amount": content["total_amount"],
            "subject": content["subject"],
        }
        self.trades[number] = trade
        return trade

    def _refund(
        self, number: str, trade: dict[str, Any], content: dict[str, Any]
    ) -> dict[str, Any]:
        request = content.get("out_request_no", number)
        known = (number, request) in self.refunds
        if not known:
            earlier = self._refunded(number)
            if earlier + cents(content["refund_amount"]) > cents(trade["total_amount"]):
                raise Refusal("40004", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限")
            self.refunds[number, request] = content["refund_amount"]
        total = self._refunded(number)
        return {
            "fund_change": "N" if known else "Y",
            "refund_fee": f"{total // 100}.{total % 100:02}",
        }

    def _refunded(self, number: str) -> int:
        return sum(cents(amount) for (at, _), amount in self.refunds.items() if at == number)


def cents(amount: str) -> int:
    whole, _, rest = amount.partition(".")
    return int(whole) * 100 + int(f"{rest:0<2}")
